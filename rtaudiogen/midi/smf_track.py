"""Track of a Standard MIDI File: from its bytes to channel messages at ticks.

Source: Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001), "Track Chunks". Where
files depart from it, the table in docs/midi-files.md says what is done and why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import FILE_PORTS
from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, PROGRAM_CHANGE, Parser, data_bytes

_SYSEX, _ESCAPE, _META = 0xF0, 0xF7, 0xFF
_PORT, _END, _TEMPO = 0x21, 0x2F, 0x51  # meta events that matter here
_KEY_PRESSURE = 0xA0
_NUMBERED = range(NOTE_OFF, PROGRAM_CHANGE + 0x10)  # data1 is a key, a controller or a program
_LONGEST_NUMBER = 4  # bytes of a variable-length number

Tell = Callable[[str, str], None]  # a problem, and its place
TickMessage = tuple[int, int, int, int, int]  # tick of its track, status, data1, data2, port


@dataclass
class Track:
    """The contents of a track chunk."""

    number: int  # from 1
    messages: list[TickMessage] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)  # tick, microseconds a beat
    ticks: int = 0  # the length, as far as its events reach
    ended: bool = False  # True: by an end-of-track event
    cut: bool = False  # True: within an event
    end: int = 0  # the position after the last byte that was read
    pause: tuple[int, int] = (0, 0)  # the longest pause in ticks, and its byte


def read_track(data: bytes, start: int, end: int, number: int, tell: Tell) -> Track:
    """Read the events in `data[start:end]`, to the end of the track or of the bytes.

    `tell` gets every problem that was skipped, and its place. RtAudioGenError, with the place, if
    the bytes are not events.
    """
    reader = _Reader(data, start, end, Track(number), tell)
    return reader.read()


class _CutError(Exception):
    """The bytes end within an event."""


class _Reader:
    """Reads events one after the other. Running status survives meta events and SysEx."""

    def __init__(self, data: bytes, start: int, end: int, track: Track, tell: Tell) -> None:
        self._data, self._position, self._end = data, start, end
        self._track, self._tell = track, tell
        self._tick, self._running, self._port = 0, 0, 0
        self._in_sysex = False  # a SysEx that goes on in the next packet

    def read(self) -> Track:
        track = self._track
        try:
            while self._position < self._end and not track.ended:
                self._event()
                track.ticks = self._tick
        except _CutError:
            track.cut = True
        track.end = self._position if track.ended else self._end
        return track

    def _event(self) -> None:
        at = self._position
        delta = self._number()
        status = self._byte()
        if status < 0x80:
            if not self._running:
                raise self._damage(self._position - 1, f"data byte {status} without a status byte")
            status = self._running
            self._position -= 1
        self._tick += delta
        if delta > self._track.pause[0]:
            self._track.pause = delta, at
        if status < _SYSEX:
            self._running = status
            self._channel_message(status)
        elif status == _META:
            self._meta()
        elif status in (_SYSEX, _ESCAPE):
            self._packet(status)
        else:  # clocks and other messages that do not belong into files, with their data
            self._bytes(data_bytes(status))

    def _channel_message(self, status: int) -> None:
        at = self._position
        data1 = self._byte()
        data2 = self._byte() if data_bytes(status) == 2 else 0
        self._in_sysex = False
        if data1 > 127 and status & 0xF0 in _NUMBERED:
            self._tell(f"{_numbered(status)} {data1} does not exist", self._place(at))
            return
        if max(data1, data2) > 127:
            self._tell("a value over 127 is taken as 127", self._place(at))
            data1, data2 = min(data1, 127), min(data2, 127)
        self._add(status, data1, data2)

    def _add(self, status: int, data1: int, data2: int) -> None:
        self._track.messages.append((self._tick, status, data1, data2, self._port))

    def _meta(self) -> None:
        at = self._position - 1
        kind = self._byte()
        content = self._bytes(self._number())
        if kind == _END:
            self._track.ended = True
        elif kind == _PORT and content:
            self._port = content[0] % FILE_PORTS
        elif kind == _TEMPO:
            tempo = int.from_bytes(content[:3]) if len(content) > 2 else 0
            if tempo:
                self._track.tempos.append((self._tick, tempo))
            else:
                self._tell("a tempo without a value is skipped", self._place(at))

    def _packet(self, status: int) -> None:
        """Skip SysEx; an escape outside of it holds bytes as a cable has them."""
        content = self._content(status)
        if status == _ESCAPE and not self._in_sysex:
            for message in Parser().feed(content):
                self._add(*message)
        else:
            self._in_sysex = not content.endswith(b"\xf7")

    def _content(self, status: int) -> bytes:
        """Read a packet; one that runs past the track ends with its F7, as on a cable."""
        at = self._position
        try:
            return self._bytes(self._number())
        except _CutError:
            end = self._data.find(b"\xf7", at, self._end) + 1
            if status != _SYSEX or not end:
                raise
        self._tell("a SysEx with a wrong length, read up to its end", self._place(at - 1))
        self._position = end
        return self._data[at:end]

    def _byte(self) -> int:
        if self._position >= self._end:
            raise _CutError
        self._position += 1
        return self._data[self._position - 1]

    def _bytes(self, count: int) -> bytes:
        if self._position + count > self._end:
            raise _CutError
        self._position += count
        return self._data[self._position - count : self._position]

    def _number(self) -> int:
        """Return a variable-length number: seven bits a byte, the last byte without the eighth."""
        at, value = self._position, 0
        for _ in range(_LONGEST_NUMBER):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise self._damage(at, f"a number of more than {_LONGEST_NUMBER} bytes")

    def _place(self, byte: int) -> str:
        return f"track {self._track.number}, byte {byte}"

    def _damage(self, byte: int, problem: str) -> RtAudioGenError:
        return RtAudioGenError(f"{self._place(byte)}: {problem}")


def _numbered(status: int) -> str:
    kind = status & 0xF0
    if kind <= _KEY_PRESSURE:
        return "key"
    return "controller" if kind == CONTROL_CHANGE else "program"
