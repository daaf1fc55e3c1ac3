"""Pitch labels: read from file names, or estimated from the sound."""

import re

import numpy as np
from numpy.typing import NDArray

_NAMES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE_NAME = re.compile(r"(?<![a-z])([a-g])(#|b|s|♯|♭)?(-?\d)(?!\d)", re.IGNORECASE)
_MIDI_NUMBER = re.compile(r"(?<![a-z\d])(?:m|p|midi|note|pitch)?_?(\d{2,3})(?!\d)", re.IGNORECASE)
_VELOCITY = re.compile(r"(?<![a-z])(?:v|vel|velocity)_?(\d{1,3})(?!\d)", re.IGNORECASE)

PERIODIC = 0.4  # correlation of a pitched sound with itself one period later


def pitch_from_name(stem: str) -> int | None:
    """MIDI note number from a file name without suffix: `C#4`, `m060` or `60`; C4 is 60."""
    if match := _NOTE_NAME.search(stem):
        letter, accidental, octave = match.groups()
        shift = {"#": 1, "s": 1, "♯": 1, "b": -1, "♭": -1}.get((accidental or "").lower(), 0)
        pitch = 12 * (int(octave) + 1) + _NAMES[letter.lower()] + shift
    elif match := _MIDI_NUMBER.search(_VELOCITY.sub("", stem)):
        pitch = int(match.group(1))
    else:
        return None
    return pitch if 0 <= pitch <= 127 else None


def velocity_from_name(stem: str) -> int | None:
    """MIDI velocity from a file name without suffix: `v110` or `vel_110`."""
    match = _VELOCITY.search(stem)
    velocity = int(match.group(1)) if match else 0
    return velocity if 1 <= velocity <= 127 else None


def estimate_pitch(signal: NDArray[np.float32], sample_rate: int) -> float | None:
    """MIDI note number, fractions included, of a sound; None if it has no clear pitch.

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
    """Correlation of a signal with itself one period later, −1 … 1."""
    correlations = []
    for lag in (int(period_frames), int(period_frames) + 1):
        one, other = signal[:-lag], signal[lag:]
        power = float(np.sqrt((one @ one) * (other @ other)))
        correlations.append(float(one @ other) / max(power, 1e-12))
    return max(correlations)
