"""Any notes, in any valid encoding of a MIDI file, are read back at their frames."""

from fractions import Fraction
from itertools import groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.midi import read_midi_file, to_events

from ..midi_bytes import END, chunk, meta, midi, number, sysex, tempo

RATE = 48000
MOST_TICKS = 4000


class Note(NamedTuple):
    """A note of a port and channel from tick to tick."""

    port: int
    channel: int
    key: int
    start: int
    end: int


NOTES = st.lists(
    st.builds(
        lambda port, channel, key, start, ticks: Note(port, channel, key, start, start + ticks),
        st.integers(0, 2),
        st.sampled_from([0, 1, 9]),
        st.integers(60, 62),
        st.integers(0, MOST_TICKS),
        st.integers(1, 600),
    ),
    max_size=30,
)
TEMPOS = st.dictionaries(st.integers(0, MOST_TICKS), st.integers(20_000, 2**24 - 1), max_size=4)
DIVISIONS = st.sampled_from([1, 96, 480, 32767, -24 << 8 | 4, -25 << 8 | 40, -29 << 8 | 80])


class Writer:
    """A writer that encodes a track in one of many ways, chosen by `random`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.content = b""
        self.tick = self.status = self.port = 0
        self.runs = random.random() < 0.7

    def event(self, tick: int, message: bytes) -> None:
        """Put a message at a tick, and sometimes something else before it."""
        while self.random.random() < 0.2:
            self._put(self.random.randint(self.tick, tick), self.random.choice(NOISE))
        if message[0] >= 0xF0:
            self._put(tick, message)
        elif self.runs and message[0] == self.status:
            self._put(tick, message[1:])
        else:
            self._put(tick, message)
            self.status = message[0]

    def note(self, tick: int, port: int, message: bytes) -> None:
        """Put a note-on or note-off of a port at a tick."""
        if port != self.port:
            self.event(tick, meta(0x21, bytes([port])))
            self.port = port
        self.event(tick, message)

    def _put(self, tick: int, message: bytes) -> None:
        delta = number(tick - self.tick)
        zeros = self.random.choice([0, 0, 0, 1]) * (4 - len(delta))
        self.content += b"\x80" * zeros + delta + message
        self.tick = tick


NOISE = [
    meta(1, b"text"), meta(0x60, bytes(130)), meta(0x59, b"\x0b\0"), meta(0x20, b"\5"), meta(0x54),
    sysex(b"\x7e\x7f\x09\x01\xf7"), sysex(b"\x43") + b"\0" + sysex(b"\1\xf7", 0xF7),
    sysex(b"\xf8", 0xF7), b"\xfe", b"\xf2\1\2",
]  # fmt: skip


def written(notes: list[Note], tempos: dict[int, int], division: int, random: Random) -> bytes:
    """Return a file of the notes, with the events of a tick in any order and any track."""
    timed = [(tick, None, tempo(value)) for tick, value in tempos.items()]
    for port, channel, key, start, end in notes:
        ended = random.choice([bytes([0x80 | channel, key, 64]), bytes([0x90 | channel, key, 0])])
        timed += [(start, port, bytes([0x90 | channel, key, 100])), (end, port, ended)]
    random.shuffle(timed)
    tracks = [Writer(random) for _ in range(random.randint(1, 4))]
    for tick, port, message in sorted(timed, key=lambda one: one[0]):
        writer = random.choice(tracks)
        if port is None:
            writer.event(tick, message)
        else:
            writer.note(tick, port, message)
    chunks = [chunk(b"MTrk", t.content + random.choice([b"\0" + END, b""])) for t in tracks]
    if random.random() < 0.3:
        chunks.insert(random.randint(0, len(chunks)), chunk(b"XFIH", b"MTrk"))
    return midi(chunks, 0 if len(tracks) == 1 else 1, random.randint(0, 5), division)


def seconds(tick: int, tempos: dict[int, int], division: int) -> Fraction:
    """Return the time of a tick, as the standard defines it."""
    if division < 0:
        frames = {24: Fraction(24), 25: Fraction(25), 29: Fraction(30000, 1001)}[-(division >> 8)]
        return tick / (frames * (division & 0xFF))
    total, value, before = Fraction(0), 500_000, 0
    for change in sorted(t for t in tempos if t < tick):
        total += (change - before) * value
        value, before = tempos[change], change
    return (total + (tick - before) * value) / division / 1_000_000


def heard(notes: list[Note]) -> list[Note]:
    """Return the sounding notes: each ends at the next of its key, or at its last note-off."""
    found = []
    for _, group in groupby(sorted(notes), key=lambda note: note[:3]):
        same = list(group)
        last = 0
        for note, following in zip(same, [*same[1:], None], strict=True):
            last = max(last, note.end)
            meets = following is not None and following.start <= last
            found.append(note._replace(end=following.start if following and meets else last))
    return sorted(found)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150
)
@given(NOTES, TEMPOS, DIVISIONS, st.randoms(use_true_random=False))
def test_notes_are_read_at_their_frames_however_written(
    tmp_path: Path, notes: list[Note], tempos: dict[int, int], division: int, random: Random
) -> None:
    path = tmp_path / "any.mid"
    path.write_bytes(written(notes, tempos, division, random))
    down: dict[tuple[int, int, int], int] = {}
    found: list[Note] = []
    for frame, status, key, velocity, port in to_events(read_midi_file(path), RATE).tolist():
        name = (port, status & 0x0F, key)
        if status & 0xF0 == 0x90 and velocity:
            down[name] = frame
        else:
            found.append(Note(*name, down.pop(name), frame))
    expected = heard(notes)
    assert [note[:3] for note in sorted(found)] == [note[:3] for note in expected]
    for note, meant in zip(sorted(found), expected, strict=True):
        for frame, tick in zip(note[3:], meant[3:], strict=True):
            exact = seconds(tick, tempos, division) * RATE
            assert abs(frame - exact) <= Fraction(1, 2) + Fraction(1, 10**5)
    assert not down
