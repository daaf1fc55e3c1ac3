"""The slow level of a texture: what it is in a recording, and how new courses of it are drawn.

A network that remembers half a second can hold a wave or a gust, but does not make the next one.
So the level is conditioning: measured in training, and in play a walk through the measured courses
that now and then jumps to another place of the same level.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ..sounds.notes.conditioning import LEVEL_FLOOR_DB

POINTS_PER_SECOND = 20  # of a course
SMOOTHING_SECONDS = 0.15  # of the power, twice


def measure(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return (points,) RMS levels in dBFS, 20 a second, the first at the first frame."""
    frames = max(int(SMOOTHING_SECONDS * sample_rate), 1)
    power = np.square(signal, dtype=np.float64)
    for _ in range(2):
        power = uniform_filter1d(power, frames, mode="nearest")
    course = power[:: sample_rate // POINTS_PER_SECOND]
    return np.asarray(10 * np.log10(np.maximum(course, 1e-12)), np.float32)


def channel(
    course: NDArray[np.float32], first: int, frames: int, sample_rate: int
) -> NDArray[np.float32]:
    """Return (frames,) of the level channel from frame `first` of a course on, 0 … 1."""
    places = (first + np.arange(frames)) / (sample_rate // POINTS_PER_SECOND)
    level_db = np.interp(places, np.arange(len(course)), course)
    return np.maximum(0.0, 1.0 - level_db / LEVEL_FLOOR_DB).astype(np.float32)
