"""The bass of the lowest band, held to the levels that were asked for. [render]

What a network draws wrongly is white before the de-emphasis, which makes rumble of it: up to 28 dB
too much below 200 Hz in a sound without bass. The levels are known. So behind an equaliser each
fine band of the bass is measured, and its gain moves until it is right.

The equaliser is of state-variable filters, whose gains may move at any time: A. Simper 2013,
"Solving the continuous SVF equations using trapezoidal integration and equivalent currents".
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...sounds.bands.levels import DRAWN_DB

TOP_SHARE = 0.2  # of the lowest band's width: up to there it is bass
POWER_SECONDS, GAIN_SECONDS = 0.15, 0.5  # time constants of what is measured, and of the gains
LEAST_DB, MOST_DB = -36.0, 6.0  # gains
FLOOR = 1e-9  # of powers
BINS = 2048  # frequencies at which a filter is looked at


class Equaliser(NamedTuple):
    """Filters of W bands of bass, of the K fine bands inside the lowest band."""

    biquads: NDArray[np.float64]  # (W, 5) b0, b1, b2, a1, a2 of the filters that measure
    passes: NDArray[np.float64]  # (W, K) share of each fine band's power that passes
    warped: NDArray[np.float64]  # (W,) tan(π f) of the equaliser: the lowest is a shelf
    damping: NDArray[np.float64]  # (W,) 1 / Q


def equaliser(edges: Sequence[int], bands: int, sample_rate: int) -> Equaliser:
    """Return filters for the bass among the fine bands between `edges`, in Hz. [control]"""
    rate = sample_rate / bands
    inside = [pair for pair in pairwise(edges) if pair[1] <= rate / 2]
    bass = [pair for pair in inside if pair[1] <= TOP_SHARE * rate / 2]
    biquads = np.array([_biquad(low, high, rate) for low, high in bass]).reshape(-1, 5)
    turns = np.exp(-1j * np.pi * (np.arange(BINS) + 0.5) / BINS)
    powers = turns[None] ** np.arange(3)[:, None]
    ones = np.ones((len(biquads), 1))
    response = biquads[:, :3] @ powers / (np.hstack([ones, biquads[:, 3:]]) @ powers)
    cuts = [math.ceil(low / rate * 2 * BINS) for low, _ in inside]
    counts = np.diff([*cuts, BINS])
    shapes = [_shape(low, high) for low, high in bass]
    return Equaliser(
        biquads, np.add.reduceat(np.abs(response) ** 2, cuts, axis=1) / counts,
        np.array([math.tan(math.pi * centre / rate) for centre, _ in shapes]),
        np.array([1 / q for _, q in shapes]),
    )  # fmt: skip


def _shape(low: float, high: float) -> tuple[float, float]:
    """Return centre in Hz and Q of a band; one from 0 is a low-pass or a shelf."""
    if not low:
        return high, math.sqrt(0.5)
    centre = math.sqrt(low * high)
    return centre, centre / (high - low)


def _biquad(low: float, high: float, rate: float) -> tuple[float, ...]:
    """Return a band-pass, or a low-pass from 0: R. Bristow-Johnson, "Audio EQ cookbook"."""
    centre, q = _shape(low, high)
    w = 2 * math.pi * centre / rate
    alpha = math.sin(w) / (2 * q)
    b = (alpha, 0.0, -alpha) if low else tuple((1 - math.cos(w)) / 2 * k for k in (1, 2, 1))
    a0 = 1 + alpha
    return (*(each / a0 for each in b), -2 * math.cos(w) / a0, (1 - alpha) / a0)


@cached_njit(nogil=True)
def ask(
    filters: Equaliser,
    asked: NDArray[np.float64],
    levels_db: NDArray[np.float32],
    bands: int,
    rate: float,
) -> None:
    """Move the powers (W,) that are asked for one frame on, towards a row of levels. [render]"""
    whole_db = levels_db[len(levels_db) - bands]
    for w in range(len(filters.biquads)):
        total = 0.0
        for k in range(filters.passes.shape[1]):
            fine_db = min(levels_db[k] - whole_db, 0.0)
            total += filters.passes[w, k] * 10.0 ** ((DRAWN_DB + fine_db) / 10.0)
        asked[w] += (total - asked[w]) / (POWER_SECONDS * rate)


@cached_njit(nogil=True)
def righted(
    filters: Equaliser, asked: NDArray[np.float64], powers: NDArray[np.float64],
    gains_db: NDArray[np.float64], memories: NDArray[np.float64], x: float, rate: float,
) -> float:  # fmt: skip
    """Return a value of one side whose bass has the powers that are asked for. [render]

    `powers` (W,), `gains_db` (W,) and `memories` (W, 4) are the side's own state.
    """
    for w in range(len(filters.biquads)):
        x = _equalised(filters, w, gains_db[w], memories[w], x)
    for w in range(len(filters.biquads)):
        y = _measured(filters, w, memories[w], x)
        powers[w] += (y * y - powers[w]) / (POWER_SECONDS * rate)
        off_db = 10.0 * math.log10((asked[w] + FLOOR) / (powers[w] + FLOOR))
        gain_db = gains_db[w] + off_db / (GAIN_SECONDS * rate)
        gains_db[w] = min(max(gain_db, LEAST_DB), MOST_DB)
    return x


@cached_njit(nogil=True)
def _equalised(filters, w, gain_db, memory, x):  # type: ignore[no-untyped-def]  # numba's own types
    """Return a value behind a shelf, or behind a bell; its memory is the first two numbers."""
    a = 10.0 ** (gain_db / 40.0)
    g, k = filters.warped[w], filters.damping[w]
    if w == 0:
        g /= math.sqrt(a)
        band, low = k * (a - 1.0), a * a - 1.0
    else:
        k /= a
        band, low = k * (a * a - 1.0), 0.0
    a1 = 1.0 / (1.0 + g * (g + k))
    v3 = x - memory[1]
    v1 = a1 * (memory[0] + g * v3)
    v2 = memory[1] + g * v1
    memory[0], memory[1] = 2.0 * v1 - memory[0], 2.0 * v2 - memory[1]
    return x + band * v1 + low * v2


@cached_njit(nogil=True)
def _measured(filters, w, memory, x):  # type: ignore[no-untyped-def]  # numba's own types
    """Return a value behind the filter that measures; its memory is the last two numbers."""
    b0, b1, b2, a1, a2 = filters.biquads[w]
    y = b0 * x + memory[2]
    memory[2] = b1 * x - a1 * y + memory[3]
    memory[3] = b2 * x - a2 * y
    return y
