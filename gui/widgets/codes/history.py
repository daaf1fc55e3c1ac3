"""Picture of the codes that sounded last, moving to the left."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...shell.theme import DIM, EDGE, colour
from ..painting import em, scaled_font
from .colours import Codes, ground, picture
from .marks import caption_of, cells_of

SECONDS = 8.0  # length of the picture


class CodeHistory(QWidget):
    """A cell for each code, the newest on the right; louder codes are brighter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.codes: Codes = np.zeros((0, 1), np.int64)
        self._levels = np.zeros(0, np.float32)
        self.played = 0
        self._rate = 100.0
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Codes that sound now")
        self.setToolTip(f"The codes of the last {SECONDS:g} seconds, one colour each")

    def begin(self, frames_per_second: float) -> None:
        """Begin another stream with an empty picture."""
        self._rate = max(frames_per_second, 1.0)
        self.codes, self._levels = np.zeros((0, 1), np.int64), np.zeros(0, np.float32)
        self.played = 0
        self.update()

    def show_sentence(self, sentence: str) -> None:
        """Show a caption."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.update()

    def show_newest(self, played: int, newest: Sequence[Sequence[int]], level: float) -> None:
        """Add the last code frames, `newest` (n, stages), at a level; `played` counts all so far.

        Code frames that were missed are left out.
        """
        fresh = played - self.played if played >= self.played else played
        self.played = played
        if fresh <= 0 or not len(newest):
            return
        added = np.array(newest[-fresh:], np.int64)
        if not len(self.codes) or self.codes.shape[1] != added.shape[1]:
            self.codes, self._levels = added[:0], self._levels[:0]
        levels = np.full(len(added), level, np.float32)
        kept = self._kept()
        self.codes = np.concatenate((self.codes, added))[-kept:]
        self._levels = np.concatenate((self._levels, levels))[-kept:]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 24), math.ceil(em(self) * 4.3))

    def minimumSizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * 12), math.ceil(em(self) * 3.2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area, line = cells_of(self), caption_of(self)
        painter.fillRect(area, ground(self))
        if len(self.codes):
            width = area.width() * len(self.codes) / self._kept()
            target = QRectF(area.right() - width, area.top(), width, area.height())
            painter.drawImage(target, picture(self.codes, self._levels, ground(self)))
        painter.setPen(QPen(colour(self, EDGE), 1))
        painter.drawRect(area.adjusted(0, 0, -1, -1))
        if line.isEmpty():
            return
        painter.setFont(scaled_font(self, 0.85))
        painter.setPen(colour(self, DIM))
        elide = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(self._sentence, elide, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)

    def _kept(self) -> int:
        """Return the number of code frames that are shown."""
        return round(SECONDS * self._rate)
