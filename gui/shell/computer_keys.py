"""The computer's keyboard as a piano: A W S E D F T G Y H U J K …, Z and X for the octave.

Escape silences everything.
"""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

from ..widgets.surfaces.keys import key_of

OCTAVE_DOWN, OCTAVE_UP = Qt.Key.Key_Z, Qt.Key.Key_X
LOWEST_OCTAVE, HIGHEST_OCTAVE, FIRST_OCTAVE, PAD_OCTAVE = 0, 7, 4, 2
VELOCITY = 100

_WRITING = (QLineEdit, QAbstractSpinBox)


class ComputerKeys(QObject):
    """Emits notes for the keys of a window, except while the user types text.

    Held keys are released when the window loses the keyboard, because their release would never
    arrive.
    """

    pressed = Signal(int, int)  # MIDI note, velocity
    released = Signal(int)
    octave_moved = Signal(int)  # up or down
    panic = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._held: dict[int, int] = {}  # by the computer's key: its note
        self.octave = FIRST_OCTAVE
        window.winId()  # creates the system's window, which gets keys before any widget does
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._press(event)
            if event.type() == QEvent.Type.KeyRelease:
                return self._release(event)
        elif event.type() in (QEvent.Type.FocusOut, QEvent.Type.Close):
            self.let_go()
        return False

    def let_go(self) -> None:
        """Release every key that is held."""
        for note in self._held.values():
            self.released.emit(note)
        self._held.clear()

    def turn_to_pads(self, pads: bool) -> None:
        """Let A play the first pad (`pads`), or else C4."""
        self.octave = PAD_OCTAVE if pads else FIRST_OCTAVE

    def _press(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier or _somebody_writes():
            return False
        key = event.key()
        if key in (OCTAVE_DOWN, OCTAVE_UP):
            if not event.isAutoRepeat():
                self._move_octave(1 if key == OCTAVE_UP else -1)
            return True
        if key == Qt.Key.Key_Escape:
            self.panic.emit()
            return True
        note = key_of(key, self.octave)
        if note is None:
            return False
        if not event.isAutoRepeat() and key not in self._held:
            self._held[key] = note
            self.pressed.emit(note, VELOCITY)
        return True

    def _move_octave(self, step: int) -> None:
        if LOWEST_OCTAVE <= self.octave + step <= HIGHEST_OCTAVE:
            self.octave += step
            self.octave_moved.emit(step)

    def _release(self, event: QKeyEvent) -> bool:
        if event.key() not in self._held:
            return False
        if not event.isAutoRepeat():
            self.released.emit(self._held.pop(event.key()))
        return True


def _somebody_writes() -> bool:
    """Return True if the widget that has the keyboard takes letters."""
    focus = QApplication.focusWidget()
    return isinstance(focus, _WRITING) or (isinstance(focus, QComboBox) and focus.isEditable())
