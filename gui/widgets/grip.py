"""Handle that drags something among others."""

import math

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ..shell.theme import ACCENT, DIM, ON_ACCENT, colour
from .painting import em

_DOTS = 4
EDGE_EMS = 0.2


class Grip(QWidget):
    """Emits `dragged(y)` while the mouse moves it, in pixels of the screen, and `dropped()` at the
    end.

    A marked grip is filled and shows an arrow: it belongs to the selected item. An edge may have
    the item's colour.
    """

    dragged = Signal(int)
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marked = False
        self._edge = QColor()
        self._is_dragged = False
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip("Drag up or down to move the slot in the rack (or Alt with ↑ or ↓)")
        self.setAccessibleName("Move in the rack")

    def show_marked(self, marked: bool) -> None:
        """Show whether the grip belongs to the selected item."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    def show_colour(self, name: str) -> None:
        """Show an edge of this colour, "#rrggbb"; empty: none."""
        self._edge = QColor(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(em(self) * (0.8 + EDGE_EMS)), math.ceil(em(self) * 2))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self.dragged.emit(round(event.globalPosition().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._is_dragged = False
            self.dropped.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        unit, edge = em(self) * 0.14, em(self) * EDGE_EMS
        middle = QPointF(self.rect().center()) - QPointF(edge / 2, 0.0)
        if self._marked:
            painter.fillRect(self.rect(), colour(self, ACCENT))
        if self._edge.isValid():
            wide = math.ceil(em(self) * EDGE_EMS)
            painter.fillRect(self.rect().adjusted(self.width() - wide, 0, 0, 0), self._edge)
        painter.setBrush(colour(self, ON_ACCENT if self._marked else DIM))
        for row in range(_DOTS):
            for side in (-1.3, 1.3):
                way = QPointF(side * unit, (row - (_DOTS - 1) / 2) * 3 * unit)
                painter.drawEllipse(middle + way, unit * 0.8, unit * 0.8)
        if self._marked:
            left, top = QPointF(unit, unit * 3), QPointF(4.5 * unit, 0)
            tip = left + top + QPointF(0, 3 * unit)
            painter.drawPolygon(QPolygonF([left, tip, left + QPointF(0, 6 * unit)]))
