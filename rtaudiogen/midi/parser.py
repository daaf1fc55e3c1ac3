"""Parser from the bytes of a MIDI cable to channel messages; it counts all other messages.

Source: MIDI 1.0 Detailed Specification 4.2, "Data Format" and appendix 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE, PITCH_BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0

_SYSEX, _END_OF_SYSEX, _FIRST_REALTIME = 0xF0, 0xF7, 0xF8
_CLOCKS = frozenset({0xF1, 0xF2, 0xF8, 0xFA, 0xFB, 0xFC})  # time code, position, clock, start …
_ACTIVE_SENSING = 0xFE
_UNDEFINED = frozenset({0xF4, 0xF5, 0xF9, 0xFD})


class Message(NamedTuple):
    """A channel message; `data2` is 0 if the message has only one data byte."""

    status: int
    data1: int
    data2: int


@dataclass
class ParserCounts:
    """Counts of what a port has sent: messages of each kind, and invalid bytes."""

    messages: int = 0
    clock: int = 0
    sensing: int = 0
    sysex: int = 0
    other_system: int = 0
    truncated: int = 0  # incomplete messages
    dropped: int = 0  # bytes outside any message, or in a truncated one


def data_bytes(status: int) -> int:
    """Return the number of data bytes after a status byte below 0xF8 (sysex: 0, they are
    skipped).
    """
    if status < _SYSEX:
        return 1 if status & 0xF0 in (PROGRAM_CHANGE, 0xD0) else 2
    return {0xF1: 1, 0xF2: 2, 0xF3: 1}.get(status, 0)


class Parser:
    """One port's parser: understands running status, interleaved clock, and split sysex. [midi]

    A packet is what the driver hands over at once. Only sysex may continue from packet to packet:
    data bytes at the start of a packet belong to nothing and are dropped.
    """

    def __init__(self) -> None:
        self.counts = ParserCounts()
        self._status = 0  # 0: none
        self._data: list[int] = []
        self._fresh = False  # True after a status byte, until its message is complete
        self._in_sysex = False

    def feed(self, packet: Iterable[int]) -> list[Message]:
        """Return the channel messages of one packet of bytes. Never raise."""
        messages: list[Message] = []
        for byte in packet:
            if byte >= _FIRST_REALTIME:
                self._count_system(byte)
            elif byte >= 0x80:
                self._begin(byte)
            elif not self._in_sysex:
                self._add(byte, messages)
        self._give_up_message()
        self._status = 0
        return messages

    def _begin(self, status: int) -> None:
        self._give_up_message()
        if status == _END_OF_SYSEX and self._in_sysex:
            self.counts.sysex += 1
        elif self._in_sysex:
            self.counts.truncated += 1
        elif status == _END_OF_SYSEX:
            self.counts.dropped += 1
        self._in_sysex = status == _SYSEX
        self._status = 0
        if status in (_SYSEX, _END_OF_SYSEX):
            return
        if status >= _SYSEX and data_bytes(status) == 0:
            self._count_system(status)
        else:
            self._status = status
            self._fresh = True

    def _add(self, byte: int, messages: list[Message]) -> None:
        if not self._status:
            self.counts.dropped += 1
            return
        self._data.append(byte)
        if len(self._data) < data_bytes(self._status):
            return
        if self._status >= _SYSEX:
            self._count_system(self._status)
            self._status = 0  # system messages have no running status
        else:
            self.counts.messages += 1
            data1, data2 = (*self._data, 0)[:2]
            messages.append(Message(self._status, data1, data2))
        self._data = []
        self._fresh = False

    def _give_up_message(self) -> None:
        """Count a status byte, or data bytes, of an incomplete message."""
        if self._status and (self._data or self._fresh):
            self.counts.truncated += 1
            self.counts.dropped += len(self._data) + self._fresh
        self._data = []

    def _count_system(self, status: int) -> None:
        if status in _CLOCKS:
            self.counts.clock += 1
        elif status == _ACTIVE_SENSING:
            self.counts.sensing += 1
        elif status in _UNDEFINED:
            self.counts.dropped += 1
        else:
            self.counts.other_system += 1
