"""A line of text that ends in … where the room ends; the whole is in its tooltip."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """Takes the room that is left, and asks for none."""

    def __init__(self, sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.show_sentence(sentence)

    @property
    def sentence(self) -> str:
        """All of it."""
        return self._sentence

    @property
    def is_elided(self) -> bool:
        """Whether there is no room for all of it."""
        return self.text() != self._sentence

    def show_sentence(self, sentence: str) -> None:
        """Another text, in one line."""
        self._sentence = " ".join(sentence.split())
        self.setToolTip(sentence)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        elide = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._sentence, elide, self.width() - 2))
