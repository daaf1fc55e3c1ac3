"""File that exists while kernels are compiled, for a process that waits for them. [any]"""

import threading
from contextlib import suppress
from pathlib import Path

from numba.core.event import Event, Listener, register


class _Mark(Listener):
    """Keeps the file while any thread compiles."""

    def __init__(self, path: Path) -> None:
        self._path, self._depth = path, 0
        self._lock = threading.Lock()

    def on_start(self, event: Event) -> None:
        with self._lock:
            self._depth += 1  # a kernel compiles the kernels that it calls
            if self._depth == 1:
                with suppress(OSError):  # the folder may be gone; compiling goes on
                    self._path.touch()

    def on_end(self, event: Event) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                with suppress(OSError):
                    self._path.unlink(missing_ok=True)


def mark_compiling(path: Path) -> None:
    """Have this process create `path` while it compiles, and delete it in between."""
    path.unlink(missing_ok=True)
    register("numba:compile", _Mark(path))
