"""A VQ-VAE's weights as its compiled streaming form reads them: plain numpy, no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import Weights
from ...compiled.vectors import aligned
from .. import tensors as files
from ..coders import Decoder, Encoder
from ..config import VQVAEConfig
from ..labels import Labels, fill_bias, labels_of
from ..tensors import check_tensors, weights_from, with_rounded
from .lookup import Books, add_rows
from .shapes import decoder_layers as decoder_layers
from .shapes import encoder_layers as encoder_layers
from .shapes import shapes as shapes


@dataclass(frozen=True)
class Packed:
    """Data that streams of one model share, `coders.Coder`; E dimensions of a label's embedding."""

    config: VQVAEConfig
    encoder: Weights
    decoder: Weights
    books: Books
    label: Labels
    labels: Floats  # (labels, E) embeddings

    @property
    def latent_table(self) -> Floats:
        """Return (stages, codes, latent): a latent is the sum of one row of each stage."""
        return self.books.table

    @property
    def bias(self) -> Floats:
        """Implement `Coder.bias`."""
        return self.decoder.bias

    def fill_bias(self, embedding: Floats, out: Floats) -> None:
        """Implement `Coder.fill_bias`."""
        fill_bias(self.label, embedding, out)

    def shift(self, point: Floats, semitones: float) -> None:
        """Implement `Coder.shift`: the pitch is somewhere in the codes, and stays."""

    def sing(self, point: Floats, key: float) -> None:
        """Implement `Coder.sing`: the pitch is somewhere in the codes, and stays."""

    def coders(self, voices: int, device: str) -> tuple[Encoder, Decoder]:
        """Implement `Coder.coders`: compiled on the CPU, torch's elsewhere."""
        if device == "cpu":
            from .streaming import StreamingDecoder, StreamingEncoder

            return StreamingEncoder(self), StreamingDecoder(self, voices)
        from ...compiled.device_call import torch_device
        from .device_coders import DeviceDecoder, DeviceEncoder

        there = torch_device(device)
        return DeviceEncoder(self, there), DeviceDecoder(self, voices, there)

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """Write the latent (latent,) of the first stages of a code frame (≥ stages used,). [render]

        Integers of any kind; the first call with a kind compiles. [control]
        """
        add_rows(self.books, codes, stages_used, out)


def pack(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> Packed:
    """Pack tensors named as in `network.folded`. [control] RtAudioGenError if they do not fit."""
    check_tensors(shapes(config), tensors)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    decoder = weights_from(decoder_layers(config), t)
    return Packed(
        config=config,
        encoder=weights_from(encoder_layers(config), t),
        decoder=decoder,
        books=_books(config, t),
        label=_label(config, decoder, t),
        labels=t["labels.weight"],
    )


def rounded(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tensors, with each convolution's weight rounded as it is computed with."""
    return with_rounded(chain(encoder_layers(config), decoder_layers(config)), tensors)


def random_tensors(config: VQVAEConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    drawn = files.random_tensors(shapes(config), random)
    for stage in range(config.stages):
        vectors = drawn[f"quantizer.stages.{stage}.book.vectors"]
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return drawn


def _books(config: VQVAEConfig, tensors: Mapping[str, Floats]) -> Books:
    def stacked(part: str) -> Floats:
        names = [f"quantizer.stages.{stage}.{part}" for stage in range(config.stages)]
        return np.stack([tensors[name] for name in names])

    vectors, up = stacked("book.vectors"), stacked("up.weight")  # (S, codes, D), (S, latent, D)
    # in float64, so that its bits do not depend on how numpy's library adds up
    table = vectors.astype(np.float64) @ up.transpose(0, 2, 1) + stacked("up.bias")[:, None]
    return Books(
        down=aligned(stacked("down.weight").transpose(0, 2, 1)),
        down_bias=aligned(stacked("down.bias")),
        vectors=aligned(vectors.transpose(0, 2, 1)),
        table=aligned(table.astype(np.float32)),
    )


def _label(config: VQVAEConfig, decoder: Weights, tensors: Mapping[str, Floats]) -> Labels:
    """Return the label's terms: `up.i` precedes level i, the first layer the innermost one."""
    names = [name for name, _ in decoder_layers(config)]
    before = [f"decoder.up.{level}" for level in range(len(config.strides) - 1)]
    records = [decoder.layers[names.index(name)] for name in (*before, "decoder.input")]
    weights = [tensors[f"decoder.label.{level}.weight"].T for level in range(len(records))]
    return labels_of(decoder, records, weights)
