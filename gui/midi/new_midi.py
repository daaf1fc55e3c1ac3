"""Filter that passes on each MIDI message of the overlapping snapshots once."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from rtaudiogen.wire.snapshot import MidiSnapshot

NOTE_ON = 0x90


class NewMidi(QObject):
    """Emits the new messages of each snapshot; pressed keys have a signal of their own."""

    heard = Signal(object)  # list[MidiSnapshot], at least one, newest last
    key_pressed = Signal(int, int)  # channel 1 … 16, key

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen = 0

    def look(self, messages: Sequence[MidiSnapshot]) -> None:
        """Emit the messages of a snapshot that are new; a restarted engine counts from 1 again."""
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
