"""Oscilloscope: a steady tone stands still, a long stretch scrolls."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from ...shell.theme import DIM, EDGE, SIGNAL, colour
from ..painting import Floats, decibels, draw_curve, em, polygon, scaled_font
from .frame_ring import Frames, Signal
from .scope import SECONDS, Scope
from .zero_crossing import last_crossing

SHORTEST_SECONDS = 0.001
TRIGGERED_SECONDS = 0.1  # a longer stretch scrolls
_SEARCH_SECONDS = 0.06  # longer than a period of the lowest notes
_ZOOM = 1.25  # a notch of the wheel
_MOST_GAIN = 64.0
_HOME_SECONDS = 0.02


class WaveformView(Scope):
    """Level over time, a lane per channel (the first two).

    Wheel or ↑ ↓ zoom in time, with Shift in level; Home resets both. When it is frozen, dragging or
    page keys move through the last seconds.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        help = "Waveform. Wheel: zoom in time, with Shift in level; space: freeze, then drag"
        super().__init__("Waveform", help, parent)
        self._span_seconds = _HOME_SECONDS
        self._gain = 1.0
        self._end = 0  # frozen: index behind the last frame that is shown
        self._grip: float | None = None

    @property
    def span_seconds(self) -> float:
        """Length of the visible stretch."""
        return self._span_seconds

    @property
    def gain(self) -> float:
        """Vertical zoom; 1: full scale fills a lane."""
        return self._gain

    def zoom(self, factor: float) -> None:
        """Show a stretch `factor` times as long, around the cursor if there is one."""
        before = self._span_seconds
        self._span_seconds = min(max(before * factor, SHORTEST_SECONDS), SECONDS)
        if self._cursor is not None:
            area = self.canvas()
            right = (area.right() - self._cursor.x()) / max(area.width(), 1)
            self._end += round(right * (self._span_seconds - before) * self.sample_rate)
        self._pan(0)

    def zoom_level(self, factor: float) -> None:
        """Set the vertical zoom to `factor` times the present one."""
        self._gain = min(max(self._gain * factor, 1.0), _MOST_GAIN)
        self.update(self.canvas())

    def set_frozen(self, frozen: bool) -> None:
        back = self._live()[0] if frozen else 0
        super().set_frozen(frozen)
        if self._still is not None:
            self._end = len(self._still) - back
            self._pan(0)

    def visible(self) -> tuple[Frames, float]:
        """Return the visible frames, (n, channels), and where they begin, in frames from the left
        edge.
        """
        count = self._count()
        if self._still is not None:
            frames = self._still[max(self._end - count, 0) : self._end]
            return frames, float(count - len(frames))
        back, first = self._live()
        frames = self.ring.latest(count + back + 2)
        return frames[: len(frames) - back], count - len(frames) + back + first

    def paint(self, painter: QPainter, area: QRect) -> None:
        frames, first = self.visible()
        channels = min(frames.shape[1], 2)
        height = area.height() / channels
        for channel in range(channels):
            top = area.top() + channel * height
            self._paint_grid(painter, area, top, height)
            self._paint_lane(painter, area, frames[:, channel], first, top, height)
        self._paint_span(painter, area)

    def reading(self, place: QPointF) -> str:
        still = self._still
        if still is None or not len(still):
            return ""
        area = self.canvas()
        share = (area.right() - place.x()) / max(area.width() - 1, 1)
        frame = min(max(self._end - 1 - round(share * self._count()), 0), len(still) - 1)
        seconds = (frame - len(still)) / self.sample_rate
        levels = still[frame, :2]
        texts = [f"{level:+.3f} ({decibels(abs(level)):.1f} dB)" for level in levels.tolist()]
        return f"{seconds * 1000:.2f} ms  {'  '.join(texts)}".replace("-", "−")

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        notches = (turn.y() or turn.x()) / 120.0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.zoom_level(_ZOOM**notches)
        else:
            self.zoom(_ZOOM**-notches)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.frozen and event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            moved = self._grip - event.position().x()
            frames = round(moved / max(self.canvas().width(), 1) * self._count())
            if frames:
                self._pan(frames)
                self._grip = event.position().x()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            factor = _ZOOM if key == Qt.Key.Key_Up else 1 / _ZOOM
            if shift:
                self.zoom_level(factor)
            else:
                self.zoom(1 / factor)
        elif key == Qt.Key.Key_Home:
            self._gain = 1.0
            self.zoom(_HOME_SECONDS / self._span_seconds)
        elif self.frozen and key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._pan((1 if key == Qt.Key.Key_PageDown else -1) * self._count() // 2)
        else:
            super().keyPressEvent(event)

    def _count(self) -> int:
        return max(round(self._span_seconds * self.sample_rate), 2)

    def _pan(self, frames: int) -> None:
        if self._still is not None:
            lowest = min(self._count(), len(self._still))
            self._end = min(max(self._end + frames, lowest), len(self._still))
            self._say()
        self.update(self.canvas())

    def _live(self) -> tuple[int, float]:
        """Return how many frames before the newest the picture ends, and its shift in fractions."""
        if self._span_seconds > TRIGGERED_SECONDS:
            return 0, 0.0
        count = self._count()
        frames = self.ring.latest(count + round(_SEARCH_SECONDS * self.sample_rate) + 2)
        mono = frames[: max(len(frames) - count - 1, 0)].mean(axis=1)
        crossing = last_crossing(mono)
        if crossing is None:
            return 0, 0.0
        # The picture begins with the frame before the crossing, at the edge, and has count + 2.
        before = math.floor(crossing)
        return len(frames) - before - count - 2, 2.0 - (crossing - before)

    def _paint_lane(
        self, painter: QPainter, area: QRect, signal: Signal, first: float, top: float,
        height: float,
    ) -> None:  # fmt: skip
        count, width = self._count(), area.width()
        places: Floats = np.arange(len(signal), dtype=np.float64)
        dense = count > 2 * width
        if dense:
            places, signal = self._extremes(signal, math.ceil(count / width))
        x = (places + first) * (width / count) + area.left()
        middle, unit = top + height / 2, (height / 2 - 2) * self._gain
        y = np.clip(middle - signal * np.float32(unit), top, top + height)
        draw_curve(painter, polygon(x, y), colour(self, SIGNAL), pixels=1.0 if dense else 2.0)

    def _extremes(self, signal: Signal, size: int) -> tuple[Floats, Signal]:
        """Return lowest and highest of every `size` frames, and their places.

        The same frames are always grouped together, wherever they are shown: otherwise it would
        flicker.
        """
        end = self.ring.written if self._still is None else self._end
        start = (len(signal) - end) % size
        bins = max((len(signal) - start) // size, 0)
        cut = signal[start : start + bins * size].reshape(bins, size)
        pairs = np.stack((cut.min(axis=1), cut.max(axis=1)), axis=1).ravel()
        return np.repeat(start + np.arange(bins) * float(size), 2), pairs

    def _paint_grid(self, painter: QPainter, area: QRect, top: float, height: float) -> None:
        painter.setPen(QPen(colour(self, EDGE), 1))
        for share in (0.5, 1.0):
            y = round(top + share * height)
            painter.drawLine(area.left(), y, area.right(), y)
        for tenth in range(1, 10):
            x = area.left() + round(area.width() * tenth / 10)
            painter.drawLine(x, round(top + height / 2) - 3, x, round(top + height / 2) + 3)

    def _paint_span(self, painter: QPainter, area: QRect) -> None:
        painter.setFont(scaled_font(self, 0.85))
        painter.setPen(colour(self, DIM))
        span = self._span_seconds
        text = f"{span:.2f} s" if span >= 1 else f"{span * 1000:.3g} ms"
        if self._gain > 1:
            text += f"  ×{self._gain:.1f}"
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area.adjusted(0, 0, -round(em(self) * 0.3), -2), corner, text)
