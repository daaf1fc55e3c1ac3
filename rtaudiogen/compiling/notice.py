"""A notice when kernels are compiled for the first time, which takes a minute or two. [any]"""

import threading
import time

from numba.core.event import Event, Listener, register

from .line import say_once

PATIENCE_SECONDS = 1.0


class _Notice(Listener):
    """A watch that prints the line as soon as compiling takes longer than the patience."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0  # a kernel compiles the kernels that it calls
        self._left = PATIENCE_SECONDS
        self._begun = 0.0
        self._told = False
        self._timer: threading.Timer | None = None

    def on_start(self, event: Event) -> None:
        with self._lock:
            self._depth += 1
            if self._depth == 1 and not self._told:
                self._begun = time.monotonic()
                self._timer = threading.Timer(max(self._left, 0.0), self._say)
                self._timer.daemon = True
                self._timer.start()

    def on_end(self, event: Event) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0 and self._timer is not None:
                self._timer.cancel()
                self._timer = None
                self._left -= time.monotonic() - self._begun

    def _say(self) -> None:
        with self._lock:
            self._told = True
        say_once()


def tell_of_compiling() -> None:
    """Print the line at the first long compilation from now on, once in this process."""
    register("numba:compile", _Notice())
