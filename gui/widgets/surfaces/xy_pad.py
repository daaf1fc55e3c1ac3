"""Pad that moves two parameters with one finger."""

import math
from collections import deque
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from rtaudiogen.generator import Parameter

from ...shell.theme import ACCENT, DIM, EDGE, TEXT, WELL, colour
from ..controls.value_text import value_text
from ..painting import draw_focus, em, scaled_font
from ..scopes.frame_clock import Animated

_TRAIL_SECONDS, _TRAIL_POINTS = 1.5, 64
_STEP, _PAGE, _FINE = 0.01, 0.1, 0.1


class XYPad(Animated):
    """`x` grows to the right, `y` upwards; `changed(x, y)` is emitted while the point is dragged.

    Arrow keys move it (Shift: finely), page keys by a tenth up and down, Home or a double-click to
    the defaults. Its recent path fades away.
    """

    changed = Signal(float, float)

    def __init__(self, x: Parameter, y: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameters = (x, y)
        self._values = (x.clamp(x.default), y.clamp(y.default))
        self._trail: deque[tuple[float, float, float]] = deque(maxlen=_TRAIL_POINTS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{x.name} and {y.name}")
        helps = (f"{name}: {p.name}. {p.help}".strip() for name, p in (("→", x), ("↑", y)))
        self.setToolTip("\n".join(helps))

    @property
    def values(self) -> tuple[float, float]:
        """Values (x, y) in the parameters' own units."""
        return self._values

    def show_values(self, x: float, y: float) -> None:
        """Show values that were changed elsewhere; emit nothing."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return
        values = (self.parameters[0].clamp(x), self.parameters[1].clamp(y))
        if values != self._values:
            self._trail.append((*self._shares(), _TRAIL_SECONDS))
            self._values = values
            self.update()

    def set_values(self, x: float, y: float) -> None:
        """Set values, or the nearest in range, as the user does; emit `changed`."""
        before = self._values
        self.show_values(x, y)
        if self._values != before:
            self.changed.emit(*self._values)

    def advance(self, seconds: float) -> None:
        """Let the trail fade."""
        if self._trail:
            aged = ((x, y, left - seconds) for x, y, left in self._trail)
            self._trail = deque((p for p in aged if p[2] > 0), maxlen=_TRAIL_POINTS)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 14), math.ceil(em(self) * 14))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 9), math.ceil(em(self) * 9))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._point_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_values(*(parameter.default for parameter in self.parameters))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-_STEP, 0.0),
            Qt.Key.Key_Right: (_STEP, 0.0),
            Qt.Key.Key_Down: (0.0, -_STEP),
            Qt.Key.Key_Up: (0.0, _STEP),
            Qt.Key.Key_PageDown: (0.0, -_PAGE),
            Qt.Key.Key_PageUp: (0.0, _PAGE),
        }
        if event.key() in moves:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._move(moves[Qt.Key(event.key())], _FINE if shift else 1.0)
        elif event.key() == Qt.Key.Key_Home:
            self.set_values(*(parameter.default for parameter in self.parameters))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = self._field()
        painter.fillRect(field, colour(self, WELL))
        painter.setPen(QPen(colour(self, EDGE), 1))
        painter.drawRect(field)
        place = self._place(*self._shares())
        painter.drawLine(QPointF(field.left(), place.y()), QPointF(field.right(), place.y()))
        painter.drawLine(QPointF(place.x(), field.top()), QPointF(place.x(), field.bottom()))
        points = [*self._trail, (*self._shares(), _TRAIL_SECONDS)]
        for (*start, left), (*end, _) in pairwise(points):
            ink = colour(self, ACCENT, 0.8 * left / _TRAIL_SECONDS)
            painter.setPen(QPen(ink, em(self) * 0.25))
            painter.drawLine(self._place(*start), self._place(*end))
        painter.setPen(QPen(colour(self, TEXT), 2))
        painter.setBrush(colour(self, ACCENT))
        painter.drawEllipse(place, em(self) * 0.5, em(self) * 0.5)
        self._paint_names(painter)
        draw_focus(painter, self)

    def _paint_names(self, painter: QPainter) -> None:
        line = em(self) * 1.3
        rows = (self.height() - 2 * line, self.height() - line)
        for sign, parameter, value, top in zip(
            "→↑", self.parameters, self._values, rows, strict=True
        ):
            area = QRectF(4, top, self.width() - 8, line)
            painter.setPen(colour(self, DIM))
            painter.setFont(self.font())
            left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(area, left, f"{sign} {parameter.name}")
            painter.setPen(colour(self, TEXT))
            painter.setFont(scaled_font(self, 1.0, bold=True))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(area, right, value_text(parameter, value))

    def _field(self) -> QRectF:
        return QRectF(self.rect()).adjusted(4, 4, -4, -em(self) * 2.6 - 4)

    def _shares(self) -> tuple[float, float]:
        x, y = (
            (value - p.minimum) / (p.maximum - p.minimum) if p.maximum > p.minimum else 0.0
            for p, value in zip(self.parameters, self._values, strict=True)
        )
        return x, y

    def _place(self, x: float, y: float) -> QPointF:
        field = self._field()
        return QPointF(field.left() + x * field.width(), field.bottom() - y * field.height())

    def _point_at(self, place: QPointF) -> None:
        field = self._field()
        shares = (
            (place.x() - field.left()) / max(field.width(), 1.0),
            (field.bottom() - place.y()) / max(field.height(), 1.0),
        )
        self.set_values(
            *(
                p.minimum + share * (p.maximum - p.minimum)
                for p, share in zip(self.parameters, shares, strict=True)
            )
        )

    def _move(self, shares: tuple[float, float], fineness: float) -> None:
        wanted = []
        for parameter, value, share in zip(self.parameters, self._values, shares, strict=True):
            step = share * fineness * (parameter.maximum - parameter.minimum)
            if parameter.stepped and share:
                step = math.copysign(max(1.0, abs(step)), share)
            wanted.append(value + step)
        self.set_values(wanted[0], wanted[1])
