"""A rotary knob: drag, wheel, keys, or a typed number."""

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from rtaudiogen.generator import Parameter

from ..theme import ACCENT, DIM, EDGE, RAISED, TEXT, colour
from .control import Control
from .painting import draw_focus, em, scaled_font
from .value_text import parse_value, value_text

_START_DEGREES, _SWEEP_DEGREES = 225.0, -270.0
_DRAG_EM = 12.0  # height of a drag over the whole range
_FINE = 0.1  # with Shift
_NOTCHES = 50  # of the wheel over the whole range
_KEY, _PAGE = 0.01, 0.1  # of the range


class Knob(Control):
    """A parameter as a dial with its name above and its value below.

    Drag up and down, turn the wheel or press arrows and page keys; Shift makes each fine. Home and
    End are the ends, Delete or a double-click the default. Enter or a click on the value opens a
    field to type into.
    """

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self._grip: QPointF | None = None
        self._exact = self._value  # where the hand is, between the steps of a stepped parameter
        self._editor: QLineEdit | None = None

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 6.6), self.title_height() + math.ceil(em(self) * 4.8))

    def move_by(self, share: float) -> None:
        """Move by a share of the range, as a hand does."""
        parameter = self.parameter
        span = parameter.maximum - parameter.minimum
        if parameter.clamp(self._exact) != self._value:  # it was moved by somebody else meanwhile
            self._exact = self._value
        exact = self._exact + share * span
        self._exact = min(max(exact, parameter.minimum), parameter.maximum)
        self.set_value(self._exact)

    def edit(self) -> None:
        """Open a field to type the value into; Enter takes it, Escape does not."""
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
        editor.setGeometry(self._value_area().adjusted(0, -2, 0, 2))
        editor.selectAll()
        editor.editingFinished.connect(self._close_editor)  # something else was clicked
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = event.position()
        self._exact = self._value

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        travel = self._grip.y() - event.position().y()
        self._grip = event.position()
        self.move_by(travel / (_DRAG_EM * em(self)) * self._fineness(event.modifiers()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        clicked = self._grip == event.position() and self._exact == self._value
        self._grip = None
        if clicked and self._value_area().contains(event.position().toPoint()):
            self.edit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._value_area().contains(event.position().toPoint()):
            self._to_default()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        notches = (turn.y() or turn.x()) / 120.0  # Shift turns the wheel sideways on some systems
        self.move_by(notches * self._notch() * self._fineness(event.modifiers()))
        event.accept()  # at an end of the range, too: the page below must not scroll away

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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_title(painter)
        self._paint_dial(painter)
        value = self._value_area()
        painter.setFont(scaled_font(self, 1.1, bold=True))
        painter.setPen(colour(self, TEXT if self.isEnabled() else EDGE))
        text = value_text(self.parameter, self._value)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, value.width())
        painter.drawText(value, Qt.AlignmentFlag.AlignCenter, text)
        draw_focus(painter, self)

    def _paint_dial(self, painter: QPainter) -> None:
        diameter, thick = em(self) * 3.3, em(self) * 0.4
        centre = QPointF(self.width() / 2, self.title_height() + em(self) * 0.15 + diameter / 2)
        ring = QRectF(0, 0, diameter - thick, diameter - thick)
        ring.moveCenter(centre)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self, RAISED))
        painter.drawEllipse(ring.adjusted(thick, thick, -thick, -thick))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        flat = Qt.PenCapStyle.FlatCap
        painter.setPen(QPen(colour(self, EDGE), thick, Qt.PenStyle.SolidLine, flat))
        painter.drawArc(ring, round(_START_DEGREES * 16), round(_SWEEP_DEGREES * 16))
        # A range with a middle grows from there.
        origin, here = self._share(0.0), self._share(self._value)
        painter.setPen(QPen(colour(self, ACCENT), thick, Qt.PenStyle.SolidLine, flat))
        start = _START_DEGREES + _SWEEP_DEGREES * origin
        painter.drawArc(ring, round(start * 16), round(_SWEEP_DEGREES * (here - origin) * 16))
        self._paint_ray(painter, centre, diameter / 2, self._share(self.parameter.default), DIM, 1)
        self._paint_ray(painter, centre, diameter / 2 - thick, here, TEXT, 0.35 * diameter)

    def _paint_ray(
        self, painter: QPainter, centre: QPointF, outside: float, share: float,
        role: QPalette.ColorRole, length: float,
    ) -> None:  # fmt: skip
        angle = math.radians(_START_DEGREES + _SWEEP_DEGREES * share)
        way = QPointF(math.cos(angle), -math.sin(angle))
        round_cap = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(colour(self, role), em(self) * 0.15, Qt.PenStyle.SolidLine, round_cap))
        painter.drawLine(centre + way * outside, centre + way * (outside - length))

    def _share(self, value: float) -> float:
        parameter = self.parameter
        span = parameter.maximum - parameter.minimum
        value = min(max(value, parameter.minimum), parameter.maximum)
        return (value - parameter.minimum) / span if span > 0 else 0.0

    def _value_area(self) -> QRect:
        height = math.ceil(em(self) * 1.45)
        return QRect(2, self.height() - height - 2, self.width() - 4, height)

    def _step_share(self) -> float:
        span = self.parameter.maximum - self.parameter.minimum
        return 1.0 / span if self.parameter.stepped and span > 0 else 0.0

    def _notch(self) -> float:
        return max(1.0 / _NOTCHES, self._step_share())

    @staticmethod
    def _fineness(modifiers: Qt.KeyboardModifier) -> float:
        return _FINE if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
