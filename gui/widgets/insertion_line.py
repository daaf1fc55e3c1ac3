"""Where something that is dragged would go: a line between two others."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ..shell.theme import ACCENT, colour

_THICK = 4


class DropLine(QWidget):
    """Lies above its parent, and takes no mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.gap = 0  # before which position it lies
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, gap: int, y: int, page: QWidget) -> None:
        """Before position `gap`, at the height `y` of `page`."""
        self.gap = gap
        self.setParent(page)
        self.setGeometry(0, y - _THICK // 2, page.width(), _THICK)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), colour(self, ACCENT))
