"""Mixing without zipper noise: a slot's sound is added to the stereo bus under a linear ramp."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

SILENT_DB = -120.0  # a gain this low is silence


def amplitude(gain_db: float) -> float:
    """Return the factor for a gain in dB; 0 at SILENT_DB and below."""
    return 10.0 ** (gain_db / 20.0) if gain_db > SILENT_DB else 0.0


def pan_gains(pan: float, channels: int) -> tuple[float, float]:
    """Return left and right factor for a position from -1 to 1.

    A mono source is panned at constant power, each side at -3 dB in the centre. A stereo source is
    balanced: unchanged in the centre, the far side fading.
    """
    angle = (pan + 1.0) * math.pi / 4.0
    left, right = math.cos(angle) if pan < 1.0 else 0.0, math.sin(angle)  # cos(π/2) is not quite 0
    if channels == 1:
        return left, right
    return min(1.0, math.sqrt(2.0) * left), min(1.0, math.sqrt(2.0) * right)


@cached_njit(nogil=True)
def mix(
    source: NDArray[np.float32],
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    bus: NDArray[np.float32],
    peaks: NDArray[np.float32],
) -> None:
    """Add `source` (frames, 1 or 2) to `bus` (frames, 2). [render]

    Gains (2,) go linearly from `before` to `after`; `peaks` (2,) is raised to the peak of the sound
    that is added.
    """
    frames = source.shape[0]
    last = source.shape[1] - 1
    for side in range(2):
        channel = min(side, last)
        step = (after[side] - before[side]) / np.float32(frames)
        peak = peaks[side]
        for n in range(frames):
            value = source[n, channel] * (before[side] + step * np.float32(n + 1))
            bus[n, side] += value
            peak = max(peak, abs(value))
        peaks[side] = peak
