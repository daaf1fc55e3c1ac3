"""Audible errors of a reconstruction: pitch, voicing, whistles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch

from ..shaped.config import RATE_MULTIPLE, STEPS_PER_SECOND
from ..shaped.pitch import tracked

Signal = NDArray[np.float32]

GROSS_SEMITONES = 1.0
LINES_FROM_HZ = 1500.0
AROUND = 9  # bins of 1 Hz on both sides that a line is compared with


class PitchErrors(NamedTuple):
    """Pitch errors of one passage, in percent; None if nothing can be compared."""

    gross: float | None  # of the moments that are voiced in both, more than a semitone off
    voicing: float | None  # of all moments, voiced in one and not in the other


def pitch_errors(made: Signal, real: Signal, sample_rate: int) -> PitchErrors:
    """Compare the tracked pitches of a reconstruction and its original."""
    if sample_rate % RATE_MULTIPLE:
        return PitchErrors(None, None)
    ahead = 2 * sample_rate // STEPS_PER_SECOND
    ours, theirs = (tracked(signal, sample_rate, ahead) for signal in (made, real))
    both = (ours > 0) & (theirs > 0)
    voicing = 100 * float(np.mean((ours > 0) != (theirs > 0)))
    if not both.any():
        return PitchErrors(None, voicing)
    off = 12 * np.abs(np.log2(ours[both] / theirs[both]))
    return PitchErrors(100 * float(np.mean(off > GROSS_SEMITONES)), voicing)


def whistles_db(signal: Signal, sample_rate: int, rate: float) -> float | None:
    """Return the power of lines at multiples of `rate` Hz, of all power above 1.5 kHz, in dB.

    A line is what a bin of 1 Hz has more than its neighbours; None for less than a second.
    """
    if len(signal) < sample_rate:
        return None
    _, power = welch(signal, sample_rate, nperseg=sample_rate, noverlap=sample_rate // 2)
    around = (uniform_filter1d(power, 2 * AROUND + 1) * (2 * AROUND + 1) - power) / (2 * AROUND)
    places = np.arange(rate, sample_rate / 2 - AROUND, rate)
    bins = np.round(places[places >= LINES_FROM_HZ]).astype(int)
    whole = power[round(LINES_FROM_HZ) :].sum()
    lines = float((power[bins] - around[bins]).sum())
    return 10 * float(np.log10(max(lines, 1e-6 * whole) / whole)) if whole > 0 else None
