"""Label for a statistic: a large number with its name above and a note below."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ..shell.theme import DIM, TEXT
from ..widgets.painting import em, scaled_font

LARGER, SMALLER = 1.3, 0.8  # than the window's font
NOTE_EM = 10.5  # a wider note takes two lines


class StatLabel(QWidget):
    """A name, a value in larger letters, and a note in smaller ones; the tooltip says more.

    It grows with its texts and never shrinks, so that its neighbours stay in place.
    """

    def __init__(self, name: str, widest: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._value, self._note = QLabel(name, self), QLabel("–", self), QLabel(self)
        self._name.setForegroundRole(DIM)
        self._note.setForegroundRole(DIM)
        self._value.setFont(scaled_font(self, LARGER, bold=True))
        self._note.setFont(scaled_font(self, SMALLER))
        self._note.setWordWrap(True)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(widest))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (self._name, self._value, self._note):
            column.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    @property
    def text(self) -> str:
        """The value as it is shown."""
        return self._value.text()

    @property
    def note(self) -> str:
        """The line below the value."""
        return self._note.text()

    def show_value(
        self, text: str, tip: str = "", role: QPalette.ColorRole = TEXT, note: str = ""
    ) -> None:
        """Show a value in the colour of `role`, and a note below it."""
        for label, new in ((self._value, text), (self._note, note)):
            if new != label.text():
                label.setText(new)
                wide = label.fontMetrics().horizontalAdvance(new) + 2
                wide = min(wide, round(NOTE_EM * em(self))) if label.wordWrap() else wide
                label.setMinimumWidth(max(label.minimumWidth(), wide))
                self.setAccessibleDescription(f"{self.text} {self.note}".strip())
        self._value.setForegroundRole(role)
        if tip != self.toolTip():
            self.setToolTip(tip)
