"""Frame around the part of the window that would take what is being dragged."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ..shell.theme import ACCENT, colour
from .painting import em


class DropFrame(QWidget):
    """An overlay of its parent that lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, widget: QWidget) -> None:
        """Show the frame around a widget of the same window."""
        corner = widget.mapTo(self._window, QPoint(0, 0))
        self.setGeometry(QRect(corner, widget.size()) & self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        width = em(self) / 5
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self, ACCENT, 0.15))
        painter.setPen(QPen(colour(self, ACCENT), width))
        inset = round(width / 2)
        painter.drawRect(self.rect().adjusted(inset, inset, -inset - 1, -inset - 1))
