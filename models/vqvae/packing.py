"""A VQ-VAE's weights as its compiled streaming form reads them: plain numpy, no torch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..compiled import conv_memory
from ..compiled.conv_layers import Floats, Layer
from ..compiled.conv_memory import Weights, weights_of
from ..compiled.vectors import aligned
from .config import VQVAEConfig
from .labels import Labels, fill_bias
from .lookup import Books, add_rows
from .shapes import decoder_layers as decoder_layers
from .shapes import encoder_layers as encoder_layers
from .shapes import shapes as shapes


@dataclass(frozen=True)
class Packed:
    """What streams of one model share; E dimensions of a label's embedding."""

    config: VQVAEConfig
    encoder: Weights
    decoder: Weights
    books: Books
    label: Labels
    labels: Floats  # (labels, E) embeddings

    @property
    def latent_table(self) -> Floats:
        """(stages, codes, latent): a latent is the sum of one row of each stage."""
        return self.books.table

    def latent_of(self, codes: NDArray[Any], stages_used: int, out: Floats) -> None:
        """The latent (latent,) of the first stages of a code frame (≥ stages used,). [render]

        Integers of any kind; the first call with a kind compiles. [control]
        """
        add_rows(self.books, codes, stages_used, out)


def pack(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> Packed:
    """From the names of `network.folded`. [control] RtAudioGenError if anything does not fit."""
    _check(config, tensors)
    t = {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes(config)}
    decoder = _weights(decoder_layers(config), t)
    return Packed(
        config=config,
        encoder=_weights(encoder_layers(config), t),
        decoder=decoder,
        books=_books(config, t),
        label=_label(config, decoder, t),
        labels=t["labels.weight"],
    )


def rounded(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The tensors with every convolution's weight as it is computed with, the others as given."""
    result = dict(tensors)
    for name, layer in (*encoder_layers(config), *decoder_layers(config)):
        weight = np.asarray(tensors[f"{name}.weight"], np.float32)
        result[f"{name}.weight"] = conv_memory.rounded(layer, weight)
    return result


def label_bias(packed: Packed, embedding: Floats) -> Floats:
    """The decoder's biases for a label at `embedding` (E,), one flat array. [control]"""
    out = np.empty_like(packed.decoder.bias)
    fill_label_bias(packed, embedding, out)
    return out


def fill_label_bias(packed: Packed, embedding: Floats, out: Floats) -> None:
    """The same into `out`. [render]"""
    fill_bias(packed.label, embedding, out)


def random_tensors(config: VQVAEConfig, random: np.random.Generator) -> dict[str, Floats]:
    """Untrained tensors, for measuring and testing without torch."""
    tensors = {}
    for name, shape in shapes(config).items():
        fan = max(1, int(np.prod(shape[1:])))
        tensors[name] = random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan))
    for stage in range(config.stages):
        vectors = tensors[f"quantizer.stages.{stage}.book.vectors"]
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return tensors


def _weights(layers: Iterator[tuple[str, Layer]], tensors: Mapping[str, Floats]) -> Weights:
    named = list(layers)
    values = [(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name, _ in named]
    return weights_of([layer for _, layer in named], values)


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
    """Before level i comes `up.i`, and before the innermost one the first layer."""
    names = [name for name, _ in decoder_layers(config)]
    before = [f"decoder.up.{level}" for level in range(len(config.strides) - 1)]
    records = [decoder.layers[names.index(name)] for name in (*before, "decoder.input")]
    widths = config.decoder_widths()
    weights = [tensors[f"decoder.label.{level}.weight"].T for level in range(len(widths))]
    return Labels(
        bias=decoder.bias,
        weight=aligned(np.concatenate(weights, axis=1)),
        entrances=np.array(
            [(r["bias_at"], r["numbers"], width) for r, width in zip(records, widths, strict=True)]
        ),
    )


def _check(config: VQVAEConfig, tensors: Mapping[str, NDArray[Any]]) -> None:
    for name, shape in shapes(config).items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"'{name}' should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"'{name}' contains numbers that are not finite")
