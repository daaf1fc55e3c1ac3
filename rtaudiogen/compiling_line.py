"""The line for whoever waits while kernels are compiled for the first time. [any]"""

import sys

LINE = "rtaudiogen: compiling, once …"
_said = False


def say_once() -> None:
    """Print it on standard error, unless this process has done so."""
    global _said
    if not _said:
        _said = True
        print(LINE, file=sys.stderr, flush=True)
