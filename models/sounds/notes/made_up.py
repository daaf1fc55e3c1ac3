"""Synthetic sounds with which trainings are timed and tested."""

import numpy as np

from .corpus import Corpus, Texture
from .notes import Note

NOISES, NOISE_SECONDS = 4, 4.0
PITCHES, NOTE_SECONDS = range(40, 84, 4), 2.0


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
