"""Courses: slow levels of recorded textures, measured once and given to a network.

A network that remembers half a second can hold a wave or a gust, but does not make the next one.
So its level is conditioning: the recording's own in training, a walk through the courses in play.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .conditioning import LEVEL_FLOOR_DB

POINTS_PER_SECOND = 20  # of a course
SMOOTHING_SECONDS = 0.15  # of the power, twice


class Courses(NamedTuple):
    """All measured levels of I instruments; a plain tuple for numba."""

    level: NDArray[np.float32]  # (points, columns) dBFS, instrument after instrument
    ends: NDArray[np.int64]  # (points,) 1 at the last point of a recording
    first: NDArray[np.int64]  # (I + 1,) first point of each instrument, and the number of points
    mean: NDArray[np.float32]  # (I, columns) dBFS

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the tensors by their names in a model file."""
        return {f"courses.{name}": value for name, value in self._asdict().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], instruments: int) -> "Courses":
        """Read a model file's tensors; KeyError or ValueError if they are missing or do not fit.

        Where a file has no columns, there is one.
        """
        level, ends, first, mean = (tensors[f"courses.{name}"] for name in cls._fields)
        inside = len(level) == len(ends) and first[0] == 0 and first[-1] == len(level)
        if not (inside and len(mean) == len(first) - 1 and (np.diff(first) > 0).all()):
            raise ValueError("the level courses are damaged")
        if len(mean) != instruments:
            raise ValueError("the level courses are of other instruments")
        level, mean = (a.reshape(len(a), -1).astype(np.float32) for a in (level, mean))
        if level.shape[1] != mean.shape[1]:
            raise ValueError("the level courses and their means differ in columns")
        return cls(
            np.nan_to_num(level), np.asarray(ends, np.int64), np.asarray(first, np.int64),
            np.nan_to_num(mean),
        )  # fmt: skip


def measure(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return (points,) RMS levels in dBFS, 20 a second, the first at the first frame."""
    from scipy.ndimage import uniform_filter1d  # installed for training only

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


def courses_of(measured: Sequence[tuple[int, NDArray[np.float32]]], instruments: int) -> Courses:
    """Return the courses of recordings, (instrument, levels) each; every instrument needs one.

    Levels are (points,) or (points, columns), of all recordings alike.
    """
    own = [[course for i, course in measured if i == wanted] for wanted in range(instruments)]
    whole = [np.concatenate(courses) for courses in own]
    lasts = [np.arange(len(course)) == len(course) - 1 for courses in own for course in courses]
    return Courses(
        np.concatenate(whole), np.concatenate(lasts).astype(np.int64),
        np.cumsum([0, *(len(course) for course in whole)], dtype=np.int64),
        np.array([course.mean(0) for course in whole], np.float32),
    )  # fmt: skip
