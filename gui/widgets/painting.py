"""Tools of painted widgets: sizes that follow the font, and curves from arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from shiboken6 import VoidPtr

from ..shell.theme import ACCENT, colour

Floats = NDArray[np.float32] | NDArray[np.float64]

SMALLEST = 0.7  # the smallest size of fitted letters, as a share of the font


def em(widget: QWidget) -> float:
    """Return the height of a line in the widget's font, in pixels: the unit of all other sizes."""
    return float(widget.fontMetrics().height())


def scaled_font(widget: QWidget, factor: float, bold: bool = False) -> QFont:
    """Return the widget's font at another size."""
    font = QFont(widget.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * factor)
    else:  # a font whose size is set in pixels
        font.setPixelSize(max(1, round(font.pixelSize() * factor)))
    font.setBold(bold)
    return font


def fitted_font(
    widget: QWidget, text: str, width: float, factor: float = 1.0, bold: bool = False
) -> QFont:
    """Return the font of `scaled_font`, smaller if the text needs it to fit into `width` pixels.

    It is never below `SMALLEST` of the widget's font: a text that does not fit even then must be
    wrapped.
    """
    font = scaled_font(widget, factor, bold)
    needed = QFontMetricsF(font).horizontalAdvance(text)
    if needed <= width:
        return font
    return scaled_font(widget, max(factor * width / needed * 0.98, SMALLEST), bold)


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Return the points (x, y), each (points,), copied as one block and not one by one."""
    points = QPolygonF()
    points.resize(len(x))
    if len(x):
        # The stub lacks the arguments for size and writability.
        memory: Any = VoidPtr(points.data(), len(x) * 16, True)  # type: ignore[call-arg,arg-type]
        pairs = np.frombuffer(memory, np.float64).reshape(-1, 2)
        pairs[:, 0], pairs[:, 1] = x, y
    return points


def draw_curve(painter: QPainter, points: QPolygonF, ink: QColor, pixels: float = 2.0) -> None:
    """Draw a line through the points, about `pixels` thick.

    Qt's raster engine takes 0.5 ms for a noisy curve one device pixel wide, and 23 ms for a wider
    one. So the curve is drawn several times, each a device pixel lower.
    """
    ratio = painter.device().devicePixelRatio()
    painter.setPen(QPen(ink, 0))
    painter.save()
    for _ in range(max(round(pixels * ratio), 1)):
        painter.drawPolyline(points)
        painter.translate(0.0, 1.0 / ratio)
    painter.restore()


def draw_focus(painter: QPainter, widget: QWidget) -> None:
    """Draw a ring around the widget if it has the keyboard."""
    if not widget.hasFocus():
        return
    painter.setPen(QPen(colour(widget, ACCENT), 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 4, 4)


def decibels(linear: float | Floats, floor: float = 1e-6) -> NDArray[np.float64]:
    """Return 20 log10 of an amplitude that counts as `floor` or more."""
    return np.asarray(20.0 * np.log10(np.maximum(linear, floor)), np.float64)
