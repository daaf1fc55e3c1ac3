"""The slow level of a texture: measured in recordings, and drawn anew while it is played.

A network that remembers half a second can hold a wave or a gust, but does not make the next one.
So the level is conditioning: measured in training, and in play a walk through the measured courses
that now and then jumps to another place of nearly the same level and slope.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ..compiled.random_numbers import uniform
from ..sounds.notes.conditioning import LEVEL_FLOOR_DB

POINTS_PER_SECOND = 20  # of a course
SMOOTHING_SECONDS = 0.15  # of the power, twice
JUMP = 0.02  # of the points, after which a walk goes on elsewhere: every 2.5 seconds
TRIES = 24  # places that are looked at before a jump, to find the most similar one
WALK = np.dtype(
    [
        ("before", np.float64),  # dB, of the point that was passed last
        ("after", np.float64),  # dB, of the next point
        ("part", np.float64),  # of the way between the two, 0 … 1
        ("drawn", np.int64),  # random numbers so far
    ]
)


class Courses(NamedTuple):
    """All measured levels of I instruments; a plain tuple for numba."""

    level: NDArray[np.float32]  # (points,) dBFS, instrument after instrument
    ends: NDArray[np.int64]  # (points,) 1 at the last point of a recording
    first: NDArray[np.int64]  # (I + 1,) first point of each instrument, and the number of points
    mean: NDArray[np.float32]  # (I,) dBFS

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return them under the names they have in a model file."""
        return {f"courses.{name}": value for name, value in self._asdict().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "Courses":
        """Read a model file's tensors; KeyError or ValueError if they are none."""
        level, ends, first, mean = (tensors[f"courses.{name}"] for name in cls._fields)
        inside = len(level) == len(ends) and first[0] == 0 and first[-1] == len(level)
        if not (inside and len(mean) == len(first) - 1 and (np.diff(first) > 0).all()):
            raise ValueError("the level courses are damaged")
        return cls(
            np.nan_to_num(np.asarray(level, np.float32)), np.asarray(ends, np.int64),
            np.asarray(first, np.int64), np.nan_to_num(np.asarray(mean, np.float32)),
        )  # fmt: skip


def measure(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Return (points,) RMS levels in dBFS, 20 a second, the first at the first frame."""
    from scipy.ndimage import uniform_filter1d  # which only training has

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
    """Return the courses of recordings, (instrument, levels) each; every instrument needs one."""
    own = [[course for i, course in measured if i == wanted] for wanted in range(instruments)]
    whole = [np.concatenate(courses) for courses in own]
    lasts = [np.arange(len(course)) == len(course) - 1 for courses in own for course in courses]
    return Courses(
        np.concatenate(whole), np.concatenate(lasts).astype(np.int64),
        np.cumsum([0, *(len(course) for course in whole)], dtype=np.int64),
        np.array([course.mean() for course in whole], np.float32),
    )  # fmt: skip


@cached_njit(nogil=True)
def begin(
    courses: Courses, stream: np.uint64, places: NDArray[np.int64], walk: NDArray[np.void]
) -> None:
    """Put every instrument at a random place of its courses. [render]"""
    w = walk[0]
    w.part, w.drawn = 1.0, 0
    for i in range(len(places)):
        places[i] = _random_place(courses, stream, i, w)


@cached_njit(nogil=True)
def advance(
    courses: Courses,
    stream: np.uint64,
    weights: NDArray[np.float32],
    swell: float,
    rate: float,
    sample_rate: float,
    places: NDArray[np.int64],
    walk: NDArray[np.void],
    levels_db: NDArray[np.float32],
    channel: NDArray[np.float32],
) -> None:
    """Fill the next frames of `levels_db` (frames,) and of the level `channel`. [render]

    `weights` (I,) mix the instruments; `swell` scales how far the level leaves its mean, `rate` how
    fast; `places` (I,) and `walk` (1,) are the state.
    """
    w = walk[0]
    step = min(max(rate, 0.0), 8.0) * POINTS_PER_SECOND / sample_rate
    for t in range(len(levels_db)):
        while w.part >= 1.0:
            w.part -= 1.0
            w.before = _mixed(courses, weights, swell, places)
            for i in range(len(places)):
                _move(courses, stream, i, places, w)
            w.after = _mixed(courses, weights, swell, places)
        level = min(w.before + w.part * (w.after - w.before), 0.0)
        levels_db[t] = level
        channel[t] = max(0.0, 1.0 - level / LEVEL_FLOOR_DB)
        w.part += step


@cached_njit(nogil=True)
def _mixed(courses, weights, swell, places):  # type: ignore[no-untyped-def]  # numba records
    total = 0.0
    for i in range(len(places)):
        mean = courses.mean[i]
        total += weights[i] * (mean + swell * (courses.level[_within(courses, i, places)] - mean))
    return total


@cached_njit(nogil=True)
def _move(courses, stream, i, places, w):  # type: ignore[no-untyped-def]  # numba records
    """One instrument to the next point, or to one that could follow as well."""
    place = _within(courses, i, places)
    if uniform(stream, w.drawn) < JUMP or courses.ends[place] == 1:
        nearest, least = place, np.inf
        for _ in range(TRIES):
            other = _random_place(courses, stream, i, w)
            if courses.ends[other] == 1:
                continue
            off = abs(courses.level[other] - courses.level[place])
            if place > courses.first[i] and other > courses.first[i]:
                slope = courses.level[place] - courses.level[place - 1]
                off += abs(courses.level[other] - courses.level[other - 1] - slope)
            if off < least:
                nearest, least = other, off
        place = nearest
    w.drawn += 1
    places[i] = place if courses.ends[place] == 1 else place + 1


@cached_njit(nogil=True)
def _random_place(courses, stream, i, w):  # type: ignore[no-untyped-def]  # numba records
    w.drawn += 1
    points = courses.first[i + 1] - courses.first[i]
    return courses.first[i] + min(int(uniform(stream, w.drawn) * points), points - 1)


@cached_njit(nogil=True)
def _within(courses, i, places):  # type: ignore[no-untyped-def]  # numba records
    """A place from a damaged state must not lead outside of the arrays."""
    return min(max(places[i], courses.first[i]), courses.first[i + 1] - 1)
