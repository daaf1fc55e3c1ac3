"""Button with a name that ends in … where the room ends."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)

_LETTERS = 10  # letters that always fit
_FRAME_LETTERS = 3  # width of the frame and its padding


class NameButton(QToolButton):
    """A button that takes the room that is left; a longer name never changes the layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        letter = self.fontMetrics().averageCharWidth()
        return QSize((_LETTERS + _FRAME_LETTERS) * letter, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        room = self.width() - _FRAME_LETTERS * self.fontMetrics().averageCharWidth()
        elide = Qt.TextElideMode.ElideRight
        option.text = self.fontMetrics().elidedText(self.text(), elide, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
