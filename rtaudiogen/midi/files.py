"""Standard MIDI files as lists of timed messages."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import mido
import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import FILE_PORTS, MIDI_EVENT


class TimedMessage(NamedTuple):
    """A channel message at a time in seconds from the start.

    `port` is the file's own (meta event FF 21): channel 1 of port 0 and of port 1 share no state.
    """

    seconds: float
    status: int
    data1: int
    data2: int
    port: int = 0  # 0 … 127


def read_midi_file(path: Path) -> list[TimedMessage]:
    """All tracks of a MIDI file merged, sorted by time, its tempo map applied. [control]

    RtAudioGenError if there is no such file or it is damaged.
    """
    if not path.is_file():
        raise RtAudioGenError(f"There is no MIDI file {path}.")
    try:
        return _channel_messages(mido.MidiFile(path, clip=True))
    except Exception as error:  # mido raises whatever its decoders stumble over
        reason = " ".join(str(error).split()) or type(error).__name__
        raise RtAudioGenError(f"{path} is not a readable MIDI file ({reason}).") from error


def _channel_messages(file: mido.MidiFile) -> list[TimedMessage]:
    messages: list[TimedMessage] = []
    seconds = 0.0
    for message in file:  # in playing order; its time is the seconds since the one before
        seconds += message.time
        if not message.is_meta and message.type != "sysex":
            status, *data = message.bytes()
            if status < 0xF0:
                data1, data2 = (*data, 0)[:2]
                messages.append(TimedMessage(seconds, status, data1, data2))
    return messages


def to_events(
    messages: Iterable[TimedMessage], sample_rate: int, start_frame: int = 0, port: int = 0
) -> NDArray[np.void]:
    """(messages,) dtype MIDI_EVENT at host frames, sorted as the messages are.

    `port` is the number that the messages' own port 0 gets, at most 128; the others follow it.
    """
    rows = [
        (
            start_frame + round(m.seconds * sample_rate),
            m.status,
            m.data1,
            m.data2,
            port + m.port % FILE_PORTS,
        )
        for m in messages
    ]
    return np.array(rows, MIDI_EVENT)
