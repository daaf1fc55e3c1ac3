"""Timed messages, as files and phrases hold them, and the events that they become."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.events import FILE_PORTS, MIDI_EVENT
from rtaudiogen.midi.held import ALL_NOTES_OFF, ALL_SOUND_OFF, SUSTAIN
from rtaudiogen.midi.parser import CONTROL_CHANGE, NOTE_OFF, NOTE_ON


class TimedMessage(NamedTuple):
    """A channel message at a time in seconds from the start.

    `port` is the file's own (meta event FF 21): channel 1 of port 0 and of port 1 share no state.
    """

    seconds: float
    status: int
    data1: int
    data2: int
    port: int = 0  # 0 … 127


def to_events(
    messages: Iterable[TimedMessage], sample_rate: int, start_frame: int = 0, port: int = 0
) -> NDArray[np.void]:
    """Return (messages,) dtype MIDI_EVENT at host frames, in the messages' order. [control]

    `port` is the number that the messages' own port 0 gets, at most 128; the others follow it.
    """
    rows = [
        (start_frame + round(seconds * sample_rate), *message, port + own_port % FILE_PORTS)
        for seconds, *message, own_port in messages
    ]
    return np.array(rows, MIDI_EVENT)


def has_notes(messages: Iterable[TimedMessage]) -> bool:
    """Return True if a note begins. [control]"""
    return any(message.status & 0xF0 == NOTE_ON and message.data2 > 0 for message in messages)


def sounding_seconds(messages: Sequence[TimedMessage]) -> float:
    """Return when the last note has been released, by key or pedal, in seconds. [control]

    Without notes, the time of the last message; 0.0 without messages.
    """
    last = messages[-1].seconds if messages else 0.0
    if not has_notes(messages):
        return last
    return next((m.seconds for m in reversed(messages) if _may_let_go(m)), last)


def _may_let_go(message: TimedMessage) -> bool:
    kind, number = message.status & 0xF0, message.data1
    if kind == CONTROL_CHANGE:
        pedal_up = number == SUSTAIN and message.data2 < 64
        return pedal_up or number == ALL_SOUND_OFF or number >= ALL_NOTES_OFF
    return kind in (NOTE_ON, NOTE_OFF)
