"""Goniometer: the phase relation of left and right."""

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from ...shell.theme import ALARM, DIM, EDGE, SIGNAL, TEXT, colour
from ..painting import em, polygon, scaled_font
from .scope import Scope

_SHOWN_SECONDS = 0.03
_SMOOTH_SECONDS, _FALL_SECONDS = 0.3, 2.0


class PhaseView(Scope):
    """Mid points upwards, side sideways: mono is an upright line, opposite phase lies flat.

    The bar is the correlation of the channels, from −1 to 1.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        help = "Stereo: mono is upright, opposite phase lies flat; bar: correlation; space: freeze"
        super().__init__("Phase", help, parent)
        self._frames = np.zeros((0, 2), np.float32)
        self._powers = np.zeros(3)  # left · right, left², right²
        self._peak = 0.0  # the recent peak scales the figure: it shows shape, the meters show level

    @property
    def correlation(self) -> float:
        """Correlation of the channels, −1 … 1; 0 in silence."""
        both, left, right = (float(power) for power in self._powers)
        return both / np.sqrt(left * right) if left * right > 1e-18 else 0.0

    def heard(self, seconds: float) -> None:
        frames = self.ring.latest(round(_SHOWN_SECONDS * self.sample_rate))
        if frames.shape[1] == 1:
            frames = np.repeat(frames, 2, axis=1)
        self._frames = frames[:, :2]
        self._peak *= max(1 - seconds / _FALL_SECONDS, 0.0)
        self._peak = max(self._peak, float(np.max(np.abs(self._frames), initial=0.0)), 1e-4)
        left, right = self._frames.T
        powers = np.array([left @ right, left @ left, right @ right], np.float64)
        self._powers += min(seconds / _SMOOTH_SECONDS, 1.0) * (powers - self._powers)

    def paint(self, painter: QPainter, area: QRect) -> None:
        bar_height = round(em(self) * 1.4)
        field = area.adjusted(0, 0, 0, -bar_height)
        radius = max(min(field.width(), field.height()) / 2 - 2, 1.0)
        centre = QRectF(field).center()
        painter.setPen(QPen(colour(self, EDGE), 1))
        for way in ((1, 0), (0, 1), (0.7071, 0.7071), (0.7071, -0.7071)):
            ray = QPointF(*way) * radius
            painter.drawLine(centre - ray, centre + ray)
        painter.setFont(scaled_font(self, 0.85))
        painter.setPen(colour(self, DIM))
        for text, side in (("L", -1), ("R", 1)):
            place = centre + QPointF(side * radius * 0.8 - em(self) * 0.3, -radius * 0.72)
            painter.drawText(place, text)
        painter.setPen(QPen(colour(self, SIGNAL), 0))
        left, right = self._frames.astype(np.float64).T
        unit = radius / (2 * max(self._peak, 1e-4))
        across, up = (right - left) * unit, (left + right) * unit
        x, y = centre.x() + across, centre.y() - up
        painter.drawPoints(
            polygon(np.concatenate((x, x + 1, x, x + 1)), np.concatenate((y, y, y + 1, y + 1)))
        )
        self._paint_correlation(painter, area.adjusted(0, field.height(), 0, 0))

    def reading(self, place: QPointF) -> str:
        return f"correlation {self.correlation:+.2f}".replace("-", "−")

    def _paint_correlation(self, painter: QPainter, area: QRect) -> None:
        value = self.correlation
        middle, half = area.center().x(), area.width() / 2 - em(self) * 1.6
        bar = QRectF(middle, area.top() + 4, half * value, area.height() - 8).normalized()
        painter.fillRect(bar, colour(self, SIGNAL if value >= 0 else ALARM))
        painter.setPen(QPen(colour(self, TEXT), 1))
        painter.drawLine(middle, area.top() + 2, middle, area.bottom() - 2)
        painter.setPen(colour(self, DIM))
        vertical = Qt.AlignmentFlag.AlignVCenter
        inside = area.adjusted(4, 0, -4, 0)
        painter.drawText(inside, vertical | Qt.AlignmentFlag.AlignLeft, "−1")
        painter.drawText(inside, vertical | Qt.AlignmentFlag.AlignRight, "+1")
