"""Spectrum with held peaks, above a spectrogram of the last seconds."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ...shell.theme import ACCENT, DIM, EDGE, TEXT, WARNING, WELL, colour
from ..painting import draw_curve, em, polygon, scaled_font
from .scope import Scope
from .spectrum import FLOOR_DB, SIZE, LogSpectrum, note_name
from .waterfall import Waterfall

_COLUMNS, _ROWS = 512, 180  # six seconds of the waterfall
_FALL_DB_PER_SECOND = 12.0  # of the held peaks
_SMOOTH_SECONDS = 0.06
_MARKS_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10000)


class SpectrumView(Scope):
    """Level over frequency (logarithmic, 20 Hz to 20 kHz), and a waterfall on the same axis.

    The cursor reads frequency, note and level, frozen or not. Delete resets the held peaks.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        help = "Spectrum, held peaks, spectrogram. Point: frequency, note and level; space: freeze"
        super().__init__("Spectrum", help, parent)
        self._spectrum = LogSpectrum(self.sample_rate, _COLUMNS)
        self._waterfall = Waterfall(_COLUMNS, _ROWS)
        self._levels_db = np.full(_COLUMNS, FLOOR_DB, np.float32)
        self._held_db = self._levels_db.copy()
        self._colour_waterfall()

    @property
    def levels_db(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Levels of the curve, (columns,)."""
        return self._levels_db

    @property
    def held_db(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Held peaks, (columns,)."""
        return self._held_db

    def rate_changed(self) -> None:
        self._spectrum = LogSpectrum(self.sample_rate, _COLUMNS)

    def heard(self, seconds: float) -> None:
        frames = self.ring.latest(SIZE)
        signal = np.zeros(SIZE, np.float32)
        signal[SIZE - len(frames) :] = frames.mean(axis=1)
        new = self._spectrum.levels_db(signal)
        share = np.float32(min(seconds / _SMOOTH_SECONDS, 1.0))
        self._levels_db = np.maximum(new, self._levels_db + share * (new - self._levels_db))
        fallen = self._held_db - np.float32(_FALL_DB_PER_SECOND * seconds)
        self._held_db = np.maximum(self._levels_db, fallen)
        self._waterfall.add(1 - new / np.float32(FLOOR_DB))

    def forget_peaks(self) -> None:
        """Reset the held peaks to the present levels."""
        self._held_db = self._levels_db.copy()
        self.update(self.canvas())

    def paint(self, painter: QPainter, area: QRect) -> None:
        upper = self._upper(area)
        lower = area.adjusted(0, upper.height(), 0, 0)
        self._waterfall.paint(painter, lower)
        x = np.linspace(upper.left(), upper.right(), _COLUMNS)
        ends = np.array([upper.right(), upper.left()])
        ground = np.array([upper.bottom() + 2.0] * 2)
        curve = self._y(upper, self._levels_db)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_between(colour(self, WELL), colour(self, ACCENT), 0.35))
        painter.drawPolygon(polygon(np.append(x, ends), np.append(curve, ground)))
        self._paint_grid(painter, upper)
        held = self._y(upper, self._held_db)
        draw_curve(painter, polygon(x, held), colour(self, WARNING), pixels=1.0)
        draw_curve(painter, polygon(x, curve), colour(self, ACCENT))

    def reading(self, place: QPointF) -> str:
        area = self.canvas()
        share = min(max((place.x() - area.left()) / max(area.width() - 1, 1), 0.0), 1.0)
        hz = self._spectrum.hz(share)
        level_db = self._levels_db[min(int(share * _COLUMNS), _COLUMNS - 1)]
        return f"{hz:.0f} Hz  {note_name(hz)}  {level_db:.0f} dB".replace("-", "−")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.move_cursor(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        if not self.frozen:
            self._cursor = None
            self._say()
            self.update(self.canvas())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.forget_peaks()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_waterfall()
        super().changeEvent(event)

    def _colour_waterfall(self) -> None:
        dark = colour(self, WELL)
        steps = (colour(self, ACCENT), colour(self, WARNING), colour(self, TEXT))
        self._waterfall.set_colours((dark, _between(dark, steps[0], 0.45), *steps))

    def _upper(self, area: QRect) -> QRect:
        return QRect(area.left(), area.top(), area.width(), round(area.height() * 0.55))

    @staticmethod
    def _y(
        area: QRect, levels_db: np.ndarray[tuple[int], np.dtype[np.float32]]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return area.top() + area.height() * (levels_db.astype(np.float64) / FLOOR_DB)

    def _paint_grid(self, painter: QPainter, area: QRect) -> None:
        painter.setFont(scaled_font(self, 0.85))
        line, ink = QPen(colour(self, EDGE, 0.7), 0), colour(self, DIM)
        for db in range(-20, int(FLOOR_DB), -20):
            y = area.top() + round(area.height() * db / FLOOR_DB)
            painter.setPen(line)
            painter.drawLine(area.left(), y, area.right(), y)
            painter.setPen(ink)
            painter.drawText(area.left() + 3, y - 2, f"−{-db}")
        taken = area.left() + em(self) * 2.0
        for hz in _MARKS_HZ:
            if hz >= self._spectrum.highest_hz:
                break
            x = area.left() + round(area.width() * self._spectrum.share(hz))
            painter.setPen(line)
            painter.drawLine(x, area.top(), x, area.bottom())
            text = f"{hz // 1000}k" if hz >= 1000 else f"{hz}"
            width = painter.fontMetrics().horizontalAdvance(text) + 6
            if x > taken and x + width < area.right():
                painter.setPen(ink)
                painter.drawText(x + 3, area.top() + painter.fontMetrics().ascent() + 1, text)
                taken = x + width


def _between(one: QColor, other: QColor, share: float) -> QColor:
    pairs = (
        (one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()),
    )  # fmt: skip
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))
