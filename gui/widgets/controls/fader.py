"""Horizontal fader in a single line: name, value and bar."""

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rtaudiogen.generator import Parameter

from ...shell.theme import ACCENT, DIM, EDGE, RAISED, TEXT, colour
from ..painting import draw_focus, em, fitted_font, scaled_font
from .movable import Movable
from .value_text import extreme_texts, value_text

_NARROWEST_EM = 5.0


class Fader(Movable):
    """A parameter as a bar that grows from zero, or from its lower end; dragged sideways."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parameter, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self._title) + self._value_width() + em(self)
        return QSize(math.ceil(max(_NARROWEST_EM * em(self), wide)), math.ceil(em(self) * 1.3))

    def travelled(self, start: QPointF, end: QPointF) -> float:
        return (end.x() - start.x()) / max(self._track().width(), 1)

    def value_area(self) -> QRect:
        wide = self._value_width()
        return QRect(self.width() - wide - 4, 0, wide, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        body = self._track()
        painter.fillRect(body, colour(self, RAISED))
        origin, here = (body.left() + body.width() * self.share(v) for v in (0.0, self._value))
        bar = QRectF(QPointF(origin, body.top()), QPointF(here, body.bottom())).normalized()
        painter.fillRect(bar, colour(self, ACCENT, 0.35))
        default = body.left() + body.width() * self.share(self.parameter.default)
        painter.fillRect(QRectF(default - 0.5, body.top(), 1, body.height()), colour(self, EDGE))
        painter.fillRect(QRectF(here - 1.5, body.top(), 3, body.height()), colour(self, ACCENT))
        value = self.value_area()
        name = body.adjusted(4, 0, -2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fitted_font(self, self._title, name.width()))
        painter.setPen(colour(self, DIM))
        painter.drawText(name, middle | Qt.AlignmentFlag.AlignLeft, self._title)
        text = value_text(self.parameter, self._value)
        painter.setFont(fitted_font(self, text, value.width(), bold=True))
        painter.setPen(colour(self, TEXT if self.isEnabled() else EDGE))
        painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, text)
        draw_focus(painter, self)

    def _track(self) -> QRectF:
        return QRectF(self.rect()).adjusted(1, 1, -self._value_width() - 8, -1)

    def _value_width(self) -> int:
        metrics = QFontMetrics(scaled_font(self, 1.0, bold=True))
        texts = extreme_texts(self.parameter)
        return max(metrics.horizontalAdvance(text) for text in texts) + 4
