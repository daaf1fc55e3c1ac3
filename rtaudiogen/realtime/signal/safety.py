"""Protection of ears and speakers: a guard behind every generator, and the ceiling of limiters.

The guard leaves a healthy signal bit for bit as it is.
"""

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...generator import Audio, State

CEILING = np.float32(10 ** (-1.0 / 20))  # -1 dBFS

ABSURD = 1e6  # larger values count as invalid, like NaN
RUNAWAY = 10 ** (12 / 20)  # +12 dBFS
RUNAWAY_SECONDS = 0.25
CALM_SECONDS = 0.05  # without a peak for so long, the count of a runaway starts again
DC_LIMIT = 0.1  # mean over DC_SECONDS, 1 is full scale
DC_SECONDS = 0.5
DC_PATIENCE_SECONDS = 1.0
DC_ENGAGE_SECONDS = 0.1
TAIL_SECONDS = 0.001  # time constant of the tail that replaces a fault


class Fault(IntEnum):
    """Faults that a guard can detect."""

    NONE = 0
    NOT_FINITE = 1
    RUNAWAY = 2


class Guard:
    """Watches one generator's output, in place, at its own rate.

    From the first invalid value, and from a runaway on, the signal is replaced by its last good
    value dying away, until `reset`. A mean that stays off zero is slowly subtracted.
    """

    def __init__(self, channels: int, sample_rate: int, voices: int = 1) -> None:
        self._rate = float(sample_rate)
        self._limit = max(RUNAWAY, float(voices))  # a chord of full-scale voices is not a runaway
        self._mean = np.zeros((2, channels))  # running mean; last good value
        self._watch = np.zeros(5)  # fault, loud, calm, off-centre (frames), share of DC removed

    def reset(self) -> None:
        """Trust the signal again. [render]"""
        self._mean[:] = 0.0
        self._watch[:] = 0.0

    def condemn(self) -> None:
        """Replace everything from now on. [render]"""
        self._watch[0] = Fault.NOT_FINITE

    def inspect(self, block: Audio) -> Fault:
        """Clean `block` (frames, channels) in place; return the present fault, if any. [render]"""
        _inspect(block, self._mean, self._watch, self._rate, self._limit)
        return Fault(int(self._watch[0]))

    def save_state(self) -> State:
        """Return copies of the state. [render]"""
        return {"mean": self._mean.copy(), "watch": self._watch.copy()}

    def load_state(self, state: State) -> None:
        """Restore what `save_state` returned. [render]"""
        self._mean[:] = state["mean"]
        self._watch[:] = state["watch"]


@cached_njit(nogil=True)
def _inspect(
    block: NDArray[np.float32],
    mean: NDArray[np.float64],
    watch: NDArray[np.float64],
    rate: float,
    limit: float,
) -> None:
    frames, channels = block.shape
    fault, loud, calm, off_centre, removed = watch
    forget = 1.0 / (DC_SECONDS * rate)
    engage = 1.0 / (DC_ENGAGE_SECONDS * rate)
    decay = math.exp(-1.0 / (TAIL_SECONDS * rate))
    last = mean[1]
    for n in range(frames):
        peak = 0.0
        for c in range(channels):
            value = abs(block[n, c])
            peak = max(peak, value)
            if not value < ABSURD:  # True for NaN, too
                fault = 1.0
        loud, calm = (loud + 1.0, 0.0) if peak > limit else (loud + 1.0, calm + 1.0)
        if calm > CALM_SECONDS * rate:
            loud = 0.0
        if loud > RUNAWAY_SECONDS * rate and fault == 0.0:
            fault = 2.0
        if fault != 0.0:
            for c in range(channels):
                last[c] = last[c] * decay if abs(last[c]) > 1e-9 else 0.0
                block[n, c] = last[c]
            continue
        bias = 0.0
        for c in range(channels):
            mean[0, c] += (block[n, c] - mean[0, c]) * forget
            bias = max(bias, abs(mean[0, c]))
        off_centre = off_centre + 1.0 if bias > DC_LIMIT else 0.0
        if off_centre > DC_PATIENCE_SECONDS * rate:
            removed = min(1.0, removed + engage)
        elif removed > 0.0 and bias < 0.5 * DC_LIMIT:
            removed = max(0.0, removed - engage)
        for c in range(channels):
            if removed > 0.0:
                block[n, c] -= removed * mean[0, c]
            last[c] = block[n, c]
    watch[0], watch[1], watch[2], watch[3], watch[4] = fault, loud, calm, off_centre, removed
