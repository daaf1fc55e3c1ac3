"""Pairing of notes by count: a key that is struck n times is released after n note-offs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rtaudiogen.midi.held import ALL_NOTES_OFF, ALL_SOUND_OFF
from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from rtaudiogen.midi.smf_track import Tell
from rtaudiogen.midi.timed import TimedMessage

LAST_NOTE_SECONDS = 1.0  # notes without an end last until so long after the last note began
_VELOCITY = 64

_Source = tuple[int, int]  # port, channel


class NotePairs:
    """Tracks the keys that are down in a sequence of messages sorted by time.

    A note of a key that is down ends the previous one, in whatever order a file lists what happens
    at one time; of the n note-offs that belong to n such notes the last one ends the last note.
    """

    def __init__(self) -> None:
        self._down: defaultdict[_Source, Counter[int]] = defaultdict(Counter)
        self._begun = 0.0  # time of the last note-on in seconds

    def pair(self, messages: Iterable[TimedMessage]) -> Iterator[TimedMessage]:
        """Yield the messages so that every note is ended once, before the next of its key."""
        for message in messages:
            keys = self._down[message.port, message.status & 0x0F]
            kind, number = message.status & 0xF0, message.data1
            if kind == NOTE_ON and message.data2 > 0:
                if keys[number]:
                    yield message._replace(status=NOTE_OFF | message.status & 0x0F, data2=_VELOCITY)
                keys[number] += 1
                self._begun = message.seconds
            elif kind in (NOTE_ON, NOTE_OFF):
                keys[number] -= 1
                if keys[number] > 0:
                    continue
                del keys[number]
            elif kind == CONTROL_CHANGE and _ends_notes(number):
                keys.clear()
            yield message

    def release(self, end_seconds: float, tell: Tell) -> list[TimedMessage]:
        """Return messages that release what is down, LAST_NOTE_SECONDS or more after the last
        note.
        """
        seconds = max(end_seconds, self._begun + LAST_NOTE_SECONDS)
        messages = [
            TimedMessage(seconds, NOTE_OFF | channel, key, _VELOCITY, port)
            for (port, channel), keys in self._down.items()
            for key in keys
        ]
        if messages:
            words = f"{len(messages)} notes" if len(messages) > 1 else "a note"
            tell(f"{words} without an end, released after", f"{seconds:.2f} s")
        self._down.clear()
        return messages


def _ends_notes(controller: int) -> bool:
    return controller == ALL_SOUND_OFF or controller >= ALL_NOTES_OFF
