"""MIDI page: the monitor and the list of mappings, side by side."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from rtaudiogen.wire.snapshot import MidiSnapshot, SlotSnapshot

from ..shell.history import History
from .mapping_list import Find, MappingList
from .midi_monitor import MidiMonitor


class MidiPage(QWidget):
    """Shows arrived messages and mappings, and sends changes of mappings to the engine."""

    learn = Signal(int, str)  # slot, parameter's id

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self.monitor, self.mappings = MidiMonitor(self), MappingList(self)
        self.splitter = QSplitter(self)
        self.splitter.setChildrenCollapsible(False)
        for part in (self.monitor, self.mappings):
            self.splitter.addWidget(part)
        self.splitter.setSizes([1500, 1000])
        self.mappings.mapped.connect(self._map)
        self.mappings.unmapped.connect(self._unmap)
        self.mappings.learn.connect(self.learn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.splitter)

    def show_slots(self, slots: Sequence[SlotSnapshot], find: Find) -> None:
        """Show the engine's newest mappings if the page is visible."""
        if self.isVisible():
            self.mappings.show_slots(slots, find)

    def hear(self, messages: Sequence[MidiSnapshot]) -> None:
        """Show messages that have arrived since the last call."""
        self.monitor.hear(messages)

    def _map(self, slot: int, controller: int, id: str) -> None:
        self._history.do(
            f"map CC {controller}", lambda engine: engine.map_controller(slot, controller, id)
        )

    def _unmap(self, slot: int, controller: int) -> None:
        self._history.do(
            f"unmap CC {controller}", lambda engine: engine.unmap_controller(slot, controller)
        )
