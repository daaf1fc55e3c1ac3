"""Loudness of an instrument at mezzo forte, and the gain that makes all instruments alike.

ITU-R BS.1770-4: the power behind a shelf and a high-pass, here of the partials themselves.
"""

import numpy as np

from rtaudiogen.loudness.integrated import TARGET_LUFS, lufs, weighting

from ..notes.envelope import VELOCITIES
from .grid import STEP_DB, TIMES
from .tables import Tables

MEZZO_FORTE = 80 / 127
KEYS = (48, 55, 60, 67, 72)
_STEP, _STEPS, _LAST = 0.02, 20, 1.6  # seconds; the window in steps; until when it is looked for


def gain_to_loudness(tables: Tables, instrument: int) -> float:
    """Return dB that bring an instrument's middle keys to TARGET_LUFS at mezzo forte.

    Of a note, the loudest 0.4 s count.
    """
    levels = [_loudness(tables, instrument, key) for key in KEYS]
    return TARGET_LUFS - float(np.median(levels))


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
    return float(lufs(np.float64(weighted)) + dynamics[1] - dynamics[0])
