"""Time limit of what may take long for a good reason."""

import threading
import time
from collections.abc import Callable
from typing import Self

LOOK_SECONDS = 0.1


class Patience:
    """Calls `give_up` once its `with` block has lasted so many seconds without a reason."""

    def __init__(
        self, seconds: float, has_reason: Callable[[], bool], give_up: Callable[[], object]
    ) -> None:
        """Ask `has_reason` ten times a second; time for which there is one does not count."""
        self._left, self._has_reason, self._give_up = seconds, has_reason, give_up
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="patience", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def _wait(self) -> None:
        before = time.monotonic()
        while not self._done.wait(min(LOOK_SECONDS, max(self._left, 0.0))):
            now = time.monotonic()
            if not self._has_reason():
                self._left -= now - before
            before = now
            if self._left <= 0.0:
                self._give_up()
                return
