"""MIDI files as they are found: the cases of docs/midi-files.md."""

from pathlib import Path

import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.midi import read_midi_file

from ..midi_bytes import (
    END,
    chunk,
    events,
    header,
    meta,
    midi,
    number,
    off,
    on,
    sysex,
    tempo,
    track,
)  # fmt: skip

Note = tuple[float, float, int]  # from, to in seconds, key

NOTE = track((0, on(60)), (480, off(60)))  # half a second at 120 beats a minute
LATER = track((480, on(64)), (480, off(64)))
ONE: list[Note] = [(0.0, 0.5, 60)]
BOTH: list[Note] = [(0.0, 0.5, 60), (0.5, 1.0, 64)]
BARE = events((0, on(60)), (480, off(60)))  # a track without an end
SMPTE = track((0, tempo(100)), (0, on(60)), (1000, off(60)))


def notes(path: Path, notices: list[str] | None = None) -> list[Note]:
    """Return start, end and key of every note, paired as an instrument hears them."""
    down: dict[tuple[int, int, int], float] = {}
    found: list[Note] = []
    for seconds, status, key, velocity, port in read_midi_file(path, notices):
        if status & 0xF0 == 0x90 and velocity:
            assert (port, status & 0x0F, key) not in down, "struck twice"
            down[port, status & 0x0F, key] = seconds
        elif status & 0xE0 == 0x80:
            begun = down.pop((port, status & 0x0F, key), None)
            found += [] if begun is None else [(begun, seconds, key)]
        elif status & 0xF0 == 0xB0 and key == 123:
            found += [(begun, seconds, other[2]) for other, begun in down.items()]
            down.clear()
    assert not down, "never let go"
    return sorted(found)


def riff(content: bytes, kind: bytes = b"RMID", size: int | None = None) -> bytes:
    listed = b"LIST" + (5).to_bytes(4, "little") + b"INFO." + b"\0"
    size = len(content) if size is None else size
    data = listed + b"data" + size.to_bytes(4, "little") + content
    return b"RIFF" + (len(data) + 4).to_bytes(4, "little") + kind + data


def smpte(frames: int, ticks: int) -> int:
    return -frames << 8 | ticks


PLAYED: dict[str, tuple[bytes, list[Note]]] = {
    # time
    "24 frames": (midi([SMPTE], division=smpte(24, 100)), [(0.0, 1000 / 2400, 60)]),
    "25 frames": (midi([SMPTE], division=smpte(25, 40)), [(0.0, 1.0, 60)]),
    "29 frames": (midi([SMPTE], division=smpte(29, 100)), [(0.0, 1001 / 3000, 60)]),
    "30 frames": (midi([SMPTE], division=smpte(30, 255)), [(0.0, 1000 / 7650, 60)]),
    "tempo in another track": (
        midi([NOTE, track((240, tempo(1_000_000)))]),
        [(0.0, 0.75, 60)],
    ),
    "tempo in the second track of one": (
        midi([track((240, tempo(1_000_000)), (0, on(60)), (480, off(60)))], format=0),
        [(0.25, 1.25, 60)],
    ),
    "two tempos at one tick": (
        midi([track((0, tempo(7)), (0, tempo(250_000)), (0, on(60)), (480, off(60)))]),
        [(0.0, 0.25, 60)],
    ),
    "longest tempo": (
        midi([track((0, tempo(2**24 - 1)), (0, on(60)), (480, off(60)))]),
        [(0.0, 16.777215, 60)],
    ),
    "one tick a beat": (midi([track((0, on(60)), (1, off(60)))], division=1), ONE),
    "tempo 0": (midi([track((0, tempo(0)), (0, on(60)), (480, off(60)))]), ONE),
    "empty tempo": (midi([track((0, meta(0x51)), (0, on(60)), (480, off(60)))]), ONE),
    "long tempo": (
        midi([track((0, meta(0x51, b"\x03\xd0\x90\x00")), (0, on(60)), (480, off(60)))]),
        [(0.0, 0.25, 60)],
    ),
    "delta of four bytes": (
        midi([track((0, on(60)), (2**28 - 1, off(60)))], division=32767),
        [(0.0, (2**28 - 1) / 65534, 60)],
    ),
    "delta with leading zeros": (
        midi([chunk(b"MTrk", b"\0" + on(60) + b"\x80\x80\x83\x60" + off(60) + b"\0" + END)]),
        ONE,
    ),
    # chunks
    "RMID": (riff(midi([NOTE])), ONE),
    "RMID of odd length and size 0": (riff(midi([NOTE]) + b"\0", size=0), ONE),
    "RMID without padding": (riff(midi([NOTE, track((0, meta(1, b"abc")))])), ONE),
    "RMID with big ends": (b"RIFX" + riff(midi([NOTE]))[4:], ONE),
    "RMID that is cut": (riff(midi([NOTE]), size=1 << 31), ONE),
    "bytes before the header": (b"\0" * 128 + midi([NOTE]), ONE),
    "mail before the header": (b"\r\n\r\n" + midi([NOTE]), ONE),
    "long header": (b"MThd\0\0\0\x0a\0\1\0\1\x01\xe0\0\0\0\0" + NOTE, ONE),
    "short header": (b"MThd\0\0\0\0\0\1\0\1\x01\xe0" + NOTE, ONE),
    "alien chunk before": (midi([chunk(b"XFKM", b"abc"), NOTE]), ONE),
    "alien chunk between": (midi([NOTE, chunk(b"XFIH", b"MTrk0"), LATER], count=2), BOTH),
    "alien chunk behind": (midi([NOTE, chunk(b"SeqD", b"\xff" * 9)], count=1), ONE),
    "alien chunk that is cut": (midi([NOTE, b"XFIH\0\0\xff\xffabc"], count=1), ONE),
    "garbage between": (midi([NOTE, b"\xde\xad\xbe\xef\x01", LATER]), BOTH),
    "zeros between": (midi([NOTE, bytes(3), LATER]), BOTH),
    "zeros behind": (midi([NOTE, bytes(700)]), ONE),
    "more tracks counted": (midi([NOTE, LATER], count=3), BOTH),
    "fewer tracks counted": (midi([NOTE, LATER], count=1), BOTH),
    "no tracks counted": (midi([NOTE], count=0), ONE),
    "format 0 of two": (midi([NOTE, LATER], format=0), BOTH),
    "format 2": (
        midi([NOTE, track((0, tempo(250_000)), *[(0, on(64)), (480, off(64))]), NOTE], format=2),
        [(0.0, 0.5, 60), (0.5, 0.75, 64), (0.75, 1.25, 60)],
    ),
    "format 2 with a rest": (
        midi([track((480, on(60)), (480, off(60)), end=b"\x83\x60" + END), NOTE], format=2),
        [(0.5, 1.0, 60), (1.5, 2.0, 60)],
    ),
    "cut within a note": (midi([NOTE, LATER])[:-9], [(0.0, 0.5, 60), (0.5, 1.5, 64)]),
    "cut within a header": (midi([NOTE, LATER])[: -len(LATER) + 6], ONE),
    "cut within SysEx": (midi([NOTE, track((0, sysex(bytes(99))))])[:-50], ONE),
    "length too long": (midi([_long := NOTE[:7] + b"\x1e" + NOTE[8:], LATER]), BOTH),
    "length past the end": (midi([LATER, _long]), BOTH),
    "length too long without an end": (
        midi([b"MTrk\0\0\1\0" + BARE, LATER]),
        BOTH,
    ),
    "length too short": (midi([NOTE[:7] + b"\x04" + NOTE[8:], LATER]), BOTH),
    "length 0": (midi([LATER, b"MTrk\0\0\0\0" + NOTE[8:]]), BOTH),
    "length -1": (midi([NOTE, b"MTrk\xff\xff\xff\xff" + LATER[8:]]), BOTH),
    "no end of track": (midi([chunk(b"MTrk", BARE), LATER]), BOTH),
    "no end of the last track": (midi([LATER, chunk(b"MTrk", BARE)]), BOTH),
    "end of track with a length": (midi([chunk(b"MTrk", BARE + b"\0\xff\x2f\1\0"), LATER]), BOTH),
    "events behind the end": (midi([track((0, on(60)), (480, off(60)), end=b"\0" + END + LATER)]),
        [*BOTH]),
    "second file behind": (midi([NOTE]) + midi([LATER]), ONE),
    "empty tracks": (midi([track(), NOTE, chunk(b"MTrk", b"")]), ONE),
    # events
    "11 sharps": (midi([track((0, meta(0x59, b"\x0b\0")), (0, on(60)), (480, off(60)))]), ONE),
    "odd meta events": (
        midi([track(*[(0, meta(kind)) for kind in (0, 0x20, 0x54, 0x58, 0x59)]), NOTE]),
        ONE,
    ),
    "delta of an unknown meta event": (
        midi([track((0, on(60)), (240, meta(0x60, b"abc")), (240, off(60)))]),
        ONE,
    ),
    "delta of text": (midi([track((480, meta(5, bytes(200))), (0, on(60)), (480, off(60)))]),
        [(0.5, 1.0, 60)]),
    "running status": (midi([track((0, on(60)), (480, b"\x3c\0"))]), ONE),
    "running status after meta": (
        midi([track((0, on(60)), (0, meta(1, b"hi")), (480, b"\x3c\0"))]),
        ONE,
    ),
    "running status after SysEx": (
        midi([track((0, on(60)), (240, sysex(b"\x7e\x7f\x09\x01\xf7")), (240, b"\x3c\0"))]),
        ONE,
    ),
    "running status after clock": (midi([track((0, on(60)), (0, b"\xf8"), (480, b"\x3c\0"))]), ONE),
    "system messages": (
        midi([track((0, b"\xf2\1\2"), (0, b"\xf1\1"), (0, b"\xf6"), (0, on(60)), (480, off(60)))]),
        ONE,
    ),
    "SysEx in packets": (
        midi([
            track(
                (0, sysex(b"\x43")), (240, sysex(on(64), 0xF7)), (0, sysex(b"\xf7", 0xF7)),
                (0, on(60)), (480, off(60)),
            )
        ]),
        [(0.25, 0.75, 60)],
    ),
    "SysEx as on a cable, without a length": (
        midi([track((0, b"\xf0\x43\x10\x4c\xf7"), (0, on(60)), (480, off(60)))]),
        ONE,
    ),
    "SysEx that is too long": (
        midi([track((0, b"\xf0\x83\x7f\x43\xf7"), (0, on(60)), (480, off(60)))]),
        ONE,
    ),
    "notes off by running status": (
        midi([track((0, on(60)), (240, b"\x3c\0\0\x40\x50"), (240, b"\x40\0"))]),
        [(0.0, 0.25, 60), (0.25, 0.5, 64)],
    ),
    "program and pressure by running status": (
        midi([track((0, b"\xc0\5\0\6\0\xd0\1\0\2"), (0, on(60)), (480, off(60)))]),
        ONE,
    ),
    "escape": (
        midi([track((0, sysex(b"\xf8" + on(60), 0xF7)), (480, sysex(b"\x90\x3c\0", 0xF7)))]),
        ONE,
    ),
    "velocity over 127": (midi([track((0, b"\x90\x3c\xc8"), (480, off(60)))]), ONE),
    "key over 127": (midi([track((0, b"\x90\xc8\x40"), (0, on(60)), (480, off(60)))]), ONE),
    "channel prefix": (
        midi([track((0, meta(0x20, b"\5")), (0, on(60)), (480, off(60)))]),
        ONE,
    ),
    # notes
    "repeated, off first": (
        midi([track((0, on(60)), (480, off(60)), (0, on(60)), (480, off(60)))]),
        [(0.0, 0.5, 60), (0.5, 1.0, 60)],
    ),
    "repeated, on first": (
        midi([track((0, on(60)), (480, on(60)), (0, off(60)), (480, off(60)))]),
        [(0.0, 0.5, 60), (0.5, 1.0, 60)],
    ),
    "repeated from two tracks": (
        midi([track((480, on(60)), (480, off(60))), NOTE]),
        [(0.0, 0.5, 60), (0.5, 1.0, 60)],
    ),
    "repeated, ended by velocity 0": (
        midi([track((0, on(60)), (480, on(60)), (0, on(60, 0)), (480, on(60, 0)))]),
        [(0.0, 0.5, 60), (0.5, 1.0, 60)],
    ),
    "overlapping": (
        midi([track((0, on(60)), (240, on(60)), (240, off(60)), (480, off(60)))]),
        [(0.0, 0.25, 60), (0.25, 1.0, 60)],
    ),
    "overlapping from three tracks": (
        midi([NOTE, NOTE, track((0, on(60)), (960, off(60)))]),
        [(0.0, 0.0, 60), (0.0, 0.0, 60), (0.0, 1.0, 60)],
    ),
    "overlapping on two channels": (
        midi([track((0, on(60)), (0, on(60, 100, 1)), (480, off(60)), (480, off(60, 1)))]),
        [(0.0, 0.5, 60), (0.0, 1.0, 60)],
    ),
    "ended by all notes off": (
        midi([track((0, on(60)), (0, on(60)), (240, b"\xb0\x7b\0"), (0, on(60)), (240, off(60)))]),
        [(0.0, 0.0, 60), (0.0, 0.25, 60), (0.25, 0.5, 60)],
    ),
    "no length": (midi([track((0, on(60)), (0, off(60)), (480, on(64)), (480, off(64)))]),
        [(0.0, 0.0, 60), (0.5, 1.0, 64)]),
    "off without on": (midi([track((0, off(60)), (0, on(60)), (480, off(60)))]), ONE),
    "never ended": (
        midi([track((0, on(60)), end=b"\x8f\x00" + END)]),
        [(0.0, 2.0, 60)],
    ),
    "never ended, at the end": (midi([track((0, on(60)))]), [(0.0, 1.0, 60)]),
}  # fmt: skip


@pytest.mark.parametrize("case", PLAYED)
def test_a_file_is_played_as_a_sequencer_would(case: str, tmp_path: Path) -> None:
    content, expected = PLAYED[case]
    path = tmp_path / "in.mid"
    path.write_bytes(content)
    assert notes(path) == [pytest.approx(note, abs=1e-12) for note in expected]


_TRACK_AT = 22  # bytes of header, name and length

REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "byte 0: expected 'MThd', found nothing"),
    "a sound": (b"RIFF\0\0\0\0WAVEfmt ", "byte 0: expected 'MThd', found 'RIFF'"),
    "RMID without data": (b"RIFF\0\0\0\0RMIDLIST\0\0\0\0", "without a chunk 'data'"),
    "MIDI 2.0": (b"SMF2CLIP", "found 'SMF2'"),
    "half a header": (b"MThd\0\0\0\6\0\1", "byte 10: the header is cut short"),
    "no track": (header(1, 0), "byte 14: the file has no track"),
    "format 3": (midi([NOTE], format=3), "byte 8: format 3; expected 0, 1 or 2"),
    "division 0": (midi([NOTE], division=0), "byte 12: division 0; expected 1 … 32767"),
    "23 frames": (midi([NOTE], division=smpte(23, 40)), "byte 12: division of 23 frames"),
    "0 ticks a frame": (midi([NOTE], division=smpte(25, 0)), "25 frames a second, 0 ticks"),
    "no status": (midi([track((0, b"\x3c\x40"))]), f"track 1, byte {_TRACK_AT + 1}: data byte 60"),
    "delta of five bytes": (
        midi([NOTE, chunk(b"MTrk", b"\x81\x80\x80\x80\x00" + on(60))]),
        f"track 2, byte {_TRACK_AT + len(NOTE)}: a number of more than 4 bytes",
    ),
    "length of five bytes": (
        midi([chunk(b"MTrk", b"\0\xff\x01\xff\xff\xff\xff\x7f" + b"abc")]),
        f"track 1, byte {_TRACK_AT + 3}: a number of more than 4 bytes",
    ),
    "days": (
        midi([track((0, on(60)), (2**28 - 1, off(60)))], division=96),
        f"track 1, byte {_TRACK_AT + 4}: a pause of 268435455 ticks, and 388.4 hours",
    ),
    "days of a note without an end": (
        midi([track((0, on(60)), end=number(2**28 - 1) + END)], division=96),
        "388.4 hours",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_unplayable_file_is_refused_with_the_place(case: str, tmp_path: Path) -> None:
    content, words = REFUSED[case]
    path = tmp_path / "in.mid"
    path.write_bytes(content)
    with pytest.raises(RtAudioGenError, match="not a readable MIDI file") as refusal:
        read_midi_file(path)
    assert words in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


TOLD: dict[str, str] = {
    "tempo 0": "a tempo without a value is skipped (track 1, byte 23)",
    "garbage between": "bytes outside any chunk are skipped (byte",
    "more tracks counted": "the header counts 3 tracks, the file has 2",
    "cut within a note": "a track of 14 bytes is cut short (track 2",
    "second file behind": "a second MIDI file begins here and is skipped",
    "SysEx that is too long": "a SysEx with a wrong length, read up to its end (track 1, byte 23)",
    "velocity over 127": "a value over 127 is taken as 127 (track 1, byte 24)",
    "key over 127": "key 200 does not exist (track 1, byte 24)",
    "never ended": "a note without an end, released after (2.00 s)",
}


@pytest.mark.parametrize("case", PLAYED)
def test_repairs_are_reported_in_one_line_a_kind(case: str, tmp_path: Path) -> None:
    path = tmp_path / "in.mid"
    path.write_bytes(PLAYED[case][0])
    notices: list[str] = []
    read_midi_file(path, notices)
    assert TOLD.get(case, "") in "\n".join(notices)
    assert all(line.startswith(f"{path}: ") and "\n" not in line for line in notices)


def test_a_thousand_faults_of_a_kind_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "in.mid"
    path.write_bytes(midi([track(*[(1, b"\x90\x3c\xc8"), (1, off(60))] * 1000)]))
    notices: list[str] = []
    read_midi_file(path, notices)
    assert notices == [f"{path}: a value over 127 is taken as 127 (track 1, byte 24 and 999 more)"]


def test_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RtAudioGenError, match="no MIDI file"):
        read_midi_file(tmp_path)
    huge = tmp_path / "huge.mid"
    with huge.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RtAudioGenError, match="more than 4 MiB"):
        read_midi_file(huge)


def test_the_port_of_a_track_goes_with_its_messages(tmp_path: Path) -> None:
    path = tmp_path / "in.mid"
    second = track((0, meta(0x21, b"\1")), (0, on(60)), (240, meta(0x21)), (240, off(60)))
    path.write_bytes(midi([NOTE, second, LATER]))
    assert sorted((m.data1, m.port) for m in read_midi_file(path) if m.status == 0x90) == [
        (60, 0), (60, 1), (64, 0)
    ]  # fmt: skip
