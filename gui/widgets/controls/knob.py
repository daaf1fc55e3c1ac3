"""Rotary knob."""

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QPen

from ...shell.theme import ACCENT, DIM, EDGE, RAISED, TEXT, colour
from ..painting import draw_focus, em, fitted_font, scaled_font
from .movable import Movable
from .value_text import extreme_texts, value_text

_START_DEGREES, _SWEEP_DEGREES = 225.0, -270.0
_DRAG_EM = 12.0  # height of a drag over the whole range
_NARROWEST_EM, _WIDEST_EM = 6.6, 12.0
_VALUE_FONT = 1.1  # relative to the widget's font


class Knob(Movable):
    """A parameter as a dial with its name above and its value below; dragged up and down."""

    def sizeHint(self) -> QSize:
        value = QFontMetrics(scaled_font(self, _VALUE_FONT, bold=True))
        widths = [value.horizontalAdvance(text) for text in extreme_texts(self.parameter)]
        widths.append(self.title_width())
        wide = min(max(_NARROWEST_EM * em(self), 8.0 + max(widths)), _WIDEST_EM * em(self))
        return QSize(math.ceil(wide), self.title_height() + math.ceil(em(self) * 4.8))

    def travelled(self, start: QPointF, end: QPointF) -> float:
        return (start.y() - end.y()) / (_DRAG_EM * em(self))

    def value_area(self) -> QRect:
        height = math.ceil(em(self) * 1.45)
        return QRect(2, self.height() - height - 2, self.width() - 4, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_title(painter)
        self._paint_dial(painter)
        value = self.value_area()
        text = value_text(self.parameter, self._value)
        painter.setFont(fitted_font(self, text, value.width(), _VALUE_FONT, bold=True))
        painter.setPen(colour(self, TEXT if self.isEnabled() else EDGE))
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
        # The arc grows from zero, or from the lower end if zero is out of range.
        origin, here = self.share(0.0), self.share(self._value)
        painter.setPen(QPen(colour(self, ACCENT), thick, Qt.PenStyle.SolidLine, flat))
        start = _START_DEGREES + _SWEEP_DEGREES * origin
        painter.drawArc(ring, round(start * 16), round(_SWEEP_DEGREES * (here - origin) * 16))
        self._paint_ray(painter, centre, diameter / 2, self.share(self.parameter.default), DIM, 1)
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
