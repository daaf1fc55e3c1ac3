"""Base of knob and fader: drag, wheel, keys, or a typed number."""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from rtaudiogen.generator import Parameter

from ..scroll_page import scrolls_with
from .control import Control
from .value_text import parse_value, value_text

_FINE = 0.1  # with Shift
_NOTCHES = 50  # of the wheel over the whole range
_KEY, _PAGE = 0.01, 0.1  # of the range


class Movable(Control):
    """A parameter over a range; knob and fader define `travelled` and `value_area`.

    Drag it, turn the wheel or press arrow and page keys to move it; Shift makes each finer. The
    wheel needs the focus, which a click gives: otherwise it would move what the page is scrolled
    over. Home and End set the ends, Delete or a double-click sets the default. Enter or a click on
    the value opens a field to type into.
    """

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._grip: QPointF | None = None
        self._exact = self._value  # the mouse's place between the steps of a stepped parameter
        self._editor: QLineEdit | None = None

    @property
    def is_held(self) -> bool:
        """True while the mouse drags it."""
        return self._grip is not None

    def travelled(self, start: QPointF, end: QPointF) -> float:
        """Return the share of the range that corresponds to a movement of the mouse."""
        raise NotImplementedError

    def value_area(self) -> QRect:
        """Return the area where the value is written, in pixels."""
        raise NotImplementedError

    def share(self, value: float) -> float:
        """Return the place of a value in the range, 0 … 1."""
        parameter = self.parameter
        span = parameter.maximum - parameter.minimum
        value = min(max(value, parameter.minimum), parameter.maximum)
        return (value - parameter.minimum) / span if span > 0 else 0.0

    def move_by(self, share: float) -> None:
        """Move by a share of the range, as the user does."""
        parameter = self.parameter
        span = parameter.maximum - parameter.minimum
        if parameter.clamp(self._exact) != self._value:  # it was moved elsewhere meanwhile
            self._exact = self._value
        exact = self._exact + share * span
        self._exact = min(max(exact, parameter.minimum), parameter.maximum)
        self.set_value(self._exact)

    def edit(self) -> None:
        """Open a field to type the value into; Enter takes it, Escape cancels."""
        if self._editor is not None:
            return
        if self.parameter.labels:
            text = value_text(self.parameter, self._value)
        else:
            text = f"{self._value:.6g}"
        editor = QLineEdit(text, self)
        editor.setAccessibleName(f"{self.parameter.name}, value")
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        editor.setStyleSheet("padding: 0")
        editor.setGeometry(self.value_area().adjusted(0, -2, 0, 2))
        editor.selectAll()
        editor.editingFinished.connect(self._close_editor)  # the user clicked elsewhere
        editor.installEventFilter(self)
        self._editor = editor
        editor.show()
        editor.setFocus()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        # A line edit hands Enter on to its parent, which would open it again.
        closing = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() not in closing:
            return False
        self._close_editor(take=event.key() != Qt.Key.Key_Escape)
        self.setFocus()
        return True

    def _close_editor(self, take: bool = True) -> None:
        if self._editor is None:
            return
        editor, self._editor = self._editor, None
        value = parse_value(self.parameter, editor.text())
        editor.hide()
        editor.deleteLater()
        if take and value is not None:
            self.set_value(value)
        elif take:
            self._say_what_is_taken(editor.text())

    def _say_what_is_taken(self, text: str) -> None:
        low, high = (
            value_text(self.parameter, end)
            for end in (self.parameter.minimum, self.parameter.maximum)
        )
        place = self.mapToGlobal(self.value_area().bottomLeft())
        sentence = f"'{text}' is not a value of {self.parameter.name}; expected {low} … {high}"
        QToolTip.showText(place, sentence, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = event.position()
        self._exact = self._value

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        share = self.travelled(self._grip, event.position())
        self._grip = event.position()
        self.move_by(share * self._fineness(event.modifiers()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        clicked = self._grip == event.position() and self._exact == self._value
        self._grip = None
        if clicked and self.value_area().contains(event.position().toPoint()):
            self.edit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.value_area().contains(event.position().toPoint()):
            self._to_default()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or scrolls_with(self):
            event.ignore()  # the page scrolls
            return
        turn = event.angleDelta()
        notches = (turn.y() or turn.x()) / 120.0  # Shift turns the wheel sideways on some systems
        self.move_by(notches * self._notch() * self._fineness(event.modifiers()))
        event.accept()  # also at an end of the range: the page must not start to scroll

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, parameter = event.key(), self.parameter
        step = max(_KEY, self._step_share())
        page = max(_PAGE, self._step_share())
        moves = {
            Qt.Key.Key_Up: step,
            Qt.Key.Key_Right: step,
            Qt.Key.Key_Down: -step,
            Qt.Key.Key_Left: -step,
            Qt.Key.Key_PageUp: page,
            Qt.Key.Key_PageDown: -page,
        }
        if key in moves:
            self._exact = self._value
            fineness = 1.0 if parameter.stepped else self._fineness(event.modifiers())
            self.move_by(moves[Qt.Key(key)] * fineness)
        elif key == Qt.Key.Key_Home:
            self.set_value(parameter.minimum)
        elif key == Qt.Key.Key_End:
            self.set_value(parameter.maximum)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._to_default()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit()
        else:
            super().keyPressEvent(event)

    def _step_share(self) -> float:
        span = self.parameter.maximum - self.parameter.minimum
        return 1.0 / span if self.parameter.stepped and span > 0 else 0.0

    def _notch(self) -> float:
        return max(1.0 / _NOTCHES, self._step_share())

    @staticmethod
    def _fineness(modifiers: Qt.KeyboardModifier) -> float:
        return _FINE if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
