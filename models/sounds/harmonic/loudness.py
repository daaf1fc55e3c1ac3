"""Loudness of an instrument at mezzo forte, and the gain that makes all instruments alike.

ITU-R BS.1770-4: the power behind a shelf and a high-pass, here of the partials themselves.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import freqz

from ..notes.envelope import VELOCITIES
from .grid import STEP_DB, TIMES
from .tables import Tables

LOUDNESS = -20.0  # LUFS of the loudest 0.4 s of one note at mezzo forte
MEZZO_FORTE = 80 / 127
KEYS = (48, 55, 60, 67, 72)
_STEP, _STEPS, _LAST = 0.02, 20, 1.6  # seconds; the window in steps; until when it is looked for
# the coefficients of the standard at 48 kHz
_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285],
          [1.0, -1.69065929318241, 0.73248077421585])  # fmt: skip
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def weighting(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power gains of the standard's filters."""
    both = [freqz(b, a, worN=hertz, fs=48000)[1] for b, a in (_SHELF, _HIGH_PASS)]
    return np.asarray(np.abs(both[0] * both[1]) ** 2)


def gain_to_loudness(tables: Tables, instrument: int) -> float:
    """Return dB that bring an instrument's middle keys to LOUDNESS at mezzo forte."""
    levels = [_loudness(tables, instrument, key) for key in KEYS]
    return LOUDNESS - float(np.median(levels))


def _loudness(tables: Tables, instrument: int, key: int) -> float:
    notes = [note for note in tables.layers[instrument, key] if note >= 0]
    note = min(notes, key=lambda note: abs(tables.velocity[note] - MEZZO_FORTE))
    dynamics = np.interp(
        np.log([tables.velocity[note], MEZZO_FORTE]), np.log(VELOCITIES),
        tables.dynamics[instrument],
    )  # fmt: skip
    rows = slice(tables.first[note], tables.first[note + 1])
    order = np.arange(1, rows.stop - rows.start + 1)
    pitch = 440.0 * 2 ** ((tables.pitch[note] - 69) / 12)
    hertz = np.minimum(pitch * order * np.sqrt(1 + tables.stretch[note] * order**2), 20e3)
    when = np.arange(0, _LAST, _STEP)
    level_db = -STEP_DB * tables.level[rows].astype(float)
    power = np.array([np.interp(when, TIMES, 10 ** (row / 10)) for row in level_db]) / 2
    heard = weighting(hertz) @ power
    weighted = float(np.convolve(heard, np.ones(_STEPS) / _STEPS, "valid").max())
    return float(-0.691 + 10 * np.log10(weighted + 1e-12) + dynamics[1] - dynamics[0])
