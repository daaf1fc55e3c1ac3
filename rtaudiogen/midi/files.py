"""Standard MIDI files as lists of timed messages."""

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.midi.note_pairs import NotePairs
from rtaudiogen.midi.smf_chunks import Header, Repairs, read_chunks
from rtaudiogen.midi.smf_track import Tell, Track
from rtaudiogen.midi.tempo import TempoMap
from rtaudiogen.midi.timed import TimedMessage

MOST_BYTES = 4 * 2**20
LONGEST_SECONDS = 24 * 3600.0
_INDEPENDENT = 2  # the format of independent tracks


def read_midi_file(path: Path, notices: list[str] | None = None) -> list[TimedMessage]:
    """Return the messages of all tracks sorted by time, the tempo map applied. [control]

    Tracks sound together, those of format 2 one after the other. Every note is ended once and
    before the next one of its key (`note_pairs`). Sentences about damage that was repaired are
    appended to `notices`. RtAudioGenError, with the place, if there is no such file, if it cannot
    be understood, or if it lasts longer than LONGEST_SECONDS.
    """
    if not path.is_file():
        raise RtAudioGenError(f"There is no MIDI file {path}.")
    repairs = Repairs()
    try:
        messages = parse_midi(_content(path), repairs.tell)
    except RtAudioGenError as error:
        raise RtAudioGenError(f"{path} is not a readable MIDI file ({error}).") from None
    if notices is not None:
        notices.extend(f"{path}: {line}" for line in repairs.lines())
    return messages


def parse_midi(data: bytes, tell: Tell) -> list[TimedMessage]:
    """Return the messages in a file's bytes, as `read_midi_file` does. [control]

    `tell` gets every problem and its place. RtAudioGenError with the place in the bytes.
    """
    header, tracks = read_chunks(data, tell)
    if header.format != _INDEPENDENT:
        return _together(tracks, header, 0.0, tell)[0]
    messages: list[TimedMessage] = []
    start = 0.0
    for track in tracks:
        piece, start = _together([track], header, start, tell)
        messages += piece
    return messages


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RtAudioGenError(error.strerror or type(error).__name__) from None
    if len(data) > MOST_BYTES:
        raise RtAudioGenError(f"more than {MOST_BYTES // 2**20} MiB")
    return data


def _together(
    tracks: Sequence[Track], header: Header, start: float, tell: Tell
) -> tuple[list[TimedMessage], float]:
    """Return the messages of tracks that begin at `start` seconds and sound at once, and
    their end.
    """
    tempo = TempoMap(header, [change for track in tracks for change in track.tempos])
    merged = sorted(chain.from_iterable(track.messages for track in tracks), key=itemgetter(0))
    timed = (
        TimedMessage(start + tempo.seconds(tick), status, data1, data2, port)
        for tick, status, data1, data2, port in merged
    )
    end = start + tempo.seconds(max(track.ticks for track in tracks))
    pairs = NotePairs()
    messages = list(pairs.pair(timed))
    messages += pairs.release(end, tell)
    if messages and messages[-1].seconds > LONGEST_SECONDS:
        raise _too_long(tracks, messages[-1].seconds)
    return messages, max(end, messages[-1].seconds if messages else 0.0)


def _too_long(tracks: Iterable[Track], seconds: float) -> RtAudioGenError:
    longest = max(tracks, key=lambda track: track.pause)
    ticks, byte = longest.pause
    return RtAudioGenError(
        f"track {longest.number}, byte {byte}: a pause of {ticks} ticks, and {seconds / 3600:.1f}"
        f" hours altogether; expected at most {LONGEST_SECONDS / 3600:.0f}"
    )
