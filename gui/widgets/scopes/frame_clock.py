"""One timer for all that moves: nothing is painted unseen, or oftener than 30 times a second."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import SIGNAL, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

PERIOD_MS = 34  # just under 30 Hz


class FrameClock(QObject):
    """Emits `tick(seconds since the last one)` while somebody listens. [control]"""

    tick = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0

    @property
    def running(self) -> bool:
        """Whether anybody listens."""
        return self._timer.isActive()

    def listen(self, slot: Callable[[float], None]) -> None:
        """Call `slot` at every tick until `leave`."""
        self.tick.connect(slot)
        if not self._timer.isActive():
            self._last = perf_counter()
            self._timer.start()

    def leave(self, slot: Callable[[float], None]) -> None:
        """Call it no more."""
        self.tick.disconnect(slot)
        self._rest()

    def _rest(self) -> None:
        # Qt knows of listeners that were deleted without leaving.
        if not self.receivers(SIGNAL("tick(double)")):
            self._timer.stop()

    def _beat(self) -> None:
        self._rest()
        now = perf_counter()
        self.tick.emit(now - self._last)
        self._last = now


def shared_clock() -> FrameClock:
    """The application's one clock."""
    app = QApplication.instance()
    assert app is not None, "a QApplication comes first"
    found = app.findChild(FrameClock)
    return found if found is not None else FrameClock(app)


class Animated(QWidget):
    """A widget whose `advance(seconds)` is called at every tick while it can be seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listening: FrameClock | None = None

    def advance(self, seconds: float) -> None:
        """Time has passed: move, and call `update` if that is to be seen."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        if self._listening is None:
            self._listening = shared_clock()
            self._listening.listen(self.advance)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._listening is not None:
            self._listening.leave(self.advance)
            self._listening = None
        super().hideEvent(event)
