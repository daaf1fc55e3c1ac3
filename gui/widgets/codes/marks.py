"""What ribbons of codes have in common, and what is drawn over them: window and playhead."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ...shell.theme import ACCENT, TEXT, WELL, colour
from ..painting import em

_OUTSIDE = 0.72  # how much of what is not played is covered
_HANDLE, _WING = 0.35, 0.3  # widths, in em
_CAPTION, _CELLS = 1.3, 1.8  # heights, in em; the caption goes before the cells become lower


def cells_of(widget: QWidget) -> QRectF:
    """Where a ribbon's cells are drawn, in pixels; below is room for its caption, if there is."""
    caption = em(widget) * _CAPTION
    fits = widget.height() - caption >= em(widget) * _CELLS
    return QRectF(widget.rect()).adjusted(4, 4, -4, -caption if fits else -4)


def caption_of(widget: QWidget) -> QRectF:
    """Where a line of text stands below the cells; empty where there is no room."""
    top = cells_of(widget).bottom() + 1
    return QRectF(4, top, widget.width() - 8, max(widget.height() - top - 3, 0.0))


def paint_window(
    painter: QPainter, widget: QWidget, area: QRectF, start: float, end: float
) -> None:
    """From x = `start` to `end`, with handles; the rest of the area is covered."""
    cover = colour(widget, WELL, _OUTSIDE)
    painter.fillRect(QRectF(area.left(), area.top(), start - area.left(), area.height()), cover)
    painter.fillRect(QRectF(end, area.top(), area.right() - end, area.height()), cover)
    ink = colour(widget, ACCENT)
    painter.setPen(QPen(ink, 2))
    painter.drawRect(QRectF(start, area.top() + 1, end - start, area.height() - 2))
    handle = QRectF(0, 0, em(widget) * _HANDLE, area.height() * 0.5)
    for x in (start, end):
        handle.moveCenter(QPointF(x, area.center().y()))
        painter.fillRect(handle, ink)


def paint_head(painter: QPainter, widget: QWidget, area: QRectF, x: float) -> None:
    """A line that stands out from any colour, and a flag on top of it."""
    top, wing = area.top(), em(widget) * _WING
    for role, width in ((WELL, 4), (TEXT, 2)):
        painter.setPen(QPen(colour(widget, role), width))
        painter.drawLine(QPointF(x, top), QPointF(x, area.bottom()))
    painter.setBrush(colour(widget, TEXT))
    corners = QPointF(x - wing, top), QPointF(x + wing, top), QPointF(x, top + 2 * wing)
    painter.drawPolygon(QPolygonF(corners))


def head_area(widget: QWidget, area: QRectF, x: float) -> QRectF:
    """All that `paint_head` may touch."""
    reach = em(widget) * _WING + 4
    return QRectF(x - reach, area.top(), 2 * reach, area.height())
