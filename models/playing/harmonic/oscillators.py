"""Oscillators by rotation, and the Gaussian processes that make ensembles of them. [render]

A tick is 5 ms long. At its beginning every partial is told where it is going; within it, amplitude
and phase move evenly. What a partial is at a frame depends on the frame alone, not on blocks.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...compiled.random_numbers import uniform
from ...sounds.harmonic.tables import Tables
from .lookup import ask_alive

TICKS = 200  # a second
SPREAD = 12.0  # partials over which the phases turn once: a low crest (Schroeder 1970)
INAUDIBLE_DB = -115.0  # of a partial, re full scale
FADED_FROM, FADED_UNTIL = 0.47, 0.495  # of the rate: where partials that are bent up disappear
WANDER_HZ = 2.5
LEAST_WAVER = 0.01  # of a partial's power
NUMBERS = 1024  # random ones that a tick may use

_step: Any = cached_njit(nogil=True, error_model="numpy")
_fast: Any = cached_njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


@_step
def normal(stream: np.uint64, index: int) -> tuple[float, float]:
    """Return two normal numbers of a stream, the `index`-th pair (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(stream, 2 * index)))
    angle = 2.0 * math.pi * uniform(stream, 2 * index + 1)
    return radius * math.cos(angle), radius * math.sin(angle)


@_step
def begin(
    phase: NDArray[np.float64], amplitude: NDArray[np.float32], waver: NDArray[np.float32],
    wander: NDArray[np.float64], stream: np.uint64, used: int,
) -> None:  # fmt: skip
    """Set a voice's partials (K,) to the beginning of a note."""
    amplitude[:] = np.float32(0.0)
    for k in range(used):
        phase[k] = math.pi * ((k + 1) ** 2 % (2 * SPREAD)) / SPREAD
        for pole in range(2):
            re, im = normal(stream, NUMBERS * pole + k)
            waver[pole, k] = re * math.sqrt(0.5)
            waver[2 + pole, k] = im * math.sqrt(0.5)
    wander[0], wander[1] = normal(stream, 2 * NUMBERS)


@_step
def wandered(wander: NDArray[np.float64], stream: np.uint64, tick: int) -> float:
    """Return the state of a pitch's slow Gaussian process, of unit deviation, a tick later."""
    keep = math.exp(-2.0 * math.pi * WANDER_HZ / TICKS)
    wander[0] = keep * wander[0] + math.sqrt(1 - keep * keep) * normal(stream, _place(tick))[0]
    wander[1] = keep * wander[1] + (1 - keep * keep) / math.sqrt(1 + keep * keep) * wander[0]
    return float(wander[1])


@_step
def _place(tick: int) -> int:
    """Return the first of a tick's random numbers; three ticks' worth are the onset's."""
    return NUMBERS * (3 + tick)


@_step
def aim(
    phase: NDArray[np.float64], turn: NDArray[np.float32], amplitude: NDArray[np.float32],
    waver: NDArray[np.float32], goal_db: NDArray[np.float32], used: int, frequency: float,
    stretch: float, tables: Tables, weights: NDArray[np.float32], stream: np.uint64, tick: int,
    frames: int, sample_rate: float,
) -> float:  # fmt: skip
    """Set the targets for a tick of `frames`; return the power of the partials there."""
    total = 0.0
    for k in range(used):
        order = k + 1
        stretched = math.sqrt((1 + stretch * order * order) / (1 + stretch))
        hertz = order * frequency * stretched
        radians = 2.0 * math.pi * hertz / sample_rate
        turn[0, k], turn[1, k] = math.cos(phase[k]), math.sin(phase[k])
        turn[2, k], turn[3, k] = math.cos(radians), math.sin(radians)
        phase[k] = (phase[k] + radians * frames) % (2.0 * math.pi)
        size = 0.0
        if goal_db[k] > INAUDIBLE_DB:
            share = (FADED_UNTIL - hertz / sample_rate) / (FADED_UNTIL - FADED_FROM)
            size = 10.0 ** (goal_db[k] / 20.0) * min(max(share, 0.0), 1.0)
        total += 0.5 * size * size
        part, rate = ask_alive(tables, weights, hertz)
        re, im = size, 0.0
        if part > LEAST_WAVER:
            _move(waver, k, rate, stream, _place(tick) + order)
            re = size * (math.sqrt(1.0 - part) + math.sqrt(part) * waver[1, k])
            im = size * math.sqrt(part) * waver[3, k]
        amplitude[2, k] = (re - amplitude[0, k]) / frames
        amplitude[3, k] = (im - amplitude[1, k]) / frames
    return total


@_step
def _move(waver: NDArray[np.float32], k: int, rate: float, stream: np.uint64, place: int) -> None:
    """Advance a complex Gaussian process of unit power and an RMS bandwidth of `rate` Hz."""
    keep = math.exp(-2.0 * math.pi * rate / TICKS)
    fresh, passed = (
        math.sqrt(0.5 * (1 - keep * keep)),
        (1 - keep * keep) / math.sqrt(1 + keep * keep),
    )
    re, im = normal(stream, place)
    waver[0, k] = keep * waver[0, k] + fresh * re
    waver[1, k] = keep * waver[1, k] + passed * waver[0, k]
    waver[2, k] = keep * waver[2, k] + fresh * im
    waver[3, k] = keep * waver[3, k] + passed * waver[2, k]


@_fast
def oscillate(
    turn: NDArray[np.float32], amplitude: NDArray[np.float32], used: int,
    out: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill `out` (frames,) with the sum of a voice's partials, moving on. [render]"""
    re, im, cosine, sine = turn[0], turn[1], turn[2], turn[3]
    a, b, da, db = amplitude[0], amplitude[1], amplitude[2], amplitude[3]
    for t in range(out.shape[0]):
        total = np.float32(0.0)
        for k in range(used):
            x = re[k] * cosine[k] - im[k] * sine[k]
            y = re[k] * sine[k] + im[k] * cosine[k]
            re[k] = x
            im[k] = y
            a[k] += da[k]
            b[k] += db[k]
            total += a[k] * x - b[k] * y
        out[t] = total
