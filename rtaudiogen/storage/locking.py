"""Locks on files: they show that a process lives, and keep two from the same work. [any]"""

import sys
from typing import IO

if sys.platform != "win32":
    import fcntl


def lock(file: IO[bytes], shared: bool = False) -> bool:
    """Take the lock if it is free, and return True; it is held until the file is closed.

    On Windows, and on a file system without locks, it is always free.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True
