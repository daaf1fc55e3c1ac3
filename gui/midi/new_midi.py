"""What has newly arrived by MIDI, and what a slot's zone learns from it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from rtaudiogen.wire.snapshot import MidiSnapshot

NOTE_ON = 0x90


class Arrivals(QObject):
    """Snapshots overlap: every message is handed out once."""

    heard = Signal(object)  # list[MidiSnapshot], newest last, one at least
    key_pressed = Signal(int, int)  # channel 1 … 16, key

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen = 0

    def look(self, messages: Sequence[MidiSnapshot]) -> None:
        """The newest messages of a snapshot; an engine that began anew counts anew."""
        if not messages or messages[-1].number < self._seen:
            self._seen = 0
        fresh = [message for message in messages if message.number > self._seen]
        if not fresh:
            return
        self._seen = fresh[-1].number
        self.heard.emit(fresh)
        for message in fresh:
            if message.status & 0xF0 == NOTE_ON and message.data2:
                self.key_pressed.emit((message.status & 0x0F) + 1, message.data1)
