"""A note in the tables at one moment: partials and bands of noise in decibels. [render]"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...sounds.harmonic.grid import BANDS, NOISE_POINTS, POINTS, SILENT_DB, STEP_DB, TIMES, place
from ...sounds.harmonic.tables import ALIVE_LOW_HZ, ALIVE_ZONES, KEYS, Tables
from ...sounds.notes.envelope import layer_of

LAST, NOISE_LAST = float(TIMES[-1]), float(TIMES[NOISE_POINTS - 1])
_step: Any = cached_njit(nogil=True, error_model="numpy")


@_step
def between(tables: Tables, instrument: int, key: float, velocity: float):  # type: ignore[no-untyped-def]  # numba's own types
    """Return (softer note, louder note, part of the way, dB beyond them) of a key."""
    notes = tables.layers[instrument, min(max(int(key + 0.5), 0), KEYS - 1)]
    low = notes[0]
    high = low
    for note in notes:
        if note < 0:
            break
        high = note
        if tables.velocity[note] >= velocity:
            break
        low = note
    part = 0.0
    if high != low and tables.velocity[high] > velocity:
        whole = math.log(tables.velocity[high] / tables.velocity[low])
        part = math.log(velocity / tables.velocity[low]) / whole
    elif high != low:
        low = high
    soft = _dynamics(tables, instrument, tables.velocity[low])
    loud = _dynamics(tables, instrument, tables.velocity[high])
    beyond = _dynamics(tables, instrument, velocity) - (soft + part * (loud - soft))
    return low, high, part, beyond


@_step
def _dynamics(tables: Tables, instrument: int, velocity: float) -> float:
    layer, part = layer_of(velocity)
    soft, loud = tables.dynamics[instrument, layer], tables.dynamics[instrument, layer + 1]
    return float(soft + part * (loud - soft))


@_step
def ask_partials(
    tables: Tables, weights: NDArray[np.float32], key: float, velocity: float, held: float,
    released: float, used: int, goal_db: NDArray[np.float32],
) -> float:  # fmt: skip
    """Fill the levels of the first `used` partials; return the stretch B of the mixture."""
    index, along = place(held, POINTS)
    beyond = max(held - LAST, 0.0)
    goal_db[:used] = 0.0
    stretch = 0.0
    for i in range(weights.shape[0]):
        share = weights[i]
        if share == 0.0:
            continue
        low, high, part, louder = between(tables, i, key, velocity)
        louder += tables.gain[i]
        stretch += share * ((1 - part) * tables.stretch[low] + part * tables.stretch[high])
        for note, own in ((low, share * (1.0 - part)), (high, share * part)):
            if own == 0.0:
                continue
            first = tables.first[note]
            count = min(tables.first[note + 1] - first, used)
            for k in range(count):
                here = np.float32(tables.level[first + k, index])
                code = here + along * (np.float32(tables.level[first + k, index + 1]) - here)
                level = louder - STEP_DB * code
                level += tables.tail[first + k] * beyond + tables.release[first + k] * released
                goal_db[k] += own * max(level, SILENT_DB)
            for k in range(count, used):
                goal_db[k] += own * SILENT_DB
    return stretch


@_step
def ask_bands(
    tables: Tables, weights: NDArray[np.float32], key: float, velocity: float, held: float,
    released: float, bands_db: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill the levels of the bands of noise."""
    index, along = place(held, NOISE_POINTS)
    beyond = max(held - NOISE_LAST, 0.0)
    bands_db[:] = 0.0
    for i in range(weights.shape[0]):
        share = weights[i]
        if share == 0.0:
            continue
        low, high, part, louder = between(tables, i, key, velocity)
        louder += tables.gain[i]
        for note, own in ((low, share * (1.0 - part)), (high, share * part)):
            if own == 0.0:
                continue
            fallen = tables.noise_tail[note] * beyond + tables.noise_release[note] * released
            for b in range(BANDS):
                here = np.float32(tables.noise[note, b, index])
                code = here + along * (np.float32(tables.noise[note, b, index + 1]) - here)
                bands_db[b] += own * max(louder + fallen - STEP_DB * code, SILENT_DB)


@_step
def ask_alive(tables: Tables, weights: NDArray[np.float32], hertz: float):  # type: ignore[no-untyped-def]  # numba's own types
    """Return (wavering part of the power, its rate in Hz) of a partial at `hertz`."""
    zone = math.log2(max(hertz, 1.0) / ALIVE_LOW_HZ)
    zone = min(max(zone, 0.0), ALIVE_ZONES - 1.0)
    low = min(int(zone), ALIVE_ZONES - 2)
    along = zone - low
    part = 0.0
    rate = 0.0
    for i in range(weights.shape[0]):
        if weights[i] != 0.0:
            at, ahead = tables.alive[i, low], tables.alive[i, low + 1]
            part += weights[i] * (at[0] + along * (ahead[0] - at[0]))
            rate += weights[i] * (at[1] + along * (ahead[1] - at[1]))
    return part, rate
