"""Named random numbers: each can be computed at any time from its stream and index."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit


@cached_njit(nogil=True)
def uniform(stream: np.uint64, index: np.int64) -> float:
    """Return the `index`-th number in [0, 1) of a stream: a counter hashed by SplitMix64. [render]

    Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators".
    """
    z = stream + np.uint64(index + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(40)) / float(1 << 24)


@cached_njit(nogil=True)
def fill_uniforms(stream: np.uint64, first: np.int64, out: NDArray[np.float32]) -> None:
    """Fill `out` (numbers,) with the numbers of a stream from the `first`-th on. [render]"""
    for k in range(len(out)):
        out[k] = uniform(stream, first + k)
