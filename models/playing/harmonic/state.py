"""The memory of the bank: what the future output of V voices depends on, and scratch."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.vectors import aligned_zeros
from ...sounds.harmonic.grid import BANDS, band_of_bins
from ...sounds.harmonic.noise import window_frames
from ...sounds.harmonic.partials import MOST_PARTIALS

LANES = 16  # partials in use are a multiple of it


class Bank(NamedTuple):
    """State; K is MOST_PARTIALS, a hop half a window of noise."""

    phase: NDArray[np.float64]  # (V, K) radians at the beginning of the next tick
    turn: NDArray[np.float32]  # (V, 4, K) where an oscillator is, and its turn a frame: re, im
    amplitude: NDArray[np.float32]  # (V, 4, K) complex amplitude and its step a frame
    waver: NDArray[np.float32]  # (V, 4, K) two poles of a complex Gaussian process
    wander: NDArray[np.float64]  # (V, 2) two poles of the pitch's
    noise: NDArray[np.float32]  # (V, 2, hop) this hop's noise; the next one's share of its window
    residual: NDArray[np.float64]  # (V, 2) dB of what is left, at the hop's two ends
    used: NDArray[np.int64]  # (V,) partials


class Scratch(NamedTuple):
    """Memory for one tick, and what never changes."""

    goal_db: NDArray[np.float32]  # (K,)
    bands_db: NDArray[np.float32]  # (BANDS,)
    window: NDArray[np.float32]  # (2 · hop,)
    basis: NDArray[np.float32]  # (2, hop - 1, 2 · hop) cosines and sines of the bins, windowed
    band: NDArray[np.int64]  # (hop + 1,) band of each bin
    emphasis: NDArray[np.float32]  # (BANDS,) power that the pre-emphasis leaves of each


def bank_of(voices: int, sample_rate: int) -> Bank:
    """Return the state of silent voices."""
    hop = window_frames(sample_rate) // 2
    return Bank(
        phase=np.zeros((voices, MOST_PARTIALS)),
        turn=aligned_zeros(voices, 4, MOST_PARTIALS),
        amplitude=aligned_zeros(voices, 4, MOST_PARTIALS),
        waver=aligned_zeros(voices, 4, MOST_PARTIALS),
        wander=np.zeros((voices, 2)),
        noise=aligned_zeros(voices, 2, hop),
        residual=np.zeros((voices, 2)),
        used=np.zeros(voices, np.int64),
    )


def scratch_of(sample_rate: int, preemphasis: float) -> Scratch:
    """Return memory and constants of a rate."""
    frames = window_frames(sample_rate)
    hop = frames // 2
    window = np.sqrt(np.hanning(frames + 1)[:-1])
    turns = 2 * np.pi * np.outer(np.arange(1, hop), np.arange(frames)) / frames
    # so that white noise of RMS 1 has RMS 1: a bin of unit power is a sine of half of it
    share = np.sqrt(1.0 / (hop - 1))
    band = band_of_bins(frames, sample_rate)
    left = np.abs(1 - preemphasis * np.exp(-1j * np.pi * np.arange(hop + 1) / hop)) ** 2
    sums = np.bincount(band, left, BANDS) / (hop + 1)
    return Scratch(
        goal_db=np.zeros(MOST_PARTIALS, np.float32),
        bands_db=np.zeros(BANDS, np.float32),
        window=window.astype(np.float32),
        basis=(share * window * np.stack([np.cos(turns), np.sin(turns)])).astype(np.float32),
        band=band,
        emphasis=sums.astype(np.float32),
    )
