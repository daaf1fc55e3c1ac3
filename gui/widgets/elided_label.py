"""Line of text that ends in … where the room ends; the tooltip has all of it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """A label that takes the room that is left, and asks for none."""

    def __init__(self, sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.show_sentence(sentence)

    @property
    def sentence(self) -> str:
        """The whole text."""
        return self._sentence

    @property
    def is_elided(self) -> bool:
        """True if the text does not fit."""
        return self.text() != self._sentence

    def show_sentence(self, sentence: str) -> None:
        """Show a text, in one line."""
        self._sentence = " ".join(sentence.split())
        self.setToolTip(sentence)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        elide = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._sentence, elide, self.width() - 2))
