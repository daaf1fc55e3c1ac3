"""The time grid and the decibel codes of a table.

A note is told closely while it begins and ever more coarsely while it rings.
"""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

# (from, step) in seconds, up to the next stretch
_STRETCHES = ((0.0, 0.005), (0.2, 0.025), (1.0, 0.05), (2.0, 0.2), (6.0, 1.0))
STARTS = np.array([start for start, _ in _STRETCHES[:-1]], np.float64)
STEPS = np.array([step for _, step in _STRETCHES[:-1]], np.float64)
ENDS = np.array([start for start, _ in _STRETCHES[1:]], np.float64)
_COUNTS = np.rint((ENDS - STARTS) / STEPS).astype(np.int64)
FIRST = np.concatenate([[0], np.cumsum(_COUNTS)])  # points at which the stretches begin
TIMES: NDArray[np.float64] = np.concatenate(
    [
        *(
            start + step * np.arange(n)
            for start, step, n in zip(STARTS, STEPS, _COUNTS, strict=True)
        ),
        [ENDS[-1]],
    ]
)
POINTS = len(TIMES)
NOISE_POINTS = int(FIRST[2]) + 1  # of the noise: the first second
BANDS = 24  # of the noise, equally wide in ERB

STEP_DB = 0.5  # a table's code c stands for -c · STEP_DB decibels re full scale …
SILENT = 255  # … and this one for silence
SILENT_DB = -SILENT * STEP_DB


@cached_njit(nogil=True)
def place(seconds: float, points: int) -> tuple[int, float]:
    """Return index and fraction of a moment between the first `points` of TIMES. [render]"""
    last = STARTS.shape[0] - 1
    stretch = 0
    while stretch < last and seconds >= STARTS[stretch + 1]:
        stretch += 1
    position = FIRST[stretch] + (seconds - STARTS[stretch]) / STEPS[stretch]
    position = min(max(position, 0.0), points - 1.0)
    index = min(int(position), points - 2)
    return index, position - index


def encode(level_db: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return codes of decibels re full scale."""
    return np.asarray(np.clip(np.rint(-level_db / STEP_DB), 0, SILENT), np.uint8)


def band_of_bins(frames: int, sample_rate: int) -> NDArray[np.int64]:
    """Return the band of each of the `frames` // 2 + 1 bins of a transform."""
    hertz = np.arange(frames // 2 + 1) * sample_rate / frames
    part = _erb(hertz) / _erb(np.array(sample_rate / 2))
    return np.minimum((part * BANDS).astype(np.int64), BANDS - 1)


def _erb(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the number of equivalent rectangular bandwidths below (Glasberg and Moore 1990)."""
    return np.asarray(21.4 * np.log10(1 + 0.00437 * hertz))
