"""Monitor of the newest MIDI messages, in words."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from rtaudiogen.wire.snapshot import MidiSnapshot

from ..shell.theme import DIM
from ..widgets.midi_text import midi_text

MOST = 300  # messages that are kept
COLUMNS = ("Time", "Port", "Ch", "Message", "Value")
WIDEST = ("000:00.000", "a MIDI port", "16", "CC 74 brightness")

Index = QModelIndex | QPersistentModelIndex
TOP = QModelIndex()  # the parent of every row


class MidiList(QAbstractTableModel):
    """Table model with one message a row, the newest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, ...]] = []

    def add(self, messages: Sequence[MidiSnapshot]) -> None:
        """Add new messages, given with the newest last."""
        self.beginResetModel()
        self.rows = [*(row_of(message) for message in reversed(messages)), *self.rows][:MOST]
        self.endResetModel()

    def clear(self) -> None:
        """Remove all messages."""
        self.beginResetModel()
        self.rows = []
        self.endResetModel()

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None


class MidiMonitor(QWidget):
    """A table of messages with the buttons Pause and Clear."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = MidiList(self)
        self.pause = QPushButton("Pause", self)
        self.clear = QPushButton("Clear", self)
        self._seen = 0  # number of the newest message so far
        self._missed = QLabel(self)
        self._missed.setForegroundRole(DIM)
        self.pause.setCheckable(True)
        self.pause.setToolTip("Stop the list; messages that arrive meanwhile are not kept")
        self.clear.setToolTip("Remove all messages")
        self.clear.clicked.connect(self._forget)
        self._table = QTableView(self)
        self._build()

    def _build(self) -> None:
        table = self._table
        table.setModel(self.list)
        table.setAccessibleName("MIDI messages")
        table.setSelectionMode(QTableView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(1.3 * self.fontMetrics().height()))
        for column, widest in enumerate(WIDEST):
            table.setColumnWidth(column, self.fontMetrics().horizontalAdvance(widest + "M"))
        table.horizontalHeader().setStretchLastSection(True)
        head = QHBoxLayout()
        head.addWidget(QLabel("Monitor", self))
        head.addWidget(self._missed, 1)
        for button in (self.pause, self.clear):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.addLayout(head)
        column_layout.addWidget(table, 1)

    def hear(self, messages: Sequence[MidiSnapshot]) -> None:
        """Add messages that have arrived since the last call, unless paused."""
        if not messages:
            return
        first, newest = messages[0].number, messages[-1].number
        if not self.pause.isChecked():
            if self._seen and first > self._seen + 1:
                missed = first - self._seen - 1
                self._missed.setText(f"{missed} messages arrived too fast to be shown")
            self.list.add(messages)
        self._seen = newest

    def _forget(self) -> None:
        self.list.clear()
        self._missed.clear()


def row_of(message: MidiSnapshot) -> tuple[str, ...]:
    """Return a message as texts of the columns."""
    text = midi_text(message.status, message.data1, message.data2)
    return time_text(message.seconds), message.port, f"{text.channel}", text.what, text.value


def time_text(seconds: float) -> str:
    """Return seconds since the engine's start as minutes and seconds."""
    minutes, rest = divmod(seconds, 60.0)
    return f"{int(minutes)}:{rest:06.3f}"
