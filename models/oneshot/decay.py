"""Evenness of a hit's decay: holes in it, and the roughness of its envelope.

The envelope is the RMS of 10 ms, every 5 ms, in dB. A hole is where it lies below what comes later:
such a hit stutters. Roughness is its deviation from its own mean over 45 ms.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

Signal = NDArray[np.float32]  # (frames,)

WINDOW_SECONDS, HOP_SECONDS = 0.01, 0.005
SOUNDING_DB = 50.0  # below the loudest window: what is quieter is no part of the decay
SMOOTH = 9  # windows
HOLE_DB = 12.0  # deeper ones are heard
HARMLESS_DB = 6.0  # of a hole
ROUGHNESS_WEIGHT = 2.0  # against a dB of hole
SILENCE = 1e-12


class Decay(NamedTuple):
    """The measurements of one hit."""

    hole_db: float  # how far the deepest hole lies below what comes later; 0: none
    roughness_db: float  # standard deviation

    @property
    def unevenness(self) -> float:
        """Return holes and roughness in one number, 0 for a perfect decay."""
        return max(0.0, self.hole_db - HARMLESS_DB) + ROUGHNESS_WEIGHT * self.roughness_db


def decay(signal: Signal, sample_rate: int) -> Decay:
    """Measure a hit (frames,) from its loudest window on. [any]"""
    window, hop = (round(s * sample_rate) for s in (WINDOW_SECONDS, HOP_SECONDS))
    levels = np.empty(max(1, (len(signal) - window) // hop + 1))
    _levels_db(signal, window, hop, levels)
    return Decay(*_measure(levels))


@cached_njit(nogil=True, error_model="numpy")
def _levels_db(signal: Signal, window: int, hop: int, out: NDArray[np.float64]) -> None:
    for place in range(len(out)):
        energy = 0.0
        for n in range(place * hop, min(place * hop + window, len(signal))):
            energy += float(signal[n]) ** 2
        out[place] = 10.0 * math.log10(energy / window + SILENCE)


@cached_njit(nogil=True, error_model="numpy")
def _measure(levels: NDArray[np.float64]) -> tuple[float, float]:
    """Return the deepest hole after the loudest level, and the roughness from there on."""
    loudest = int(np.argmax(levels))
    floor = levels[loudest] - SOUNDING_DB
    hole, later = 0.0, floor
    end = loudest
    for place in range(len(levels) - 1, loudest - 1, -1):
        if levels[place] > floor:
            end = max(end, place)
        later = max(later, levels[place])
        if later > floor:
            hole = max(hole, later - max(levels[place], floor - HOLE_DB))
    half, squares, total, count = SMOOTH // 2, 0.0, 0.0, 0
    for place in range(loudest + half, end + 1 - half):
        deviation = levels[place] - np.mean(levels[place - half : place + half + 1])
        squares += deviation * deviation
        total += deviation
        count += 1
    if count == 0:
        return hole, 0.0
    mean = total / count
    return hole, math.sqrt(max(0.0, squares / count - mean * mean))
