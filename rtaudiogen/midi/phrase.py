"""The built-in phrase: half a minute for any pitched instrument between E2 and C6.

It has nine bars in A minor that end in A major, in four parts of which never more than four notes
sound, including the sustain pedal. In the second half the mod wheel swells on the long E, and the
high A that answers the dominant is scooped from a semitone below while it stands alone.
"""

from collections.abc import Iterable

from rtaudiogen.midi.held import SUSTAIN, HeldKeys
from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCH_BEND, Message
from rtaudiogen.midi.timed import TimedMessage

BEATS_PER_MINUTE = 72.0
PHRASE_SECONDS = 36 * 60.0 / BEATS_PER_MINUTE

_MOD_WHEEL = 1
_RAMP_STEP_BEATS = 1 / 16
_BEND_CENTRE = 8192  # 14 bits; ±8192 is ±2 semitones on a freshly switched-on instrument
_SEMITONE = 4096

# beat, key (60 = C4), beats, velocity
_NOTES = (
    # A minor, the ninth on top: four notes that the pedal holds
    *((0.0, 45, 0.5, 62), (0.5, 52, 0.5, 54), (1.0, 60, 0.5, 58), (1.5, 71, 1.0, 70)),
    # F major seventh
    *((4.0, 41, 0.5, 64), (4.5, 48, 0.5, 54), (5.0, 57, 0.5, 60), (5.5, 64, 1.0, 72)),
    # C over E: the melody enters
    *((8.0, 40, 3.9, 60), (8.0, 55, 3.9, 48), (8.0, 60, 1.9, 50), (10.0, 62, 1.9, 50)),
    *((8.0, 67, 1.0, 74), (9.0, 72, 1.4, 82), (10.5, 71, 0.5, 70), (11.0, 67, 0.9, 66)),
    # G, its fourth falling to the third in the tenor
    *((12.0, 43, 3.9, 62), (12.0, 55, 3.9, 48), (12.0, 62, 1.9, 52), (14.0, 60, 0.9, 54)),
    *((15.0, 59, 0.9, 50), (12.0, 74, 1.9, 84), (14.0, 76, 0.5, 76), (14.5, 74, 0.5, 70)),
    (15.0, 71, 0.9, 66),
    # D minor seventh, the bass walking down
    *((16.0, 50, 1.9, 66), (18.0, 48, 1.9, 62), (16.0, 57, 3.9, 52), (16.0, 65, 1.9, 54)),
    *((18.0, 64, 1.9, 52), (16.0, 77, 1.5, 92), (17.5, 76, 0.5, 78), (18.0, 74, 1.0, 80)),
    (19.0, 72, 0.9, 72),
    # F major seventh again: the long note
    *((20.0, 41, 3.9, 68), (20.0, 57, 3.9, 52), (20.0, 60, 3.9, 50), (20.0, 76, 2.9, 88)),
    *((23.0, 72, 0.5, 68), (23.5, 74, 0.45, 74)),
    # E, suspended, then resolved, climbing to the top
    *((24.0, 40, 3.8, 74), (24.0, 57, 1.9, 56), (26.0, 56, 1.8, 58), (24.0, 62, 3.8, 56)),
    *((24.0, 71, 1.0, 78), (25.0, 76, 0.5, 84), (25.5, 80, 0.5, 92), (26.0, 83, 1.0, 104)),
    *((27.0, 84, 0.5, 110), (27.5, 83, 0.4, 90)),
    # the A alone, then A major down to the bass under the pedal
    *((28.0, 81, 1.0, 96), (29.0, 73, 0.5, 76), (29.5, 64, 0.5, 68), (30.0, 45, 1.0, 72)),
    # and once more, quietly
    *((32.0, 45, 3.2, 52), (32.0, 52, 3.2, 42), (32.0, 61, 3.2, 46), (32.0, 71, 3.2, 56)),
)

_PEDAL = ((0.02, 3.9), (4.02, 7.9), (28.5, 31.9))  # down, up, in beats

# first beat, last beat, from, to
_WHEEL = ((20.5, 22.0, 0, 80), (22.0, 23.0, 80, 0), (32.5, 33.5, 0, 36), (33.5, 35.0, 36, 0))
_BEND = ((27.98, 27.98, -_SEMITONE, -_SEMITONE), (28.0, 28.5, -_SEMITONE, 0))


def phrase() -> list[TimedMessage]:
    """Return the phrase on channel 1, sorted by time; at equal times ends come first."""
    messages = [message for row in _NOTES for message in _note(*row)]
    for down, up in _PEDAL:
        messages += [_control(down, SUSTAIN, 127), _control(up, SUSTAIN, 0)]
    for ramp in _WHEEL:
        messages += [_control(beat, _MOD_WHEEL, value) for beat, value in _ramp(*ramp)]
    for ramp in _BEND:
        messages += [_bend(beat, value) for beat, value in _ramp(*ramp)]
    return sorted(messages, key=lambda message: (message.seconds, message.status == NOTE_ON))


def beginning(messages: Iterable[TimedMessage], seconds: float) -> list[TimedMessage]:
    """Return the messages within `seconds`, followed by the release of everything that is held."""
    played = [message for message in messages if message.seconds < seconds]
    held = HeldKeys()
    for message in played:
        held.note(Message(*message[1:4]))
    return [*played, *(TimedMessage(seconds, *message) for message in held.release())]


def _note(beat: float, key: int, beats: float, velocity: int) -> tuple[TimedMessage, TimedMessage]:
    return _at(beat, NOTE_ON, key, velocity), _at(beat + beats, NOTE_OFF, key, 64)


def _control(beat: float, controller: int, value: int) -> TimedMessage:
    return _at(beat, CONTROL_CHANGE, controller, value)


def _bend(beat: float, value: int) -> TimedMessage:
    position = _BEND_CENTRE + value
    return _at(beat, PITCH_BEND, position & 0x7F, position >> 7)


def _ramp(first: float, last: float, start: int, end: int) -> list[tuple[float, int]]:
    steps = max(round((last - first) / _RAMP_STEP_BEATS), 1)
    return [
        (first + (last - first) * i / steps, start + round((end - start) * i / steps))
        for i in range(steps + 1)
    ]


def _at(beat: float, status: int, data1: int, data2: int) -> TimedMessage:
    return TimedMessage(beat * 60.0 / BEATS_PER_MINUTE, status, data1, data2)
