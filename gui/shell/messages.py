"""Message line at the window's foot: the engine's messages, failures and running jobs."""

from datetime import datetime

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from ..widgets.elided_label import ElidedLabel
from .theme import ALARM, DIM, TEXT

MOST = 50  # messages that are kept
BEGINNING = "Play with the mouse, with the keys A S D F …, or with any MIDI controller."


class MessageBar(QFrame):
    """The newest message, and a button that shows all of them."""

    restart = Signal()  # its button is shown after the engine was given up

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history: list[str] = []
        self._line = ElidedLabel(parent=self)
        self._line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._busy = QLabel(self)
        self._busy.setForegroundRole(DIM)
        self._all = QToolButton(self)
        self._all.setText("Messages")
        self._all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._all.clicked.connect(self._show_all)
        self._restart = QToolButton(self)
        self._restart.setText("Start the engine again")
        self._restart.clicked.connect(self._ask_for_restart)
        self._restart.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.addWidget(self._line, 1)
        for widget in (self._busy, self._restart, self._all):
            row.addWidget(widget)
        self._show(BEGINNING, DIM)

    @property
    def text(self) -> str:
        """The message that is shown."""
        return self._line.sentence

    def say(self, sentence: str) -> None:
        """Show a message."""
        self._add(sentence)
        self._show(sentence, TEXT)

    def fail(self, sentence: str) -> None:
        """Show that something failed."""
        self._add(sentence)
        self._show(sentence, ALARM)

    def give_up(self, sentence: str) -> None:
        """Show that the engine was given up, and offer to start it again."""
        self.fail(sentence)
        self._restart.show()

    def be_busy(self, label: str) -> None:
        """Show the label of a job that takes long; empty: remove it."""
        self._busy.setText(f"{label} …" if label else "")

    def _add(self, sentence: str) -> None:
        self.history = [*self.history, f"{datetime.now():%H:%M:%S}  {sentence}"][-MOST:]

    def _show(self, sentence: str, role: QPalette.ColorRole) -> None:
        self._line.setForegroundRole(role)
        self._line.show_sentence(sentence)

    def _show_all(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for sentence in self.history or ["Nothing has happened yet."]:
            menu.addAction(sentence.replace("&", "&&"))
        corner = self._all.mapToGlobal(QPoint(0, 0))
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))

    def _ask_for_restart(self) -> None:
        self._restart.hide()
        self.restart.emit()
