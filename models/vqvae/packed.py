"""A coder's weights as its compiled streaming form reads them: plain numpy, no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv import memory as conv_memory
from ..compiled.conv.layers import Floats, Layer
from ..compiled.conv.memory import Weights, weights_of
from .config import CodesConfig
from .labels import Labels, fill_bias, labels_of
from .lookup import Books
from .units import CoderLayers

C = TypeVar("C", bound=CodesConfig)


class Networks(NamedTuple):
    """Weights of encoder and decoder; E dimensions of a label's embedding."""

    encoder: Weights
    decoder: Weights
    label: Labels
    labels: Floats  # (labels, E) embeddings


@dataclass(frozen=True)
class PackedCoder(Generic[C]):
    """Data that streams of one model share: the part of `coders.Coder` that all coders have."""

    config: C
    networks: Networks
    books: Books

    @property
    def labels(self) -> Floats:
        """Implement `Coder.labels`."""
        return self.networks.labels

    @property
    def bias(self) -> Floats:
        """Implement `Coder.bias`."""
        return self.networks.decoder.bias

    def fill_bias(self, embedding: Floats, out: Floats) -> None:
        """Implement `Coder.fill_bias`."""
        fill_bias(self.networks.label, embedding, out)


def networks_of(layers: CoderLayers, tensors: Mapping[str, Floats]) -> Networks:
    """Return the weights of layers and labels, from tensors of the shapes of the coder."""
    decoder = _weights(layers.decoder, tensors)
    names = list(layers.decoder)
    label = labels_of(
        decoder,
        [decoder.layers[names.index(name)] for name in layers.entrances],
        [tensors[f"decoder.label.{level}.weight"].T for level in range(len(layers.entrances))],
    )
    return Networks(_weights(layers.encoder, tensors), decoder, label, tensors["labels.weight"])


def _weights(layers: dict[str, Layer], tensors: Mapping[str, Floats]) -> Weights:
    values = [(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in layers]
    return weights_of(list(layers.values()), values)


def rounded(layers: CoderLayers, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tensors with every layer's weight as it is computed with, the others as given."""
    result = dict(tensors)
    for name, layer in (layers.encoder | layers.decoder).items():
        weight = np.asarray(tensors[f"{name}.weight"], np.float32)
        result[f"{name}.weight"] = conv_memory.rounded(layer, weight)
    return result


def random_tensors(
    shapes: Mapping[str, tuple[int, ...]], random: np.random.Generator
) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    tensors = {}
    for name, shape in shapes.items():
        fan = max(1, int(np.prod(shape[1:])))
        tensors[name] = random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan))
    return tensors
