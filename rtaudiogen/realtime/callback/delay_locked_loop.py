"""Delay-locked loop that smooths the jitter of callback times.

It is of second order, after F. Adriaensen, "Using a DLL to filter time" (2005), and runs in the
audio callback itself. It publishes one straight line, device frame against time, under a sequence
lock, and the time of the last callback.
"""

import math

import numpy as np
from numba import float64, int64, njit
from numba.types import Array, UniTuple
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit
from rtaudiogen.realtime.callback.atomics import fence, load_acquire, store_release

# Slots of its section: int64, then float64. Writer: [audio]
SEQUENCE, FRAME, OUTLIERS = range(3)
SECONDS, SECONDS_PER_FRAME, AGE_SECONDS, CALLED_SECONDS = range(3, 7)
SECTION_SLOTS = 16

_BANDWIDTH_HZ = 0.1  # of the settled loop: slower than any jitter, faster than drift
_SETTLING = 0.5  # of a new loop: bandwidth in Hz times age in seconds
_MOST_OMEGA = 0.5  # well within the stable range
_OUTLIER_SECONDS = 0.010  # more than this (and two blocks) is not jitter …
_MOST_OUTLIERS = 8  # … and so many in a row mean that the device itself was late
_MOST_DRIFT = 0.05


@njit(inline="always", error_model="numpy")
def observe(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    frame: int,
    seconds: float,
    sample_rate: int,
) -> None:
    """Take in a callback that came at `seconds` and begins with device frame `frame`. [audio]"""
    nominal = 1.0 / sample_rate
    period = reals[SECONDS_PER_FRAME]
    age = reals[AGE_SECONDS]
    frames = frame - slots[FRAME]
    elapsed = frames * period
    expected = reals[SECONDS] + elapsed
    error = seconds - expected
    outliers = 0
    if age == 0.0 or frames <= 0:  # the first callback of a device
        expected, period, age = seconds, nominal, nominal
    elif abs(error) > _OUTLIER_SECONDS + 2 * elapsed:
        outliers = slots[OUTLIERS] + 1
        if outliers == _MOST_OUTLIERS:
            expected, age, outliers = seconds, nominal, 0
    else:
        age += elapsed
        bandwidth = max(_BANDWIDTH_HZ, _SETTLING / age)
        omega = min(_MOST_OMEGA, 2 * math.pi * bandwidth * elapsed)
        expected += math.sqrt(2.0) * omega * error
        period += omega * omega * error / frames
        period = min(max(period, nominal * (1 - _MOST_DRIFT)), nominal * (1 + _MOST_DRIFT))
    sequence = slots[SEQUENCE]
    store_release(slots, SEQUENCE, sequence + 1)
    fence()
    slots[FRAME] = frame
    slots[OUTLIERS] = outliers
    reals[SECONDS] = expected
    reals[SECONDS_PER_FRAME] = period
    reals[AGE_SECONDS] = age
    reals[CALLED_SECONDS] = seconds
    store_release(slots, SEQUENCE, sequence + 2)


@cached_njit(
    UniTuple(float64, 4)(
        Array(int64, 1, "C", readonly=True), Array(float64, 1, "C", readonly=True)
    ),
    nogil=True,
)
def line(slots: NDArray[np.int64], reals: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return frame, its time, seconds per frame, time of the last callback; all 0 before the first.

    All are of the same callback.
    """
    while True:
        sequence = load_acquire(slots, SEQUENCE)
        line = (
            float(slots[FRAME]),
            reals[SECONDS],
            reals[SECONDS_PER_FRAME],
            reals[CALLED_SECONDS],
        )
        fence()
        if sequence % 2 == 0 and load_acquire(slots, SEQUENCE) == sequence:
            return line
