"""Chunks of a Standard MIDI File: header, time division and tracks.

Sources: Standard MIDI Files 1.0 (RP-001), "Chunks"; RMID: Microsoft, "Multimedia Programming
Interface and Data Specifications 1.0".
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.midi.smf_track import Tell, Track, read_track

MOST_TRACKS = 65535  # the header's count has 16 bits
_HEADER, _TRACK = b"MThd", b"MTrk"
_HEAD_BYTES, _HEADER_BYTES = 8, 6  # of a chunk's head; of the known part of the header
_LOOKED_THROUGH = 4096  # bytes before the header, which archives and mail may add
_PADDING = re.compile(rb"\0{0,65536}")
_FRAMES_A_SECOND = {24: Fraction(24), 25: Fraction(25), 29: Fraction(30000, 1001), 30: Fraction(30)}


class Header(NamedTuple):
    """The contents of the header chunk.

    `ticks` are per beat, or per second if the file counts SMPTE frames; tempo then has no effect.
    """

    format: int
    tracks: int
    ticks: Fraction
    is_smpte: bool


@dataclass
class Repairs:
    """Problems that were repaired: of each kind the first place and a count."""

    places: dict[str, tuple[str, int]] = field(default_factory=dict)

    def tell(self, problem: str, place: str) -> None:
        """Note a problem."""
        first, count = self.places.get(problem, (place, 0))
        self.places[problem] = first, count + 1

    def tell_again(self, tell: Tell) -> None:
        """Pass all problems on."""
        for problem, (place, count) in self.places.items():
            for _ in range(count):
                tell(problem, place)

    def lines(self) -> list[str]:
        """Return a line for each kind of problem."""
        return [
            f"{problem} ({place}{f' and {count - 1} more' if count > 1 else ''})"
            for problem, (place, count) in self.places.items()
        ]


def read_chunks(data: bytes, tell: Tell) -> tuple[Header, list[Track]]:
    """Return the header and all tracks of a file's bytes.

    `tell` gets every problem that was skipped, and its place. RtAudioGenError, with the place, if
    it is not a MIDI file or cannot be understood.
    """
    start, end = _smf(data)
    header, position = _header(data, start, end)
    tracks: list[Track] = []
    while (position := _next_track(data, position, end, tell)) < end:
        if len(tracks) == MOST_TRACKS:
            raise RtAudioGenError(f"byte {position}: more than {MOST_TRACKS} tracks")
        tracks.append(_track(data, position, end, len(tracks) + 1, tell))
        position = tracks[-1].end
    if not tracks:
        raise RtAudioGenError(f"byte {position}: the file has no track")
    if len(tracks) != header.tracks:
        tell(
            f"the header counts {header.tracks} tracks, the file has {len(tracks)}", f"byte {start}"
        )
    return header, tracks


def _smf(data: bytes) -> tuple[int, int]:
    """Return where the MIDI file begins and ends in the bytes, which may be a RIFF file."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        start, end = _riff_data(data)
    else:
        start, end = 0, len(data)
    found = data.find(_HEADER, start, min(end, start + _LOOKED_THROUGH))
    if found < 0:
        begins = data[start : start + 4]
        raise RtAudioGenError(f"byte {start}: expected 'MThd', found {_shown(begins)}")
    return found, end


def _riff_data(data: bytes) -> tuple[int, int]:
    position = 12
    while position + _HEAD_BYTES <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        start = position + _HEAD_BYTES
        if data[position : position + 4] == b"data":
            return start, min(start + size, len(data)) if size else len(data)
        position = start + size + size % 2
    raise RtAudioGenError("byte 12: RIFF RMID without a chunk 'data'")


def _header(data: bytes, start: int, end: int) -> tuple[Header, int]:
    """Return the header chunk's contents, and the position after it."""
    content = start + _HEAD_BYTES
    if content + _HEADER_BYTES > end:
        raise RtAudioGenError(f"byte {end}: the header is cut short")
    length = max(int.from_bytes(data[start + 4 : content]), _HEADER_BYTES)
    fields = data[content : content + _HEADER_BYTES]
    kind, tracks = int.from_bytes(fields[:2]), int.from_bytes(fields[2:4])
    if kind > 2:
        raise RtAudioGenError(f"byte {content}: format {kind}; expected 0, 1 or 2")
    ticks, is_smpte = _division(fields[4], fields[5], content + 4)
    behind = content + length
    if not _is_chunk(data, behind, end):
        behind = content + _HEADER_BYTES
    return Header(kind, tracks, ticks, is_smpte), behind


def _division(high: int, low: int, at: int) -> tuple[Fraction, bool]:
    """Return ticks per beat, or per second (SMPTE: frames a second as a negative number, ticks a
    frame).
    """
    if high < 0x80:
        ticks = high << 8 | low
        if ticks == 0:
            raise RtAudioGenError(f"byte {at}: division 0; expected 1 … 32767 ticks a beat")
        return Fraction(ticks), False
    frames = _FRAMES_A_SECOND.get(256 - high)
    if frames is None or low == 0:
        raise RtAudioGenError(
            f"byte {at}: division of {256 - high} frames a second, {low} ticks each; expected"
            " 24, 25, 29 or 30 frames and 1 … 255 ticks"
        )
    return frames * low, True


def _next_track(data: bytes, position: int, end: int, tell: Tell) -> int:
    """Return the position of the next track chunk, past other chunks; `end` if there is none."""
    while position < end and not data.startswith(_TRACK, position):
        if data.startswith(_HEADER, position):
            tell("a second MIDI file begins here and is skipped", f"byte {position}")
            return end
        if _is_chunk(data, position, end):
            position += _HEAD_BYTES + _length(data, position)
            continue
        found = data.find(_TRACK, position, end)
        behind = end if found < 0 else found
        if data.count(0, position, behind) < behind - position:  # padding with zeros is common
            tell("bytes outside any chunk are skipped", f"byte {position}")
        position = behind
    return min(position, end)


def _track(data: bytes, position: int, end: int, number: int, tell: Tell) -> Track:
    """Read the track chunk at `position`; its end event is trusted more than its length."""
    start = position + _HEAD_BYTES
    declared = start + _length(data, position)
    if _ends_at(data, declared, end):
        limit = declared
        track = read_track(data, start, declared, number, tell)
        if not _is_next(data, track.end, end):
            track.end = declared
    else:
        following = data.find(_TRACK, start, end)
        limit = end if following < 0 else following
        track = _read_doubtful(data, start, min(declared, limit), limit, number, tell)
    if declared > limit and not track.ended:
        tell(f"a track of {declared - start} bytes is cut short", f"track {number}, byte {limit}")
    elif track.cut:
        tell("a track ends within an event", f"track {number}, byte {track.end}")
    return track


def _read_doubtful(data: bytes, start: int, end: int, limit: int, number: int, tell: Tell) -> Track:
    """Read a track whose length is wrong, to its end event or to `limit`."""
    told = Repairs()
    track = read_track(data, start, end, number, told.tell)
    if not track.ended and end < limit:
        longer = Repairs()
        with suppress(RtAudioGenError):  # then the rest does not belong to the track
            whole = read_track(data, start, limit, number, longer.tell)
            track, told = (whole, longer) if whole.ended else (track, told)
    told.tell_again(tell)
    return track


def _length(data: bytes, position: int) -> int:
    return int.from_bytes(data[position + 4 : position + _HEAD_BYTES])


def _is_chunk(data: bytes, position: int, end: int) -> bool:
    """Return True if a chunk seems to begin here: a track, or printable and whole."""
    if data.startswith(_TRACK, position, end):
        return True
    name = data[position : position + 4]
    whole = position + _HEAD_BYTES + _length(data, position) <= end
    return position + _HEAD_BYTES <= end and whole and all(0x20 <= byte < 0x7F for byte in name)


def _is_next(data: bytes, position: int, end: int) -> bool:
    """Return True if a track begins here, after any padding."""
    return data.startswith(_TRACK, _behind_padding(data, position), end)


def _ends_at(data: bytes, position: int, end: int) -> bool:
    """Return True if a chunk can end here: followed by another one, or by padding only."""
    behind = _behind_padding(data, position)
    return position <= end and (behind >= end or _is_chunk(data, behind, end))


def _behind_padding(data: bytes, position: int) -> int:
    found = _PADDING.match(data, position)
    return found.end() if found else position


def _shown(begins: bytes) -> str:
    return repr(begins)[1:] if begins else "nothing"
