"""Wavering of a held note's partials: the players of an ensemble, or one player's breath.

Partial k of an ensemble is a sum of players who differ by a few cents: a steady part and a complex
Gaussian process (a Rice process). A single player wanders with all partials at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .partials import HOP_SECONDS, Partials
from .tables import ALIVE_LOW_HZ, ALIVE_ZONES

STEADY_FROM = 0.35  # seconds
WEAKEST_DB = -50.0  # re the strongest partial
FASTEST_HZ = 14.0
_LEAST = 20  # partials of a zone, over all notes


@dataclass(frozen=True)
class Wavering:
    """One note's: of each partial its frequency, the diffuse part of its power, and the rate."""

    frequencies: NDArray[np.float64]
    diffuse: NDArray[np.float64]
    hertz: NDArray[np.float64]
    cents: float  # by which all of them wander together


def wavering(partials: Partials, floor: NDArray[np.float64]) -> Wavering | None:
    """Return how a held note wavers; None if too little of it stands above the `floor` (K,)."""
    steady = partials.amplitudes[int(STEADY_FROM / HOP_SECONDS) :]
    power = (np.abs(steady) ** 2).mean(0) if len(steady) > 40 else np.zeros(1)
    good = power > np.maximum(power.max() * 10 ** (WEAKEST_DB / 10), 10 * floor**2)
    if len(steady) <= 40 or not good.any():
        return None
    steady, frequencies, power = steady[:, good], partials.frequencies[good], power[good]
    turning = steady[1:] * steady[:-1].conj()
    steady = steady * np.exp(-1j * np.angle(turning.sum(0)) * np.arange(len(steady))[:, None])
    turning = steady[1:] * steady[:-1].conj()
    off = turning.imag / power / (2 * np.pi * HOP_SECONDS) / frequencies
    weight = np.sqrt(power) * frequencies
    common = _smoothed(off @ (weight / weight.sum()))
    phase = 2 * np.pi * HOP_SECONDS * np.cumsum(np.concatenate([[0], common]))
    steady = steady * np.exp(-1j * np.outer(phase, frequencies))
    even = np.abs(steady) ** 2 / power
    diffuse = 1 - np.sqrt(np.clip(1 - even.var(axis=0), 0, 1))
    speed = (np.abs(np.diff(steady, axis=0)) ** 2).mean(0) / power
    hertz = np.sqrt(speed / np.maximum(diffuse, 0.02)) / (2 * np.pi * HOP_SECONDS)
    return Wavering(frequencies, diffuse, hertz, float(1200 * np.log2(1 + common.std())))


def _smoothed(track: NDArray[np.float64]) -> NDArray[np.float64]:
    window = np.hanning(21)[1:-1]
    return np.asarray(np.convolve(track, window / window.sum(), "same"))


def summary(found: list[Wavering]) -> tuple[NDArray[np.float32], float]:
    """Return ((ALIVE_ZONES, 2) diffuse part and rate, cents) of an instrument: the medians."""
    table = np.zeros((ALIVE_ZONES, 2), np.float32)
    if not found:
        return table, 0.0
    frequency, diffuse, hertz = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("frequencies", "diffuse", "hertz")
    )
    zone = np.clip(np.rint(np.log2(frequency / ALIVE_LOW_HZ)), 0, ALIVE_ZONES - 1)
    known = [z for z in range(ALIVE_ZONES) if (zone == z).sum() >= _LEAST] or [int(np.median(zone))]
    for column, values in enumerate((diffuse, np.minimum(hertz, FASTEST_HZ))):
        medians = [np.median(values[zone == z]) for z in known]
        table[:, column] = np.interp(np.arange(ALIVE_ZONES), known, medians)
    return table, float(np.median([one.cents for one in found]))
