"""Conversion of a model file's tensors to the weights of compiled layers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..compiled.conv import memory as conv_memory
from ..compiled.conv.layers import Floats, Layer
from ..compiled.conv.memory import Weights, weights_of

Layers = Iterator[tuple[str, Layer]]  # with their names


def weights_from(layers: Layers, tensors: Mapping[str, Floats]) -> Weights:
    """Return the weights of named layers."""
    named = list(layers)
    values = [(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name, _ in named]
    return weights_of([layer for _, layer in named], values)


def with_rounded(layers: Layers, tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tensors with every layer's weight as it is computed with, the others as given."""
    result = dict(tensors)
    for name, layer in layers:
        weight = np.asarray(tensors[f"{name}.weight"], np.float32)
        result[f"{name}.weight"] = conv_memory.rounded(layer, weight)
    return result


def check_tensors(
    wanted: Mapping[str, tuple[int, ...]], tensors: Mapping[str, NDArray[Any]]
) -> None:
    """Raise RtAudioGenError, in one line, unless all are there, of these shapes, and finite."""
    for name, shape in wanted.items():
        if name not in tensors:
            raise RtAudioGenError(f"the model has no tensor '{name}'")
        if tensors[name].shape != shape:
            raise RtAudioGenError(f"'{name}' should be {shape}, not {tensors[name].shape}")
        if not np.isfinite(tensors[name]).all():
            raise RtAudioGenError(f"'{name}' contains numbers that are not finite")


def random_tensors(
    wanted: Mapping[str, tuple[int, ...]], random: np.random.Generator
) -> dict[str, Floats]:
    """Return untrained tensors, for measuring and testing without torch."""
    tensors = {}
    for name, shape in wanted.items():
        fan = max(1, int(np.prod(shape[1:])))
        tensors[name] = random.standard_normal(shape, np.float32) / np.float32(np.sqrt(fan))
    return tensors
