"""The command line: a thin file for each command; heavy parts are imported when a command needs
them.
"""

import io
import os
import sys
from collections.abc import Sequence

from ..errors import RtAudioGenError, UsageError
from .output import plain

INTERRUPTED = 130
TRACEBACK_VARIABLE = "RTAUDIOGEN_TRACEBACK"


def main() -> None:
    """Run the command line and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file's name may hold bytes that are not text
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carry out one command; return 0 done, 1 failed, 2 bad usage. Errors are one line on
    stderr.
    """
    from .app import app

    try:
        status = app(list(arguments), prog_name="rtaudiogen", standalone_mode=False)
    except RtAudioGenError as error:
        return fail(str(error), 2 if isinstance(error, UsageError) else 1)
    except OSError as error:
        return fail(f"{error.filename or 'system'}: {error.strerror or error}", 1)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # typer raises its own usage errors, of no public base class
        if not hasattr(error, "format_message"):
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            return fail(
                f"unexpected {type(error).__name__}: {error} "
                f"(a bug of the program; {TRACEBACK_VARIABLE}=1 shows where)",
                1,
            )
        context = getattr(error, "ctx", None)
        hint = f"; see '{context.command_path} --help'" if context else ""
        return fail(error.format_message().rstrip(".") + hint, 2)
    return status if isinstance(status, int) else 0


def fail(message: str, status: int) -> int:
    """Print in one line what went wrong; return `status`."""
    print("rtaudiogen:", plain(message), file=sys.stderr)
    return status
