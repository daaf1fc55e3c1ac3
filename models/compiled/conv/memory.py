"""Memory of compiled layers: weights, a stream's state, and scratch of a call."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import bfloat16
from .. import state as named_state
from ..vectors import aligned, aligned_zeros
from .layers import Floats, Layer, whole

TOGETHER = 4  # steps that share a weight after loading it
SLACK = 64  # numbers beyond the end of work memory that a whole vector may touch

FIELDS = (
    "inputs", "given", "numbers", "rows", "taps", "dilation", "takes", "gives", "history",
    "skipped", "activation", "residual", "source", "target",
)  # fmt: skip
PLACES = ("lanes_at", "bias_at", "state_at")
LAYER = np.dtype([(name, np.int64) for name in (*FIELDS, *PLACES)] + [("slope", np.float32)])


class Weights(NamedTuple):
    """Layers that work one after another, L of them."""

    layers: NDArray[Any]  # (L,) of LAYER
    lanes: NDArray[np.uint32]  # all matrices, see `bfloat16`
    bias: Floats  # all biases


class State(NamedTuple):
    """Everything that future output depends on; V voices, L layers."""

    history: Floats  # (V, Σ remembered) last input frames of each layer
    pending: NDArray[np.int64]  # (V, L) number of them that wait for the rest of a step


class Scratch(NamedTuple):
    """Memory for one call; its contents mean nothing between calls."""

    work: Floats  # (2, ·) input and output of layers
    frames: Floats  # one layer's input frames: the kept ones, then the new ones
    windows: Floats  # (TOGETHER, ·) windows of a dilated layer
    steps: Floats  # (TOGETHER, ·) output of steps if it is not a multiple of a vector


def weights_of(layers: Sequence[Layer], tensors: Sequence[tuple[Floats, Floats]]) -> Weights:
    """Return the weights of layers from each one's weight and bias. [control]"""
    records = np.zeros(len(layers), LAYER)
    lanes: list[NDArray[np.uint32]] = []
    biases: list[Floats] = []
    at = dict.fromkeys(PLACES, 0)
    for record, layer, (weight, bias) in zip(records, layers, tensors, strict=True):
        lanes.append(bfloat16.pack(layer.matrix(weight)))
        biases.append(layer.row_bias(bias))
        for name in (*FIELDS, "slope"):
            record[name] = getattr(layer, name)
        for name in PLACES:
            record[name] = at[name]
        at["lanes_at"] += lanes[-1].size
        at["bias_at"] += biases[-1].size
        at["state_at"] += layer.remembered
    return Weights(records, aligned(np.concatenate(lanes)), aligned(np.concatenate(biases)))


def rounded(layer: Layer, weight: Floats) -> Floats:
    """Return the weight that is computed with."""
    matrix = layer.matrix(weight)
    return layer.weight(bfloat16.unpack(bfloat16.pack(matrix), *matrix.shape))


def state_of(layers: Sequence[Layer], voices: int) -> State:
    """Return the state of new streams, preceded by zeros."""
    size = sum(layer.remembered for layer in layers)
    return State(aligned_zeros(voices, size), np.zeros((voices, len(layers)), np.int64))


def restore(state: State, saved: Mapping[str, NDArray[Any]]) -> None:
    """Continue bit for bit from copies of the arrays; ValueError if shapes differ. [render]"""
    named_state.restore(state._asdict(), saved)


def scratch_of(layers: Sequence[Layer], frames: int) -> Scratch:
    """Return scratch memory for calls of up to `frames` input frames."""
    work = frames * layers[0].given
    kept = 0
    for layer in layers:
        kept = max(kept, (layer.kept + frames) * layer.inputs)
        steps = (layer.takes - 1 + frames) // layer.takes
        work = max(work, frames * layer.given, steps * layer.numbers)
        frames = steps * layer.gives
    return Scratch(
        work=aligned_zeros(2, whole(work) + SLACK),
        frames=aligned_zeros(kept + SLACK),
        windows=aligned_zeros(TOGETHER, max(_window(layer) for layer in layers)),
        steps=aligned_zeros(TOGETHER, max(layer.rows for layer in layers)),
    )


def _window(layer: Layer) -> int:
    """Return the numbers of a window with room for the last tap's whole vectors."""
    return whole(layer.taps * layer.inputs) + whole(layer.inputs)
