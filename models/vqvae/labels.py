"""Conditioning of the decoder by a label: an embedding that becomes part of its biases."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv.kernels import whole_call
from ..compiled.conv.layers import Floats
from ..compiled.conv.memory import Weights
from ..compiled.vectors import aligned


class Labels(NamedTuple):
    """Terms that an embedding (E,) adds at the entrance of every level."""

    bias: Floats  # (B,) the decoder's own
    weight: Floats  # (E, Σ channels of the levels)
    entrances: NDArray[np.int64]  # (levels, 3) first bias of the layer before, its biases, channels


def labels_of(decoder: Weights, entrances: Sequence[np.void], weights: Sequence[Floats]) -> Labels:
    """Return what labels add: the layer before each level, and the level's weight (E, channels)."""
    places = [
        (record["bias_at"], record["numbers"], weight.shape[1])
        for record, weight in zip(entrances, weights, strict=True)
    ]
    return Labels(decoder.bias, aligned(np.concatenate(weights, axis=1)), np.array(places))


@whole_call
def fill_bias(labels: Labels, embedding: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Compute out (B,) = the decoder's biases for a label at `embedding` (E,). [render]"""
    for k in range(len(out)):
        out[k] = labels.bias[k]
    first = 0
    for level in range(len(labels.entrances)):
        begin, size, channels = labels.entrances[level]
        for e in range(len(embedding)):
            row, value = labels.weight[e, first : first + channels], embedding[e]
            for at in range(begin, begin + size, channels):
                entrance = out[at : at + channels]
                for channel in range(channels):
                    entrance[channel] += row[channel] * value
        first += channels
