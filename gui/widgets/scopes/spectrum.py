"""Levels over a logarithmic frequency axis, by FFT."""

import math

import numpy as np
from numpy.typing import NDArray

from ..painting import decibels
from ..surfaces.keys import NAMES

LOWEST_HZ = 20.0
SIZE = 4096  # frames of an FFT
FLOOR_DB = -90.0
_A4_HZ, _A4_KEY = 440.0, 69


class LogSpectrum:
    """Computes `columns` levels from 20 Hz to half the sample rate, 20 kHz at most.

    A sine of full scale is at 0 dB (Hann window). Where columns are denser than the FFT's bins they
    are interpolated; where bins are denser, the loudest counts.
    """

    def __init__(self, sample_rate: int, columns: int) -> None:
        self.highest_hz = min(20000.0, sample_rate / 2)
        self._window = np.hanning(SIZE + 1)[:-1].astype(np.float32)
        self._scale = 2.0 / float(self._window.sum())
        edges_hz = LOWEST_HZ * (self.highest_hz / LOWEST_HZ) ** (np.arange(columns + 1) / columns)
        edges = edges_hz * SIZE / sample_rate
        self._centres = np.sqrt(edges[:-1] * edges[1:])
        self._first = np.minimum(np.ceil(edges[:-1]).astype(int), SIZE // 2)
        self._dense = np.floor(edges[1:]) > np.ceil(edges[:-1])

    def levels_db(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (columns,) dB, −90 or more, of (SIZE,) frames."""
        # The window is periodic, the transform real: bins 0 … SIZE / 2.
        bins = decibels(np.abs(np.fft.rfft(signal * self._window)) * self._scale)
        levels = np.interp(self._centres, np.arange(len(bins)), bins)
        loudest = np.maximum.reduceat(bins, self._first)
        levels[self._dense] = loudest[self._dense]
        return np.maximum(levels, FLOOR_DB).astype(np.float32)

    def hz(self, share: float) -> float:
        """Return the frequency at a share, 0 … 1, of the axis."""
        return float(LOWEST_HZ * (self.highest_hz / LOWEST_HZ) ** share)

    def share(self, hz: float) -> float:
        """Return the place of a frequency on the axis, 0 … 1."""
        return math.log(hz / LOWEST_HZ) / math.log(self.highest_hz / LOWEST_HZ)


def note_name(hz: float) -> str:
    """Return the nearest note and the distance to it: "A4 +3 ct"."""
    position = _A4_KEY + 12 * math.log2(hz / _A4_HZ)
    key = round(position)
    return f"{NAMES[key % 12]}{key // 12 - 1} {100 * (position - key):+.0f} ct"
