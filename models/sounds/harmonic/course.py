"""The level of one partial over time, extrapolated where nothing is heard."""

import numpy as np
from numpy.typing import NDArray

from .grid import SILENT_DB, TIMES

LEAST_FALL, MOST_FALL = -0.5, -200.0  # dB per second of what rings
DEFAULT_TAIL, DEFAULT_RELEASE = -20.0, -120.0  # if no recording shows them
RELEASE_MOMENTS = np.array([0.0, 0.03, 0.06, 0.1, 0.2, 0.35, 0.6, 1.0])  # seconds after note-off
_LEAST_POINTS = 3
_RELEASED_DB = 40.0  # fall over which a release is fitted by a straight line


def followed(
    level_db: NDArray[np.float64], known: NDArray[np.bool_], steady: bool
) -> tuple[NDArray[np.float64], float]:
    """Return (POINTS,) levels without gaps and the slope behind them, of those that are `known`.

    From the last known point on a partial falls as it did before; if it is `steady`, it stays.
    """
    if not known.any():
        return np.full(len(TIMES), SILENT_DB), 0.0
    last = int(np.flatnonzero(known)[-1])
    filled = np.interp(TIMES, TIMES[known], level_db[known])
    if steady:
        later = known & (TIMES[last] / 2 <= TIMES)
        filled[last + 1 :] = 10 * np.log10(np.mean(10 ** (level_db[later] / 10)))
        return filled, 0.0
    tail = _slope(level_db, known, TIMES)
    filled[last:] += tail * (TIMES[last:] - TIMES[last])
    return filled, tail


def _slope(
    level_db: NDArray[np.float64], known: NDArray[np.bool_], times: NDArray[np.float64]
) -> float:
    """Return dB per second over the later half of the known levels."""
    seconds, levels = times[known], level_db[known]
    later = seconds >= seconds[-1] / 2
    if later.sum() < _LEAST_POINTS:
        later[-_LEAST_POINTS:] = True
    if later.sum() < _LEAST_POINTS:
        return DEFAULT_TAIL
    return float(np.clip(np.polyfit(seconds[later], levels[later], 1)[0], MOST_FALL, LEAST_FALL))


def released(level_db: NDArray[np.float64], known: NDArray[np.bool_]) -> float:
    """Return dB per second after note-off, of levels at RELEASE_MOMENTS."""
    falling = known & (level_db > level_db[0] - _RELEASED_DB)
    falling[:2] = True
    through = RELEASE_MOMENTS[falling]
    slope = np.polyfit(through, np.maximum(level_db[falling], SILENT_DB), 1)[0]
    return float(np.clip(slope, -1000.0, -8.0))
