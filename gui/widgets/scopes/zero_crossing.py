"""Trigger of the oscilloscope: the zero crossing that makes a steady tone stand still."""

import numpy as np
from numpy.typing import NDArray

HYSTERESIS = 0.2  # of the peak; smaller movements about zero do not count


def last_crossing(signal: NDArray[np.float32]) -> float | None:
    """Return the last rising zero crossing of (frames,), in fractional frames; None: there is none.

    A crossing counts if the signal was below −h before it and gets above h after it without falling
    below −h in between; h is `HYSTERESIS` times the peak.
    """
    height = HYSTERESIS * float(np.max(np.abs(signal), initial=0.0))
    if height < 1e-6:
        return None
    outside = np.flatnonzero(np.abs(signal) > height)
    above = signal[outside] > 0
    rises = np.flatnonzero(~above[:-1] & above[1:])
    if not len(rises):
        return None
    low, high = int(outside[rises[-1]]), int(outside[rises[-1] + 1])
    # Between them the signal lies within ±h; the last frame below zero is next to the crossing.
    before = low + int(np.flatnonzero(signal[low:high] < 0)[-1])
    x, y = float(signal[before]), float(signal[before + 1])
    return before + x / (x - y)
