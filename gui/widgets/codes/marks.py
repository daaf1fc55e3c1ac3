"""Parts that code ribbons share: areas, loop window and playhead."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ...shell.theme import ACCENT, TEXT, WELL, colour
from ..painting import em

_OUTSIDE = 0.72  # opacity of the cover over codes that are not played
_HANDLE, _WING = 0.35, 0.3  # widths, in em
_CAPTION, _CELLS = 1.3, 1.8  # heights, in em; the cells keep theirs, the caption is dropped


def cells_of(widget: QWidget) -> QRectF:
    """Return the area of a ribbon's cells in pixels; the caption's room is below, if there is
    any.
    """
    caption = em(widget) * _CAPTION
    fits = widget.height() - caption >= em(widget) * _CELLS
    return QRectF(widget.rect()).adjusted(4, 4, -4, -caption if fits else -4)


def caption_of(widget: QWidget) -> QRectF:
    """Return the area of the caption below the cells; empty if there is no room."""
    top = cells_of(widget).bottom() + 1
    return QRectF(4, top, widget.width() - 8, max(widget.height() - top - 3, 0.0))


def paint_window(
    painter: QPainter, widget: QWidget, area: QRectF, start: float, end: float
) -> None:
    """Paint the loop window from x = `start` to `end` with handles; darken the rest of the area."""
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
    """Paint the playhead: a line that stands out from any colour, with a flag on top."""
    top, wing = area.top(), em(widget) * _WING
    for role, width in ((WELL, 4), (TEXT, 2)):
        painter.setPen(QPen(colour(widget, role), width))
        painter.drawLine(QPointF(x, top), QPointF(x, area.bottom()))
    painter.setBrush(colour(widget, TEXT))
    corners = QPointF(x - wing, top), QPointF(x + wing, top), QPointF(x, top + 2 * wing)
    painter.drawPolygon(QPolygonF(corners))


def head_area(widget: QWidget, area: QRectF, x: float) -> QRectF:
    """Return the area that `paint_head` may touch."""
    reach = em(widget) * _WING + 4
    return QRectF(x - reach, area.top(), 2 * reach, area.height())
