"""A filter bank that cuts a sound into bands of equal width at a fraction of its rate, and back.

Cosine-modulated pseudo quadrature mirror filters: T. Q. Nguyen 1994, "Near-perfect-reconstruction
pseudo-QMF banks"; the prototype is a Kaiser window whose cut-off is searched as in Y.-P. Lin and
P. P. Vaidyanathan 1998, "A Kaiser window approach for the design of prototype filters of cosine
modulated filterbanks". Every odd band is mirrored in frequency.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TAPS = 190  # order: of 62, band 0's noise passes the skirt up to 1 kHz above its edge
BETA = 9.0  # of the Kaiser window
SEARCHES = 80  # times that a third of the interval around the best cut-off is cut away


class Bank(NamedTuple):
    """Filters of B bands, (B, TAPS + 1) each."""

    analysis: NDArray[np.float64]
    synthesis: NDArray[np.float64]


@lru_cache
def bank(bands: int) -> Bank:
    """Return the filters of so many bands, 2 or more. [control]"""
    prototype = _prototype(_best_cutoff(bands))
    n, k = np.arange(TAPS + 1) - TAPS / 2, np.arange(bands)[:, None]
    turns = (2 * k + 1) * np.pi / (2 * bands) * n
    shift = (-1.0) ** k * np.pi / 4
    return Bank(
        2 * prototype * np.cos(turns + shift), 2 * bands * prototype * np.cos(turns - shift)
    )


def analysed(signal: NDArray[np.float32], bands: int) -> NDArray[np.float32]:
    """Return (⌈frames / bands⌉, bands) of a signal; row n is centred on frame bands · n."""
    if bands == 1:
        return signal[:, None]
    filters = bank(bands).analysis[:, ::-1].T.astype(np.float32)
    padded = np.pad(np.asarray(signal, np.float32), TAPS // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, TAPS + 1)[::bands]
    rows: NDArray[np.float32] = windows @ filters
    return rows


def synthesised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (frames · bands,) of `rows` (frames, bands), aligned with what was analysed."""
    frames, bands = rows.shape
    spread = np.zeros((bands, frames * bands))
    spread[:, ::bands] = rows.T
    filters = bank(bands).synthesis
    parts = [np.convolve(row, own) for row, own in zip(spread, filters, strict=True)]
    whole, half = np.sum(parts, axis=0), TAPS // 2
    return np.asarray(whole[half : half + frames * bands], np.float32)


def _prototype(cutoff: float) -> NDArray[np.float64]:
    """Return the windowed low-pass, 1 at frequency 0; `cutoff` in half sample rates."""
    n = np.arange(TAPS + 1) - TAPS / 2
    lowpass = cutoff * np.sinc(cutoff * n) * np.kaiser(TAPS + 1, BETA)
    return np.asarray(lowpass / lowpass.sum(), np.float64)


def _ripple(cutoff: float, bands: int) -> float:
    """Return how far the prototype is from power complementary, see Lin and Vaidyanathan."""
    prototype = _prototype(cutoff)
    correlation = np.convolve(prototype, prototype)[TAPS :: 2 * bands]
    return float(np.abs(correlation[1:]).max() / correlation[0])


def _best_cutoff(bands: int) -> float:
    """Return the cut-off of the least ripple: a grid, then a search by thirds around its best."""
    grid = np.linspace(0.4 / bands, 0.7 / bands, 121)
    best = int(np.argmin([_ripple(cutoff, bands) for cutoff in grid]))
    low, high = float(grid[best - 1]), float(grid[best + 1])
    for _ in range(SEARCHES):
        third = (high - low) / 3
        if _ripple(low + third, bands) < _ripple(high - third, bands):
            high -= third
        else:
            low += third
    return (low + high) / 2
