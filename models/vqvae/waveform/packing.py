"""The waveform coder, packed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ...compiled.packing import checked
from ...compiled.vectors import aligned
from .. import packed
from ..config import VQVAEConfig
from ..lookup import Books, add_rows
from ..packed import PackedCoder, networks_of
from .lookup import Sphere
from .shapes import layers, shapes


@dataclass(frozen=True)
class Packed(PackedCoder[VQVAEConfig]):
    """Implements `coders.Coder`; a point is a latent."""

    sphere: Sphere

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """Implement `Coder.latent_of`."""
        add_rows(self.books.table, codes, stages_used, out)

    def shift(self, point: Floats, semitones: float) -> None:
        """Implement `Coder.shift`: the pitch is somewhere in the codes, and stays."""

    def sing(self, point: Floats, key: float) -> None:
        """Implement `Coder.sing`: the pitch is somewhere in the codes, and stays."""


def pack(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> Packed:
    """Pack tensors named as in `layers.folded`. [control] RtAudioGenError if they do not fit."""
    t = checked(shapes(config), tensors, "the model")

    def stacked(part: str) -> Floats:
        names = [f"quantizer.stages.{stage}.{part}" for stage in range(config.stages)]
        return np.stack([t[name] for name in names])

    vectors, up = stacked("book.vectors"), stacked("up.weight")  # (S, codes, D), (S, latent, D)
    # in float64, so that its bits do not depend on how numpy's library adds up
    table = vectors.astype(np.float64) @ up.transpose(0, 2, 1) + stacked("up.bias")[:, None]
    books = Books(
        vectors=aligned(vectors.transpose(0, 2, 1)),
        offsets=np.zeros(vectors.shape[:2], np.float32),  # on a sphere all codes are as long
        table=aligned(table.astype(np.float32)),
    )
    down = aligned(stacked("down.weight").transpose(0, 2, 1))
    sphere = Sphere(down, aligned(stacked("down.bias")))
    return Packed(config, networks_of(layers(config), t), books, sphere)


def random_tensors(config: VQVAEConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    drawn = packed.random_tensors(shapes(config), random)
    for stage in range(config.stages):
        vectors = drawn[f"quantizer.stages.{stage}.book.vectors"]
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return drawn
