"""The line that tells a waiting user that kernels are compiled for the first time. [any]"""

import sys

LINE = "rtaudiogen: compiling, once …"
_said = False


def say_once() -> None:
    """Print the line on standard error, once in this process."""
    global _said
    if not _said:
        _said = True
        print(LINE, file=sys.stderr, flush=True)
