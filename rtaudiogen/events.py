"""Events as data: what a generator is told, and what arrives by MIDI.

Both are numpy records, so compiled code reads them without touching Python.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

EVENT = np.dtype(
    [
        ("frame", np.int64),  # offset in the block of the render call, in frames of the generator
        ("kind", np.int32),  # an EventKind
        ("voice", np.int32),  # index of the voice, or ALL_VOICES
        ("key", np.float32),  # MIDI note number, 60 = C4, fractions allowed (NOTE_ON only)
        ("value", np.float32),  # see EventKind
    ],
    align=True,
)

MIDI_EVENT = np.dtype(
    [
        ("frame", np.int64),  # absolute stream frame at the host rate
        ("status", np.uint8),  # the status byte, channel included
        ("data1", np.uint8),
        ("data2", np.uint8),
        ("port", np.uint8),  # see LIVE_PORTS, SCREEN_PORT and SCHEDULED_PORT
    ],
    align=True,
)

# MIDI state belongs to a port and a channel, so every source of messages has a port number.
LIVE_PORTS = 64  # the ports of this machine are 0 … 63
SCREEN_PORT = LIVE_PORTS  # the notes of a front end
SCHEDULED_PORT = 128  # messages that are played by time; port p of a file is SCHEDULED_PORT + p
FILE_PORTS = 128  # number of ports that a file may name

ALL_VOICES = -1
CHOKE_SECONDS = 0.004
LOWEST_KEY, KEYS = 36, 48  # of `chord`


class EventKind(IntEnum):
    """Kinds of events for a voice, and the meaning of `value`."""

    NOTE_ON = 1  # value: velocity, 0 < value ≤ 1; the host sends it only to a silent voice
    NOTE_OFF = 2  # begin the release; value unused
    CHOKE = 3  # fade to exact silence within CHOKE_SECONDS; value unused
    # Expression, of one voice or of all. A note begins with the last values of ALL_VOICES; events
    # for its own voice in the same frame, after NOTE_ON, hold from the note's first frame on, and
    # until the voice's next note. A generator may ignore any of these.
    PITCH_BEND = 4  # value: semitones, of the wheel and the tuning
    MOD_WHEEL = 5  # value: 0 … 1
    PRESSURE = 6  # value: 0 … 1
    TIMBRE = 7  # value: 0 … 1, about 0.5 at rest
    VOLUME = 8  # value: amplitude factor, 0 … 1, of volume and expression; 1 at rest
    PAN = 9  # value: -1 left … 1 right; see generator.Panner


def event(
    frame: int, kind: EventKind, voice: int = ALL_VOICES, key: float = 0.0, value: float = 0.0
) -> NDArray[np.void]:
    """Return one event as an array of length 1, dtype EVENT."""
    return np.array([(frame, kind, voice, key, value)], EVENT)


def chord(voices: int) -> NDArray[np.void]:
    """Return (voices,) simultaneous notes, one per voice: the worst-case load."""
    notes = [(0, EventKind.NOTE_ON, v, LOWEST_KEY + v % KEYS, 0.8) for v in range(voices)]
    return np.array(notes, EVENT)


def no_events() -> NDArray[np.void]:
    """Return an empty array of dtype EVENT."""
    return np.empty(0, EVENT)
