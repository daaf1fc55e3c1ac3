"""A number to be read from afar, with its name above it."""

from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from .theme import DIM, TEXT

LARGER = 1.5  # than the window's font


class Reading(QWidget):
    """A name, and a value in larger letters; the tooltip says what it is."""

    def __init__(self, name: str, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._value = QLabel(name, self), QLabel("–", self)
        self._name.setForegroundRole(DIM)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * LARGER)
        font.setBold(True)
        self._value.setFont(font)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(widest))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._name)
        column.addWidget(self._value)
        self.setAccessibleName(name)

    @property
    def text(self) -> str:
        """The value as it is shown."""
        return self._value.text()

    def show_value(self, text: str, tip: str = "", role: QPalette.ColorRole = TEXT) -> None:
        """A new value, in the colour of what it means."""
        if text != self._value.text():
            self._value.setText(text)
        self._value.setForegroundRole(role)
        if tip != self.toolTip():
            self.setToolTip(tip)
