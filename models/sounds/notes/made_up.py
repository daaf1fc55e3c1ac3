"""Synthetic sounds with which trainings are timed and tested."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ...training.speed import Trial, endless
from ...training.trainer import Trainer
from .corpus import Corpus, Texture
from .notes import Note
from .options import InstrumentOptions

T = TypeVar("T", bound=InstrumentOptions)

NOISES, NOISE_SECONDS = 4, 4.0
PITCHES, NOTE_SECONDS = range(40, 84, 4), 2.0


def code_trial(
    kind: type[T], size: str, trainer_of: Callable[[Corpus, T, Path], Trainer], folder: Path,
    device: str, times: int = 1, **sizes: Any,
) -> Trial:  # fmt: skip
    """Return a training of `kind`'s default options with `times` as much of `size`, to be timed.

    `sizes` are further options; see `endless`.
    """
    options = endless(kind, size, times, device, sizes)
    made_up = tones if options.pitched else noises
    trainer = trainer_of(made_up(options.sample_rate), options, folder)
    return Trial(trainer, options.step_frames, f"{getattr(options, size)} {size}")


def noises(sample_rate: int) -> Corpus:
    """Return textures of white noise."""
    random, frames = np.random.default_rng(0), round(NOISE_SECONDS * sample_rate)
    signals = [random.normal(0, 0.1, frames).astype(np.float32) for _ in range(NOISES)]
    return Corpus(("noise",), [Texture(0, signal) for signal in signals], [])


def tones(sample_rate: int) -> Corpus:
    """Return notes that are sines and die away."""
    return Corpus(("tones",), [_tone(pitch, sample_rate) for pitch in PITCHES], [])


def _tone(pitch: int, sample_rate: int) -> Note:
    time = np.arange(round(NOTE_SECONDS * sample_rate)) / sample_rate
    turns = 440.0 * 2.0 ** ((pitch - 69) / 12) * time
    phase = (2 * np.pi * (turns - np.round(turns))).astype(np.float32)
    level_db = (-10.0 - 10.0 * time).astype(np.float32)
    signal = np.sqrt(np.float32(2.0)) * 10 ** (level_db / 20) * np.cos(phase)
    return Note(0, float(pitch), 0.8, signal, phase, level_db, len(signal))
