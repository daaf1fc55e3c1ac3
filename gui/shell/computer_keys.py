"""The computer's keyboard as a piano: A W S E D F T G Y H U J K …, Z and X for the octave.

Escape silences everything, also while the user types text; the space bar stops or starts the
selected slot if it sounds by itself.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
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
    stop_or_start = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._held: dict[int, int] = {}  # by the computer's key: its note
        self.octave = FIRST_OCTAVE
        self._window = window
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
        key = event.key()
        if key == Qt.Key.Key_Escape:
            return self._escape()
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier or _somebody_writes():
            return False
        if key in (OCTAVE_DOWN, OCTAVE_UP):
            if not event.isAutoRepeat():
                self._move_octave(1 if key == OCTAVE_UP else -1)
            return True
        if key == Qt.Key.Key_Space and self._is_free(event):
            self.stop_or_start.emit()
            return True
        note = key_of(key, self.octave)
        if note is None:
            return False
        if not event.isAutoRepeat() and key not in self._held:
            self._held[key] = note
            self.pressed.emit(note, VELOCITY)
        return True

    def _escape(self) -> bool:
        """Silence everything; a text field gets the key, too, and is left."""
        self.panic.emit()
        if not _somebody_writes():
            return True
        QTimer.singleShot(0, _leave_the_text)  # after the field has cancelled what it cancels
        return False

    def _is_free(self, event: QKeyEvent) -> bool:
        """Return True for a key that no button or other control has a use for."""
        focus = QApplication.focusWidget()
        return not event.isAutoRepeat() and (focus is None or focus is self._window)

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


def _leave_the_text() -> None:
    focus = QApplication.focusWidget()
    if focus is not None and _somebody_writes():
        focus.clearFocus()


def _somebody_writes() -> bool:
    """Return True if the widget that has the keyboard takes letters."""
    focus = QApplication.focusWidget()
    return isinstance(focus, _WRITING) or (isinstance(focus, QComboBox) and focus.isEditable())
