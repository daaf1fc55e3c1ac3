"""Deferral of Ctrl-C until the current work is finished."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interruption:
    """Context in which the first Ctrl-C only sets `asked`; the next one interrupts as usual."""

    def __init__(self, noted: bool = True) -> None:
        """Without `noted`, or on a thread other than the main one, every Ctrl-C interrupts as
        usual.
        """
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
