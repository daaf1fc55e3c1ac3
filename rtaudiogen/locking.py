"""Locks on files: whether another process is alive, and that no two do the same. [any]"""

import sys
from typing import IO

if sys.platform != "win32":
    import fcntl


def lock(file: IO[bytes], shared: bool = False) -> bool:
    """Whether the lock was free; it is held until the file is closed.

    On Windows, and on a file system that knows no locks, it always is.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True
