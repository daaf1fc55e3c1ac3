"""Level of a note over time: the mean of the training notes, by instrument and pitch zone.

The network is conditioned on the level of every frame. In training that is the recording's own
level; in play it comes from here, so that a held note continues as its instrument does, and can
neither stay silent nor run away.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

ZONE_LOW, ZONE_SPAN, ZONES = 24.0, 6.0, 15  # zone z is centred on MIDI note 24 + 6z: C1 … C8
GRID_SECONDS, GRID = 0.01, 101  # level points at 0, 10 ms … 1 s after the onset
SILENT_DB = -120.0  # the lowest level that is returned

# velocities 0 … 1 at which an instrument's dynamics are known; between them, straight lines over
# the logarithm of the velocity, as MIDI synthesisers and ears have it
VELOCITIES = np.array([1, 12, 32, 64, 127], np.float32) / np.float32(127)
LATER_SECONDS = 2.0  # after the last point, the first slope; then the second


class Envelope(NamedTuple):
    """Levels of I instruments in Z pitch zones at G points in time; a plain tuple for numba."""

    level: NDArray[np.float32]  # (I, Z, G) RMS dB re full scale while held, at reference velocity
    hold: NDArray[np.float32]  # (I, Z, 2) dB per second after the last point and later, ≤ 0
    release: NDArray[np.float32]  # (I, Z) dB per second after note-off, < 0
    dynamics: NDArray[np.float32]  # (I, 5) dB at VELOCITIES, rising

    def to_tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return the tensors under their names in a model file."""
        return {f"envelope.{name}": value for name, value in self._asdict().items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]]) -> "Envelope":
        """Return the envelope of a model file's tensors; KeyError if it has none (a texture)."""
        named = {
            name: np.asarray(tensors[f"envelope.{name}"], np.float32)
            for name in ("level", "hold", "release")
        }
        if named["hold"].ndim == 2:  # older files with one slope
            named["hold"] = np.repeat(named["hold"][:, :, None], 2, axis=2)
        if "envelope.dynamics" in tensors:
            dynamics = np.asarray(tensors["envelope.dynamics"], np.float32)
        else:  # older files with a slope and a reference velocity
            slope, reference = np.asarray(tensors["envelope.velocity"], np.float32).T[:, :, None]
            dynamics = slope * (VELOCITIES - reference)
        return cls(**named, dynamics=dynamics)


@cached_njit(nogil=True)
def level_db(
    envelope: Envelope,
    weights: NDArray[np.float32],
    pitch: float,
    velocity: float,
    since_onset: float,
    since_release: float,
) -> float:
    """Return the RMS level of a note's frame, in dB re full scale, at least SILENT_DB. [render]

    `weights` (I,) mix the instruments' decibels and sum to 1; `pitch` as a MIDI note number,
    fractions allowed; `velocity` 0 … 1; times in seconds, `since_release` < 0 while held.
    Continuous in all of them, rising with velocity, falling with time after the first second.
    """
    zone, zone_part = _split((pitch - ZONE_LOW) / ZONE_SPAN, ZONES)
    released = max(since_release, 0.0)
    held = max(since_onset - released, 0.0)
    point, point_part = _split(held / GRID_SECONDS, GRID)
    beyond = max(held - (GRID - 1) * GRID_SECONDS, 0.0)
    soon = min(beyond, LATER_SECONDS)
    layer, layer_part = layer_of(velocity)
    total = 0.0
    for i in range(weights.shape[0]):
        if weights[i] == 0.0:
            continue
        soft, loud = envelope.dynamics[i, layer], envelope.dynamics[i, layer + 1]
        sum_db = soft + layer_part * (loud - soft)
        for z, share in ((zone, 1.0 - zone_part), (zone + 1, zone_part)):
            start, end = envelope.level[i, z, point], envelope.level[i, z, point + 1]
            in_zone = start + point_part * (end - start)
            in_zone += envelope.hold[i, z, 0] * soon + envelope.hold[i, z, 1] * (beyond - soon)
            in_zone += envelope.release[i, z] * released
            sum_db += share * in_zone
        total += weights[i] * sum_db
    return max(total, SILENT_DB)


@cached_njit(nogil=True)
def layer_of(velocity: float) -> tuple[int, float]:
    """Return index and fraction of a velocity between VELOCITIES, clamped to them. [render]"""
    velocity = min(max(velocity, VELOCITIES[0]), VELOCITIES[-1])
    layer = 0
    while layer < VELOCITIES.shape[0] - 2 and velocity > VELOCITIES[layer + 1]:
        layer += 1
    whole = math.log(VELOCITIES[layer + 1] / VELOCITIES[layer])
    return layer, math.log(velocity / VELOCITIES[layer]) / whole


@cached_njit(nogil=True)
def _split(position: float, points: int) -> tuple[int, float]:
    """Return index and fraction of a position between `points` points, clamped to them."""
    position = min(max(position, 0.0), points - 1.0)
    index = min(int(position), points - 2)
    return index, position - index
