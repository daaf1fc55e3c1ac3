"""Instruments as biases: the part of a network that depends on the timbre alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit


class Instruments(NamedTuple):
    """A linear map from an instrument's embedding to a network's K biases."""

    weight: NDArray[np.float32]  # (E, K)
    bias: NDArray[np.float32]  # (K,)


@cached_njit(nogil=True, error_model="numpy", _nrt=False)
def fill_bias(
    instruments: Instruments, embedding: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Fill `out` (K,) with the biases of an instrument at `embedding` (E,). [render]"""
    for k in range(len(out)):
        total = instruments.bias[k]
        for e in range(len(embedding)):
            total += instruments.weight[e, k] * embedding[e]
        out[k] = total


def biases(instruments: Instruments, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (V, K) biases of instruments at `embeddings` (V, E). [control]"""
    out = np.empty((len(embeddings), len(instruments.bias)), np.float32)
    for row, embedding in zip(out, np.asarray(embeddings, np.float32), strict=True):
        fill_bias(instruments, embedding, row)
    return out
