"""Tables of the steady tones of recorded textures: a hum, a held chord.

A recording has lines, each at one frequency. A course, a point every 1 / POINTS_PER_SECOND, says
how loud a line is and in which phase; between two points both go along a straight line in the
complex plane. The courses of tones have the points of the courses of levels, see `notes.courses`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..notes.courses import Courses

PREFIX = "tones."
STEP_DB = 0.4  # of the codes of amplitudes; 0 is silence
CODES = 256  # of amplitudes, and of a turn's phases
MOST_LINES = 256  # of a recording


class Lines(NamedTuple):
    """K tones of one recording."""

    hertz: NDArray[np.float64]  # (K,)
    course: NDArray[np.complex128]  # (points, K) peak amplitude and phase, re cos(2π hertz t)


class Tones(NamedTuple):
    """Tones of R recordings, in the order of the courses of levels; a plain tuple for numba."""

    hertz: NDArray[np.float32]  # (lines,) of all recordings
    first_line: NDArray[np.int64]  # (R + 1,) of each recording, and the number of lines
    first_code: NDArray[np.int64]  # (R + 1,) of its codes: point after point, line after line
    level: NDArray[np.uint8]  # (codes,)
    phase: NDArray[np.uint8]  # (codes,)

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the tensors by their names in a model file."""
        return {f"{PREFIX}{name}": value for name, value in self._asdict().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], courses: Courses) -> "Tones":
        """Return a model file's tones. KeyError if it has none, ValueError if they are damaged."""
        own = cls(
            *(
                np.ascontiguousarray(tensors[f"{PREFIX}{name}"], kind)
                for name, kind in zip(cls._fields, _KINDS, strict=True)
            )
        )
        lines, points = np.diff(own.first_line), np.diff(begins_of(courses))
        if len(lines) != len(points) or own.first_line[0] != 0 or own.first_code[0] != 0:
            raise ValueError("the tones are of other recordings")
        if (lines < 0).any() or (lines > MOST_LINES).any():
            raise ValueError(f"a recording has 0 to {MOST_LINES} tones")
        fits = (
            own.hertz.shape == (own.first_line[-1],)
            and (np.diff(own.first_code) == lines * points).all()
            and own.level.shape == own.phase.shape == (own.first_code[-1],)
        )
        if not (fits and np.isfinite(own.hertz).all()):
            raise ValueError("the courses of the tones are damaged")
        return own

    def instruments(self, courses: Courses) -> set[int]:
        """Return the instruments that have tones."""
        whose = np.searchsorted(courses.first, begins_of(courses)[:-1], side="right") - 1
        return set(whose[np.diff(self.first_line) > 0].tolist())


_KINDS = (np.float32, np.int64, np.int64, np.uint8, np.uint8)


def tones_of(recordings: Sequence[Lines]) -> Tones:
    """Return the tables of recordings, in the order of their courses of levels."""
    lines = [len(each.hertz) for each in recordings]
    course = np.concatenate([each.course.ravel() for each in recordings])
    levels_db = 20 * np.log10(np.maximum(np.abs(course), 1e-12))
    level = np.clip(np.rint(levels_db / STEP_DB) + CODES - 1, 0, CODES - 1)
    phase = np.rint(np.angle(course) * CODES / (2 * np.pi)) % CODES
    return Tones(
        np.concatenate([each.hertz for each in recordings]).astype(np.float32),
        np.cumsum([0, *lines], dtype=np.int64),
        np.cumsum([0, *(each.course.size for each in recordings)], dtype=np.int64),
        level.astype(np.uint8), phase.astype(np.uint8),
    )  # fmt: skip


def amplitudes() -> NDArray[np.float32]:
    """Return (CODES,) peak amplitudes of the codes of levels."""
    table = 10 ** (STEP_DB / 20 * (np.arange(CODES) - CODES + 1.0))
    table[0] = 0.0
    return table.astype(np.float32)


def begins_of(courses: Courses) -> NDArray[np.int64]:
    """Return (R + 1,) the first point of each recording, and the number of points."""
    return np.concatenate([[0], np.flatnonzero(courses.ends) + 1]).astype(np.int64)
