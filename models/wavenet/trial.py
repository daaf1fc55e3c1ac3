"""A training on made-up notes, to be timed."""

from pathlib import Path
from typing import Any

import numpy as np

from ..sounds.notes.corpus import Corpus
from ..sounds.notes.notes import Note
from ..training.speed import Trial
from .training import TrainingOptions, trainer_of

ENDLESS_STEPS = 10**9
PITCHES, NOTE_SECONDS = range(40, 84, 4), 2.0


def trial(folder: Path, device: str, times: int = 1, **sizes: Any) -> Trial:
    """The default training in batches so many times as large; `sizes` are options of it."""
    segments = times * TrainingOptions().segments
    choices: dict[str, Any] = {"segments": segments, "steps": ENDLESS_STEPS, "device": device}
    options = TrainingOptions(**(choices | sizes))
    notes = [_note(pitch, options.sample_rate) for pitch in PITCHES]
    trainer = trainer_of(Corpus(("tones",), notes, []), options, folder)
    frames = options.segments * options.segment_frames * options.accumulate
    compiled = ", compiled" if options.compile else ""
    return Trial(trainer, frames, f"{options.segments} segments{compiled}")


def _note(pitch: int, sample_rate: int) -> Note:
    """A sine that dies away."""
    time = np.arange(round(NOTE_SECONDS * sample_rate)) / sample_rate
    turns = 440.0 * 2.0 ** ((pitch - 69) / 12) * time
    phase = (2 * np.pi * (turns - np.round(turns))).astype(np.float32)
    level_db = (-10.0 - 10.0 * time).astype(np.float32)
    signal = np.sqrt(np.float32(2.0)) * 10 ** (level_db / 20) * np.cos(phase)
    return Note(0, float(pitch), 0.8, signal, phase, level_db, len(signal))
