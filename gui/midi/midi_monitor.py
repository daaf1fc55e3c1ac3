"""The newest MIDI messages, in words."""

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
TOP = QModelIndex()  # of a table without branches


class MidiList(QAbstractTableModel):
    """A message a row, the newest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, ...]] = []

    def add(self, messages: Sequence[MidiSnapshot]) -> None:
        """Newer ones, the newest last."""
        self.beginResetModel()
        self.rows = [*(row_of(message) for message in reversed(messages)), *self.rows][:MOST]
        self.endResetModel()

    def clear(self) -> None:
        """Forget all."""
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
    """A table, and two buttons: one makes it stand still, the other empties it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = MidiList(self)
        self.pause = QPushButton("Pause", self)
        self.clear = QPushButton("Clear", self)
        self._seen = 0  # number of the newest message that was looked at
        self._missed = QLabel(self)
        self._missed.setForegroundRole(DIM)
        self.pause.setCheckable(True)
        self.pause.setToolTip("Let the list stand still; what comes meanwhile is not kept")
        self.clear.setToolTip("Forget the messages")
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
        """Messages that have arrived since the last call."""
        if not messages:
            return
        first, newest = messages[0].number, messages[-1].number
        if not self.pause.isChecked():
            if self._seen and first > self._seen + 1:
                self._missed.setText(f"{first - self._seen - 1} came too fast to be shown")
            self.list.add(messages)
        self._seen = newest

    def _forget(self) -> None:
        self.list.clear()
        self._missed.clear()


def row_of(message: MidiSnapshot) -> tuple[str, ...]:
    """A message by columns."""
    text = midi_text(message.status, message.data1, message.data2)
    return time_text(message.seconds), message.port, f"{text.channel}", text.what, text.value


def time_text(seconds: float) -> str:
    """Minutes and seconds since the engine's start."""
    minutes, rest = divmod(seconds, 60.0)
    return f"{int(minutes)}:{rest:06.3f}"
