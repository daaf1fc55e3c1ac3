"""A walk through recorded level courses, which gives a texture its slow levels. [render]

Now and then it jumps to another place of nearly the same levels and slopes, so it never repeats.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...compiled.random_numbers import uniform
from ...sounds.notes.courses import POINTS_PER_SECOND, Courses

SHORT_DB = 10.0  # that a missing point behind a place weighs, beside unlike levels
MOVES = np.float32(4.0)  # times the range of what follows there, which weighs in its favour
TRIES = 24  # places that are looked at before a jump, to find the most similar one


class Jumps(NamedTuple):
    """Rules for a jump of the walk to another place of its recordings."""

    share: float  # of the points, behind which it does
    ahead: int  # points from there that the recording should go on for, and move


def walk_of(courses: Courses) -> NDArray[np.void]:
    """Return the state (1,) of a walk, beside its places. [control]"""
    columns = courses.level.shape[1]
    walk = np.dtype(
        [
            ("before", np.float64, (columns,)),  # dB, of the point that was passed last
            ("after", np.float64, (columns,)),  # dB, of the next point
            ("part", np.float64),  # of the way between the two, 0 … 1
            ("drawn", np.int64),  # random numbers so far
        ]
    )
    return np.zeros(1, walk)


@cached_njit(nogil=True)
def begin(
    courses: Courses, stream: np.uint64, places: NDArray[np.int64], walk: NDArray[np.void]
) -> None:
    """Place every instrument at a random point of its courses. [render]"""
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
    jumps: Jumps,
    sample_rate: float,
    places: NDArray[np.int64],
    walk: NDArray[np.void],
    levels_db: NDArray[np.float32],
    told: NDArray[np.float32],
    floor_db: float,
) -> None:
    """Fill the next frames of `levels_db` (frames, columns) and what is `told` of them. [render]

    `told` (frames, C) are the first C columns, 0 at `floor_db` and 1 at 0 dBFS. `weights` (I,) mix
    the instruments; `swell` scales how far the levels leave their means, `rate` how fast; `places`
    (I,) and `walk` (1,) are the state.
    """
    w = walk[0]
    step = min(max(rate, 0.0), 8.0) * POINTS_PER_SECOND / sample_rate
    for t in range(len(levels_db)):
        while w.part >= 1.0:
            w.part -= 1.0
            _mix(courses, weights, swell, places, w.before)
            for i in range(len(places)):
                _move(courses, stream, i, jumps, places, w)
            _mix(courses, weights, swell, places, w.after)
        for k in range(levels_db.shape[1]):
            level = min(w.before[k] + w.part * (w.after[k] - w.before[k]), 0.0)
            levels_db[t, k] = level
            if k < told.shape[1]:
                told[t, k] = max(0.0, 1.0 - level / floor_db)
        w.part += step


@cached_njit(nogil=True)
def _mix(courses, weights, swell, places, levels):  # type: ignore[no-untyped-def]  # numba records
    for k in range(len(levels)):
        total = 0.0
        for i in range(len(places)):
            mean, own = courses.mean[i, k], courses.level[_within(courses, i, places), k]
            total += weights[i] * (mean + swell * (own - mean))
        levels[k] = total


@cached_njit(nogil=True)
def _move(courses, stream, i, jumps, places, w):  # type: ignore[no-untyped-def]  # numba records
    """Move one instrument to the next point, or to another one that could follow."""
    place = _within(courses, i, places)
    if uniform(stream, w.drawn) < jumps.share or courses.ends[place] == 1:
        nearest, least = place, np.inf
        for _ in range(TRIES):
            other = _random_place(courses, stream, i, w)
            if courses.ends[other] == 1:
                continue
            off = _unlike(courses, i, place, other) + _dullness(courses, other, jumps.ahead)
            if off < least:
                nearest, least = other, off
        place = nearest
    w.drawn += 1
    places[i] = place if courses.ends[place] == 1 else place + 1


@cached_njit(nogil=True)
def _unlike(courses, i, place, other):  # type: ignore[no-untyped-def]  # numba records
    """Return how far two places are apart in levels and slopes."""
    off = np.float32(0.0)
    for k in range(courses.level.shape[1]):
        level, another = courses.level[:, k], courses.level[other, k]
        off += abs(another - level[place])
        if place > courses.first[i] and other > courses.first[i]:
            slope = level[place] - level[place - 1]
            off += abs(another - level[other - 1] - slope)
    return off


@cached_njit(nogil=True)
def _dullness(courses, place, ahead):  # type: ignore[no-untyped-def]  # numba records
    """Return by how much a place is to be avoided: its recording ends soon, or hardly moves on."""
    columns, left = courses.level.shape[1], 0
    lowest, highest = np.float32(np.inf), np.float32(-np.inf)
    while left < ahead and courses.ends[place + left] == 0:
        total = np.float32(0.0)
        for k in range(columns):
            total += courses.level[place + left, k]
        lowest, highest = min(lowest, total), max(highest, total)
        left += 1
    moves = max(highest - lowest, np.float32(0.0)) / np.float32(columns)
    return np.float32(SHORT_DB * (ahead - left)) - MOVES * moves


@cached_njit(nogil=True)
def _random_place(courses, stream, i, w):  # type: ignore[no-untyped-def]  # numba records
    w.drawn += 1
    points = courses.first[i + 1] - courses.first[i]
    return courses.first[i] + min(int(uniform(stream, w.drawn) * points), points - 1)


@cached_njit(nogil=True)
def _within(courses, i, places):  # type: ignore[no-untyped-def]  # numba records
    """Return a place in range: a place from a damaged state must not leave the arrays."""
    return min(max(places[i], courses.first[i]), courses.first[i + 1] - 1)
