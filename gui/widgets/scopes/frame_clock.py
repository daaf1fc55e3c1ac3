"""Timer shared by all animated widgets: paints only what is visible, at most 30 times a second."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import SIGNAL, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

PERIOD_MS = 34  # just under 30 Hz


class FrameClock(QObject):
    """Emits `tick(seconds since the last one)` while it has listeners. [control]"""

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
        """True while the clock has listeners."""
        return self._timer.isActive()

    def listen(self, slot: Callable[[float], None]) -> None:
        """Call `slot` at every tick until `leave`."""
        self.tick.connect(slot)
        if not self._timer.isActive():
            self._last = perf_counter()
            self._timer.start()

    def leave(self, slot: Callable[[float], None]) -> None:
        """Stop calling `slot`."""
        self.tick.disconnect(slot)
        self._rest()

    def _rest(self) -> None:
        # Listeners may be deleted without leaving; Qt then removes them from its count.
        if not self.receivers(SIGNAL("tick(double)")):
            self._timer.stop()

    def _beat(self) -> None:
        self._rest()
        now = perf_counter()
        self.tick.emit(now - self._last)
        self._last = now


def shared_clock() -> FrameClock:
    """Return the application's clock, made on the first call."""
    app = QApplication.instance()
    assert app is not None, "make a QApplication first"
    found = app.findChild(FrameClock)
    return found if found is not None else FrameClock(app)


class Animated(QWidget):
    """A widget whose `advance(seconds)` is called at every tick while it is visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listening: FrameClock | None = None

    def advance(self, seconds: float) -> None:
        """Advance by the time that has passed; call `update` if that changes the picture."""
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
