"""Level meter: a peak with hold and fall, and a mark that stays after clipping."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...shell.theme import ACCENT, ALARM, DIM, EDGE, SIGNAL, TEXT, WARNING, WELL, colour
from ..painting import decibels, draw_focus, em, scaled_font
from .frame_clock import Animated

FLOOR_DB, WARNING_DB, CLIP_DB = -60.0, -6.0, 0.0
FALL_DB_PER_SECOND = 26.0  # about as fast as a programme meter
HOLD_SECONDS = 1.5
_MARKS_DB = (0, -6, -12, -24, -36, -48)
_SCALE_FONT = 0.85  # relative to the widget's font


class LevelMeter(Animated):
    """Peak from −60 to 0 dBFS, upright or lying; a click or Delete clears clip mark and maximum.

    `unit` is the unit of the peaks: dBFS, or dBTP for true peaks. Without a `scale` only the bar is
    painted.
    """

    cleared = Signal()

    def __init__(
        self,
        name: str = "Level",
        orientation: Qt.Orientation = Qt.Orientation.Vertical,
        parent: QWidget | None = None,
        unit: str = "dBFS",
        scale: bool = True,
    ) -> None:
        super().__init__(parent)
        self._has_scale = scale
        self._maximum = 0.0
        self._upright = orientation == Qt.Orientation.Vertical
        self._peak_db = self._held_db = self._rms_db = FLOOR_DB
        self._held_seconds = 0.0
        self._clipped = False
        self._seen: tuple[float, float, float, bool] | None = None  # values that were painted last
        self.setAccessibleName(name)
        self.setToolTip(
            f"{name}: peak and its recent maximum in {unit}; a click clears the clip mark"
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*((fixed, free) if self._upright else (free, fixed)))

    @property
    def peak_db(self) -> float:
        """Level of the bar, −60 … in dBFS."""
        return self._peak_db

    @property
    def held_db(self) -> float:
        """The recent maximum."""
        return self._held_db

    @property
    def clipped(self) -> bool:
        """True if full scale was reached since the mark was cleared."""
        return self._clipped

    @property
    def maximum_db(self) -> float:
        """The highest level since it was cleared; −∞ for silence."""
        return float(decibels(self._maximum)) if self._maximum > 0 else -math.inf

    def set_level(self, peak_linear: float, rms_linear: float | None = None) -> None:
        """Show the newest measurement, in amplitude (1: full scale). A value not finite counts as
        clipped.
        """
        peak_db = float(decibels(peak_linear)) if math.isfinite(peak_linear) else CLIP_DB
        self._clipped = self._clipped or peak_db >= CLIP_DB
        self._maximum = max(self._maximum, peak_linear if math.isfinite(peak_linear) else 1.0)
        peak_db = min(max(peak_db, FLOOR_DB), 6.0)
        self._peak_db = max(self._peak_db, peak_db)
        if peak_db >= self._held_db:
            self._held_db, self._held_seconds = peak_db, 0.0
        if rms_linear is not None and math.isfinite(rms_linear):
            self._rms_db = max(float(decibels(rms_linear)), FLOOR_DB)

    def clear(self) -> None:
        """Remove the clip mark, and reset the maximum."""
        self._clipped, self._maximum = False, 0.0
        self.update()
        self.cleared.emit()

    def advance(self, seconds: float) -> None:
        """Let the bar fall, and its maximum after the hold time."""
        self._update_if_changed()
        fall = FALL_DB_PER_SECOND * seconds
        self._peak_db = max(self._peak_db - fall, FLOOR_DB)
        self._held_seconds += seconds
        if self._held_seconds > HOLD_SECONDS:
            self._held_db = max(self._held_db - fall, FLOOR_DB, self._peak_db)

    def _update_if_changed(self) -> None:
        look = (round(self._peak_db, 1), round(self._held_db, 1), round(self._rms_db, 1))
        seen = (*look, self._clipped)
        if seen != self._seen:
            self._seen = seen
            light, bar = self._places()
            self.update((light | bar).toRect())

    def sizeHint(self) -> QSize:
        long, bar = math.ceil(em(self) * 8), em(self) * (1.1 if self._has_scale else 0.4)
        thick = math.ceil(bar + self._scale_room() + 4)
        return QSize(thick, long) if self._upright else QSize(long, thick)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        light, bar = self._places()
        self._paint_lamp(painter, light)
        painter.fillRect(bar, colour(self, WELL))
        for low_db, high_db, role in (
            (FLOOR_DB, WARNING_DB, SIGNAL),
            (WARNING_DB, -1.0, WARNING),
            (-1.0, CLIP_DB, ALARM),
        ):
            if self._peak_db > low_db:
                top = min(self._peak_db, high_db)
                painter.fillRect(self._stretch(bar, low_db, top), colour(self, role))
        if self._rms_db > FLOOR_DB:
            self._line(painter, bar, self._rms_db, ACCENT)
        if self._held_db > FLOOR_DB:
            self._line(painter, bar, self._held_db, TEXT)
        if not (light | bar).contains(QRectF(event.rect())):  # letters cost more than bars
            if self._has_scale:
                self._paint_scale(painter, bar)
            draw_focus(painter, self)

    def _paint_lamp(self, painter: QPainter, light: QRectF) -> None:
        """Paint the clip mark; "!" shows clipping without relying on colour alone."""
        painter.fillRect(light, colour(self, ALARM if self._clipped else EDGE))
        if self._clipped:
            painter.setFont(scaled_font(self, 0.7, bold=True))
            painter.setPen(colour(self, WELL))
            painter.drawText(light, Qt.AlignmentFlag.AlignCenter, "!")

    def _scale_room(self) -> float:
        """Return the pixels for the numbers next to or below the bar."""
        if not self._has_scale:
            return 0.0
        return em(self) * (1.6 if self._upright else _SCALE_FONT + 0.1)

    def _places(self) -> tuple[QRectF, QRectF]:
        """Return the areas of clip mark and bar, in whole pixels."""
        whole = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        lamp, scale = round(em(self) * 0.7), round(self._scale_room())
        if self._upright:
            bar = whole.adjusted(0, lamp + 2, -scale, 0)
            return QRectF(bar.left(), whole.top(), bar.width(), lamp), bar
        bar = whole.adjusted(0, 0, -lamp - 2, -scale)
        return QRectF(whole.right() - lamp, bar.top(), lamp, bar.height()), bar

    def _stretch(self, bar: QRectF, low_db: float, high_db: float) -> QRectF:
        low, high = (min(1 - db / FLOOR_DB, 1.0) for db in (low_db, high_db))
        if self._upright:
            top = bar.bottom() - high * bar.height()
            return QRectF(bar.left(), top, bar.width(), (high - low) * bar.height())
        return QRectF(bar.left() + low * bar.width(), bar.top(), (high - low) * bar.width(),
                      bar.height())  # fmt: skip

    def _line(self, painter: QPainter, bar: QRectF, db: float, role: QPalette.ColorRole) -> None:
        rect = self._stretch(bar, db, db)
        grown = rect.adjusted(0, 0, 0, 2) if self._upright else rect.adjusted(-2, 0, 0, 0)
        painter.fillRect(grown, colour(self, role))

    def _paint_scale(self, painter: QPainter, bar: QRectF) -> None:
        painter.setFont(scaled_font(self, _SCALE_FONT))
        height = painter.fontMetrics().height()
        taken = -1e9
        for mark in _MARKS_DB:
            at = self._stretch(bar, mark, mark)
            text, width = f"{abs(mark)}", em(self) * 1.6
            if self._upright:
                place = min(
                    max(at.top() - height / 2, bar.top() - height / 2), bar.bottom() - height
                )
                area = QRectF(bar.right() + 2, place, width - 2, height)
                position = place
            else:
                area = QRectF(at.left() - width / 2, bar.bottom(), width, height)
                position = -area.left()
            free = position - taken >= (height if self._upright else width)
            if free:
                taken = position
                painter.setPen(colour(self, DIM))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
