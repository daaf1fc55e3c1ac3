"""Whose sound the decoder is to make: an embedding that becomes part of its biases."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv_kernels import whole_call
from ..compiled.conv_layers import Floats


class Labels(NamedTuple):
    """What an embedding (E,) adds at the entrance of every level."""

    bias: Floats  # (B,) the decoder's own
    weight: Floats  # (E, Σ channels of the levels)
    entrances: NDArray[np.int64]  # (levels, 3) first bias of the layer before, its biases, channels


@whole_call
def fill_bias(labels: Labels, embedding: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """out (B,) = the decoder's biases for a label at `embedding` (E,). [render]"""
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
