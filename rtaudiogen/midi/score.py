"""MIDI file as a score for models."""

from collections.abc import Collection
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Plays
from rtaudiogen.midi.files import read_midi_file
from rtaudiogen.midi.timed import TimedMessage, has_notes


def read_score(
    path: Path, models: Collection[Descriptor], notices: list[str]
) -> list[TimedMessage]:
    """Return a MIDI file's messages for `models`. [control]

    Sentences about damage that was repaired are appended to `notices`. RtAudioGenError for a file
    that cannot be read, and for one without notes unless a model sounds by itself.
    """
    repairs: list[str] = []
    messages = read_midi_file(path, repairs)
    by_itself = any(model.plays & {Plays.STREAM, Plays.EFFECT} for model in models)
    if not (messages if by_itself else has_notes(messages)):
        reasons = "; ".join(line.removeprefix(f"{path}: ") for line in repairs)
        raise RtAudioGenError(
            f"{path}: there are no notes in this MIDI file{reasons and f' ({reasons})'}, so nothing"
            " to play."
        )
    notices.extend(repairs)
    return messages
