"""Tensors of a model file as compiled code reads them: checked, and rounded to bfloat16."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from . import bfloat16
from .channels import CHANNEL_MULTIPLE
from .channels import INPUTS as INPUTS
from .vectors import aligned

Floats = NDArray[np.float32]
Shapes = Mapping[str, tuple[int, ...]]
Tensors = Mapping[str, NDArray[Any]]

ALL = slice(None)


class Matrix(NamedTuple):
    """A part of a tensor that products compute with; `name` is what the compiled code calls it."""

    name: str
    tensor: str
    columns: slice = ALL
    rows: slice = ALL


class Lanes(NamedTuple):
    """Matrices one after another, and the first lanes of those of each name."""

    lanes: NDArray[np.uint32]
    starts: Mapping[str, NDArray[np.int64]]


def checked(shapes: Shapes, tensors: Tensors, owner: str = "the model") -> dict[str, Floats]:
    """Return the tensors of these names as contiguous float32. [control]

    RtAudioGenError, in one line, if one is missing, has another shape, or is not finite.
    """
    for name, shape in shapes.items():
        if name not in tensors:
            raise RtAudioGenError(f"{owner} has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(
                f"{owner}'s '{name}' should be {shape}, not {tensors[name].shape}"
            )
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"{owner}'s '{name}' contains numbers that are not finite")
    return {name: np.ascontiguousarray(tensors[name], np.float32) for name in shapes}


def random_tensors(shapes: Shapes, random: np.random.Generator) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    return {
        name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[-1]))
        for name, shape in shapes.items()
    }


def pack(matrices: Iterable[Matrix], tensors: Mapping[str, Floats]) -> Lanes:
    """Return the lanes of matrices in their order. [control]"""
    lanes: list[NDArray[np.uint32]] = []
    starts: dict[str, list[int]] = {}
    size = 0
    for name, tensor, columns, rows in matrices:
        starts.setdefault(name, []).append(size)
        lanes.append(bfloat16.pack(padded(tensors[tensor][rows, columns])))
        size += lanes[-1].size
    at = {name: np.array(first, np.int64) for name, first in starts.items()}
    return Lanes(aligned(np.concatenate(lanes)), at)


def rounded(matrices: Iterable[Matrix], shapes: Shapes, tensors: Tensors) -> dict[str, Floats]:
    """Return the tensors with every matrix as it is computed with, to compare in float32."""
    result = {name: np.array(tensors[name], np.float32) for name in shapes}
    for _, tensor, columns, rows in matrices:
        part = result[tensor][rows, columns]
        part[:] = as_computed(padded(part))[: part.shape[0], : part.shape[1]]
    return result


def as_computed(matrix: Floats) -> Floats:
    """Return a padded matrix as products compute with it."""
    return bfloat16.unpack(bfloat16.pack(matrix), *matrix.shape)


def padded(matrix: Floats) -> Floats:
    """Return a matrix with outputs and inputs of weight 0, up to what a product takes."""
    outputs, inputs = matrix.shape
    return np.pad(matrix, ((0, -outputs % CHANNEL_MULTIPLE), (0, -inputs % INPUTS)))
