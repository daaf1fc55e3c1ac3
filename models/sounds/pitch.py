"""Pitch labels, read from file names or estimated from the sound."""

import numpy as np
from numpy.typing import NDArray

from .names.labels import read_names

PERIODIC = 0.4  # correlation of a pitched sound with itself one period later


def pitch_from_name(stem: str) -> int | None:
    """Return the MIDI note number in a single file name, C4 is 60; None if it has none."""
    return read_names([stem])[0].pitch


def velocity_from_name(stem: str) -> int | None:
    """Return the MIDI velocity in a single file name: `v110`, `vel_110`, `A0v16`; or None."""
    return read_names([stem])[0].velocity


def estimate_pitch(signal: NDArray[np.float32], sample_rate: int) -> float | None:
    """Return the MIDI note number of a sound, with fractions; None if it has no clear pitch.

    pYIN (Mauch & Dixon 2014) over at most the first two seconds: the median of its voiced frames.
    """
    import librosa

    frequency, voiced, _ = librosa.pyin(
        signal[: 2 * sample_rate],
        sr=sample_rate,
        fmin=30.0,
        fmax=min(4200.0, 0.45 * sample_rate),
        frame_length=max(2048, 2 ** int(np.ceil(np.log2(4 * sample_rate / 30.0)))),
    )
    if voiced.mean() < 0.25:
        return None
    hertz = float(np.median(frequency[voiced]))
    if _periodicity(signal[: 2 * sample_rate], sample_rate / hertz) < PERIODIC:
        return None  # noise: pYIN finds some lag in anything
    return float(librosa.hz_to_midi(hertz))


def _periodicity(signal: NDArray[np.float32], period_frames: float) -> float:
    """Return the correlation of a signal with itself one period later, −1 … 1."""
    correlations = []
    for lag in (int(period_frames), int(period_frames) + 1):
        one, other = signal[:-lag], signal[lag:]
        power = float(np.sqrt((one @ one) * (other @ other)))
        correlations.append(float(one @ other) / max(power, 1e-12))
    return max(correlations)
