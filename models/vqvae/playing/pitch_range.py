"""The pitch range of a label: how far what sounds has to move to lie in it. [render]"""

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ..coders import Coder
from .material import Material

SEMITONES = 12.0
SECONDS = 4.0  # of voiced sound: time constant of the mean of what sounds
RANGE_FIELDS = (
    ("voiced", np.float64),  # code frames that had a pitch, since reset
    ("octaves", np.float64),  # running mean of their pitch
)


class PitchRanges:
    """Mean pitches of the labels, and of what sounds, in octaves."""

    def __init__(self, packed: Coder, material: Material) -> None:
        """Measure the model's own material. [control]"""
        self._latent = packed.config.latent
        self._slowest = 1.0 / (SECONDS * packed.config.code_rate)
        self._means = np.full(len(packed.config.labels), np.nan)
        if packed.config.knows_pitch:
            for label in range(1, len(self._means)):
                self._means[label] = _mean(packed, material, label)

    def semitones(self, record: np.void, point: Floats, weights: NDArray[np.float32]) -> float:
        """Hear the point of the next hop; return the way from its voice to the labels' mixture.

        `record` has RANGE_FIELDS. It is 0 if the pitch of one of the labels is not known.
        """
        if not np.isfinite(self._means[weights > 0]).all():
            return 0.0
        if point[self._latent] >= 0.5:
            octaves = float(point[self._latent + 1] / point[self._latent])
            share = max(self._slowest, 1.0 / (1.0 + record["voiced"]))
            record["octaves"] += share * (octaves - record["octaves"])
            record["voiced"] += 1
        if not record["voiced"]:
            return 0.0
        wanted = float(np.nan_to_num(self._means) @ weights)
        return SEMITONES * (wanted - float(record["octaves"]))


def _mean(packed: Coder, material: Material, label: int) -> float:
    """Return the mean pitch of a label's regions in octaves; NaN if they have none."""
    config, point = packed.config, np.zeros(packed.config.point, np.float32)
    octaves = []
    for first, end, _, whose in material.regions:
        for frame in material.codes[first:end] if whose == label else ():
            packed.latent_of(frame, config.stages, point)
            if point[config.latent] >= 0.5:
                octaves.append(float(point[config.latent + 1] / point[config.latent]))
    return float(np.mean(octaves)) if octaves else float("nan")
