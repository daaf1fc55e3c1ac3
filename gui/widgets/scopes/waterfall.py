"""Spectrogram that flows downwards, with the newest line at the top."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

_STOPS = (0.0, 0.45, 0.68, 0.86, 1.0)


class Waterfall:
    """The last `rows` lines of `columns` levels, as a picture.

    A line is coloured once, when it is added. The picture is a ring of lines that is painted in two
    pieces, so adding a line costs the same however many there are.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._levels: NDArray[np.uint8] = np.zeros((rows, columns), np.uint8)
        self._pixels: NDArray[np.uint32] = np.zeros((rows, columns), np.uint32)
        self._image = QImage(
            self._pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32
        )
        self._newest = 0
        self._table: NDArray[np.uint32] = np.zeros(256, np.uint32)

    def set_colours(self, colours: tuple[QColor, ...]) -> None:
        """Set five colours, from silence to the loudest."""
        parts = np.array([[c.red(), c.green(), c.blue()] for c in colours], np.float64)
        places = np.linspace(0, 1, 256)
        red, green, blue = (
            np.interp(places, _STOPS, parts[:, i]).astype(np.uint32) for i in range(3)
        )
        table = 0xFF000000 | red << 16 | green << 8 | blue
        if not np.array_equal(table, self._table):
            self._table = table.astype(np.uint32)
            self._pixels[:] = self._table[self._levels]

    def add(self, levels: NDArray[np.float32]) -> None:
        """Add a line, (columns,) of 0 … 1."""
        self._newest = (self._newest - 1) % len(self._levels)
        self._levels[self._newest] = np.clip(levels * 255, 0, 255)
        self._pixels[self._newest] = self._table[self._levels[self._newest]]

    def paint(self, painter: QPainter, area: QRect) -> None:
        """Paint the picture into `area`."""
        rows, columns = self._levels.shape
        seam = area.top() + round(area.height() * (rows - self._newest) / rows)
        upper = QRect(area.left(), area.top(), area.width(), seam - area.top())
        painter.drawImage(upper, self._image, QRect(0, self._newest, columns, rows - self._newest))
        if self._newest:
            lower = QRect(area.left(), seam, area.width(), area.bottom() + 1 - seam)
            painter.drawImage(lower, self._image, QRect(0, 0, columns, self._newest))
