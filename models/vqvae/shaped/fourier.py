"""The discrete Fourier transform in compiled code, where a render call cannot allocate. [render]

Cooley and Tukey's algorithm in place, by halves: first what is even, then what is odd. With `real`
and `imaginary` exchanged it is the inverse, times the size.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats


class Turns(NamedTuple):
    """The constants of one size, a power of 2."""

    order: NDArray[np.int64]  # (size,) where each number begins
    cosine: Floats  # (size,) from `half` on the turns of pieces of 2 · half numbers
    sine: Floats  # (size,)


def turns_of(size: int) -> Turns:
    """Return the constants of a size. [control]"""
    order = np.zeros(size, np.int64)
    half = 1
    while half < size:
        order[half : 2 * half] = order[:half] + size // (2 * half)
        half *= 2
    angles = np.zeros(size)
    half = 1
    while half < size:
        angles[half : 2 * half] = np.pi * np.arange(half) / half
        half *= 2
    return Turns(order, np.cos(angles).astype(np.float32), -np.sin(angles).astype(np.float32))


@whole_call
def transform(turns: Turns, real: NDArray[np.float32], imaginary: NDArray[np.float32]) -> None:
    """Transform `real` and `imaginary` (size,) in place."""
    size = len(turns.order)
    for k in range(size):
        other = turns.order[k]
        if k < other:
            real[k], real[other] = real[other], real[k]
            imaginary[k], imaginary[other] = imaginary[other], imaginary[k]
    half = _begin(size, real, imaginary)
    while half < size:
        for first in range(0, size, 2 * half):
            for k in range(half):
                near, far = first + k, first + half + k
                cosine, sine = turns.cosine[half + k], turns.sine[half + k]
                a = real[far] * cosine - imaginary[far] * sine
                b = real[far] * sine + imaginary[far] * cosine
                real[far], imaginary[far] = real[near] - a, imaginary[near] - b
                real[near], imaginary[near] = real[near] + a, imaginary[near] + b
        half *= 2


@part
def _begin(size: int, real: NDArray[np.float32], imaginary: NDArray[np.float32]) -> int:
    """Do the first two halvings in one, whose turns are right angles; return the next size."""
    if size < 4:
        return 1
    for n in range(0, size, 4):
        a, b = real[n] + real[n + 1], imaginary[n] + imaginary[n + 1]
        c, d = real[n] - real[n + 1], imaginary[n] - imaginary[n + 1]
        e, f = real[n + 2] + real[n + 3], imaginary[n + 2] + imaginary[n + 3]
        g, h = real[n + 2] - real[n + 3], imaginary[n + 2] - imaginary[n + 3]
        real[n], imaginary[n] = a + e, b + f
        real[n + 1], imaginary[n + 1] = c + h, d - g
        real[n + 2], imaginary[n + 2] = a - e, b - f
        real[n + 3], imaginary[n + 3] = c - h, d + g
    return 4
