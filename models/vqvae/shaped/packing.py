"""The shaped coder, packed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ...compiled.packing import checked
from ...compiled.vectors import aligned
from ..lookup import Books
from ..packed import PackedCoder, networks_of
from .bands import MIDDLE_PITCH
from .config import PITCHES, ShapedConfig
from .lookup import fill_point
from .pitch import pitches_of
from .shapes import layers, shapes

SEMITONES = 12.0
A4_KEY, A4_HERTZ = 69, 440.0


@dataclass(frozen=True)
class ShapedPacked(PackedCoder[ShapedConfig]):
    """Implements `coders.Coder`; a point is a latent, voiced, and octaves."""

    pitches: Floats  # (pitches, 2) voiced, and octaves

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """Implement `Coder.latent_of`."""
        fill_point(self.books.table, self.pitches, codes, stages_used, out)

    def shift(self, point: Floats, semitones: float) -> None:
        """Implement `Coder.shift`."""
        latent = self.config.latent
        point[latent + 1] += point[latent] * np.float32(semitones / SEMITONES)

    def sing(self, point: Floats, key: float) -> None:
        """Implement `Coder.sing`."""
        latent = self.config.latent
        octaves = (key - A4_KEY) / SEMITONES + math.log2(A4_HERTZ / MIDDLE_PITCH)
        point[latent + 1] = point[latent] * np.float32(octaves)


def pack(config: ShapedConfig, tensors: Mapping[str, NDArray[Any]]) -> ShapedPacked:
    """Pack tensors named as in `layers.folded`. [control] RtAudioGenError if they do not fit."""
    t = checked(shapes(config), tensors, "the model")
    vectors = t["quantizer.books.vectors"]  # (S, codes, latent)
    books = Books(
        vectors=aligned(vectors.transpose(0, 2, 1)),
        # the nearest code has the largest v·x - |v|²/2
        offsets=aligned((-0.5 * np.square(vectors.astype(np.float64)).sum(-1)).astype(np.float32)),
        table=aligned(vectors),
    )
    pitches = pitches_of(np.arange(PITCHES)).astype(np.float64)
    voiced = pitches > 0
    octaves = np.log2(np.where(voiced, pitches, MIDDLE_PITCH) / MIDDLE_PITCH)
    table = np.stack([voiced, octaves], 1).astype(np.float32)
    return ShapedPacked(config, networks_of(layers(config), t), books, table)
