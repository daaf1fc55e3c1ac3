"""A riff of plucked strings, to hear an amplifier by (Karplus & Strong 1983)."""

import math

import numpy as np
from numpy.typing import NDArray

BEAT_SECONDS = 0.25
PEAK = 0.5
# key, at which beat, how many beats it rings: E minor pentatonic
NOTES = (
    (40, 0, 4), (52, 1, 2), (55, 2, 2), (57, 3, 1), (40, 4, 3), (59, 5, 2), (57, 6, 2),
    (55, 7, 1), (43, 8, 4), (50, 8, 4), (55, 8, 4), (45, 12, 4), (52, 12, 4), (57, 12, 4),
)  # fmt: skip
BEATS = 16


def riff(sample_rate: int) -> NDArray[np.float32]:
    """Return (frames,) mono, 4 s, that can be looped."""
    beat = round(BEAT_SECONDS * sample_rate)
    out = np.zeros(BEATS * beat)
    noise = np.random.default_rng(1)
    for key, begin, beats in NOTES:
        note = _pluck(key, beats * beat, sample_rate, noise)
        out[begin * beat : begin * beat + len(note)] += note[: len(out) - begin * beat]
    scaled: NDArray[np.float64] = PEAK / np.abs(out).max() * out
    return scaled.astype(np.float32)


def _pluck(
    key: int, frames: int, sample_rate: int, noise: np.random.Generator
) -> NDArray[np.float64]:
    """Return a note: noise that runs round a string and loses treble at each turn."""
    period = round(sample_rate / (440.0 * 2.0 ** ((key - 69) / 12.0)) - 0.5)
    turn = noise.uniform(-1.0, 1.0, period)
    for _ in range(round(sample_rate / 8000.0)):  # as bright at any rate
        turn = 0.5 * (turn + np.roll(turn, 1))
    turns = math.ceil(frames / period)
    out = np.empty((turns, period))
    last = 0.0
    for index in range(turns):
        out[index] = turn
        before = np.concatenate([[last], turn[:-1]])
        last = float(turn[-1])
        turn = 0.998 * 0.5 * (turn + before)
    note = out.ravel()[:frames]
    fade = min(frames, round(0.01 * sample_rate))
    note[-fade:] *= np.linspace(1.0, 0.0, fade)
    return note
