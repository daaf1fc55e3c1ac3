"""Line that shows where a dragged item would be inserted."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ..shell.theme import ACCENT, colour

_THICK = 4


class InsertionLine(QWidget):
    """A line above its parent; the mouse passes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.gap = 0  # the position that it lies before
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, gap: int, y: int, page: QWidget) -> None:
        """Show the line before position `gap`, at the height `y` of `page`."""
        self.gap = gap
        self.setParent(page)
        self.setGeometry(0, y - _THICK // 2, page.width(), _THICK)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), colour(self, ACCENT))
