"""Ctrl-C as a wish: what is being done is finished first."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interruption:
    """A context in which the first Ctrl-C is only noted, in `asked`; the next is one as ever."""

    def __init__(self, noted: bool = True) -> None:
        """Without `noted`, and on other threads than the main one, every Ctrl-C is one as ever."""
        self.asked = False
        self._noted = noted and threading.current_thread() is threading.main_thread()
        self._before: Any = None

    def __enter__(self) -> "Interruption":
        if self._noted:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        self._restore()

    def _restore(self) -> None:
        signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._noted and not self.asked:
            self._restore()
