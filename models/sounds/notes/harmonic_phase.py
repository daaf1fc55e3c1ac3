"""Harmonics with phases locked to the note's phase, as of an oscillator.

In a recording every harmonic has a phase of its own, which differs from note to note, and drifts
with stiff strings or several players. A network that is conditioned only on the note's phase cannot
know it, and fills the harmonics with noise. So every harmonic keeps its amplitude over time, but
gets a phase that is the same in all notes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

HIGHEST = 0.47  # of the rate
SPREAD = 12.0  # harmonics over which the phases turn once; a low crest (Schroeder 1970)
RESIDUE = 0.5  # factor for everything between the harmonics: breath, bow, hammer
_RESTORED_DB = 12.0  # the most by which the attack's level is corrected


def lock_harmonics(
    signal: NDArray[np.float32],
    phase: NDArray[np.float32],
    pitch: float,
    sample_rate: int,
) -> NDArray[np.float32]:
    """Return the note (frames,) with harmonic k at k·`phase` + π k² / SPREAD, at its original
    level.
    """
    period = sample_rate / (440.0 * 2.0 ** ((pitch - 69.0) / 12.0))
    turn = np.exp(1j * phase.astype(np.float64))
    turns = np.ones_like(turn)
    harmonic_part = np.zeros(len(signal))
    locked = np.zeros(len(signal))
    for k in range(1, int(HIGHEST * period) + 1):
        turns = turns * turn
        amplitude = 2.0 * _smoothed(signal * turns.conj(), period)
        harmonic_part += (amplitude * turns).real
        locked += np.abs(amplitude) * (turns * np.exp(1j * np.pi * k**2 / SPREAD)).real
    locked += RESIDUE * (signal - harmonic_part)
    correction = _level_db(signal, period) - _level_db(locked, period)
    gain = 10 ** (np.clip(correction, -_RESTORED_DB, _RESTORED_DB) / 20)
    return np.asarray(np.clip(locked * gain, -1.0, 1.0), np.float32)


def _smoothed(values: NDArray[np.complex128], period: float) -> NDArray[np.complex128]:
    """Return values smoothed by a triangle of four periods, with nulls at the other harmonics."""
    frames = round(2 * period)
    parts = [values.real, values.imag]
    for _ in range(2):
        parts = [uniform_filter1d(part, frames, mode="constant") for part in parts]
    return np.asarray(parts[0] + 1j * parts[1])


def _level_db(signal: NDArray[np.floating], period: float) -> NDArray[np.float64]:
    power = uniform_filter1d(
        np.square(signal, dtype=np.float64), round(2 * period), mode="constant"
    )
    return np.asarray(10 * np.log10(np.maximum(power, 1e-10)))
