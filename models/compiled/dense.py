"""Dense layers as compiled code takes them apart: y = bias + W x, with bfloat16 weights."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import bfloat16
from .bfloat16 import product
from .decorators import part
from .packing import Floats, padded
from .vectors import aligned, place


class Dense(NamedTuple):
    """A matrix with its bias; the inputs are rounded up to a multiple of 4."""

    lanes: NDArray[np.uint32]
    inputs: int
    outputs: int  # a multiple of 16
    bias: Floats  # (outputs,), or (0,) where `advance` is given another start


def dense(weight: Floats, bias: Floats | None = None) -> Dense:
    """Pack a weight (outputs, inputs) and a bias (outputs,). [control]"""
    matrix = padded(weight)
    start = np.zeros(0, np.float32)
    if bias is not None:
        start = np.pad(bias, (0, len(matrix) - len(bias)))
    return Dense(aligned(bfloat16.pack(matrix)), matrix.shape[1], matrix.shape[0], aligned(start))


@part
def apply(layer: Dense, x: int, y: int) -> None:
    """Compute y = bias + W x on places. [render]"""
    advance(layer, x, place(layer.bias, 0), y)


@part
def advance(layer: Dense, x: int, start: int, y: int) -> None:
    """Compute y = start + W x on places; `start` may be `y`. [render]"""
    product(1, place(layer.lanes, 0), layer.inputs, layer.outputs, x, 0, start, 0, y, 0)
