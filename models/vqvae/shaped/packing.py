"""A shaped VQ-VAE's weights as its compiled streaming form reads them: plain numpy, no torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ...compiled.conv.memory import Weights
from ...compiled.vectors import aligned
from ..coders import Decoder, Encoder
from ..labels import Labels, fill_bias, labels_of
from ..tensors import check_tensors, weights_from, with_rounded
from .bands import MIDDLE_PITCH
from .config import PITCHES, ShapedConfig
from .lookup import Books, fill_point
from .pitch import pitches_of
from .shapes import decoder_layers, encoder_layers, shapes

SEMITONES = 12.0
A4_KEY, A4_HERTZ = 69, 440.0


@dataclass(frozen=True)
class ShapedPacked:
    """Data that streams of one model share, `coders.Coder`; E dimensions of a label's embedding."""

    config: ShapedConfig
    encoder: Weights
    decoder: Weights
    books: Books
    label: Labels
    labels: Floats  # (labels, E) embeddings

    @property
    def bias(self) -> Floats:
        """Implement `Coder.bias`."""
        return self.decoder.bias

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """Implement `Coder.latent_of`."""
        fill_point(self.books, codes, stages_used, out)

    def fill_bias(self, embedding: Floats, out: Floats) -> None:
        """Implement `Coder.fill_bias`."""
        fill_bias(self.label, embedding, out)

    def shift(self, point: Floats, semitones: float) -> None:
        """Implement `Coder.shift`."""
        latent = self.config.latent
        point[latent + 1] += point[latent] * np.float32(semitones / SEMITONES)

    def sing(self, point: Floats, key: float) -> None:
        """Implement `Coder.sing`."""
        latent = self.config.latent
        octaves = (key - A4_KEY) / SEMITONES + math.log2(A4_HERTZ / MIDDLE_PITCH)
        point[latent + 1] = point[latent] * np.float32(octaves)

    def coders(self, voices: int, device: str) -> tuple[Encoder, Decoder]:
        """Implement `Coder.coders`; always on the CPU, where it takes a hundredth of a core."""
        from .streaming import StreamingDecoder, StreamingEncoder

        if device != "cpu":
            from ...compiled.device_call import torch_device

            torch_device(device)  # one that does not exist is refused
        return StreamingEncoder(self), StreamingDecoder(self, voices)


def pack(config: ShapedConfig, tensors: Mapping[str, NDArray[Any]]) -> ShapedPacked:
    """Pack tensors named as in `layers.folded`. [control] RtAudioGenError if they do not fit."""
    check_tensors(shapes(config), tensors)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    decoder = weights_from(decoder_layers(config), t)
    names = [name for name, _ in decoder_layers(config)]
    before = ["decoder.input", "decoder.up.0", "decoder.up.1"]
    return ShapedPacked(
        config=config,
        encoder=weights_from(encoder_layers(config), t),
        decoder=decoder,
        books=_books(t["quantizer.books.vectors"]),
        label=labels_of(
            decoder,
            [decoder.layers[names.index(name)] for name in before],
            [t[f"decoder.label.{level}.weight"].T for level in range(len(before))],
        ),
        labels=t["labels.weight"],
    )


def rounded(config: ShapedConfig, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tensors, with each convolution's weight rounded as it is computed with."""
    return with_rounded(chain(encoder_layers(config), decoder_layers(config)), tensors)


def _books(vectors: Floats) -> Books:
    """Return the books of (S, codes, latent)."""
    halves = 0.5 * np.square(vectors.astype(np.float64)).sum(-1)
    pitches = pitches_of(np.arange(PITCHES)).astype(np.float64)
    voiced = pitches > 0
    octaves = np.log2(np.where(voiced, pitches, MIDDLE_PITCH) / MIDDLE_PITCH)
    return Books(
        vectors=aligned(np.ascontiguousarray(vectors.transpose(0, 2, 1))),
        halves=aligned(halves.astype(np.float32)),
        table=aligned(vectors),
        pitches=np.stack([voiced, octaves], 1).astype(np.float32),
    )
