"""Layers over a whole signal: all frames of a layer before the next layer.

A layer's matrix is worked off in blocks of outputs that stay in the processor's L2 cache while all
of the layer's frames go by. Where a step gives less than a whole vector, one product computes
several steps. Nothing in the compiled part allocates, raises, or reads out of range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import bfloat16
from ..bfloat16 import WIDE, product
from ..channels import CHANNEL_MULTIPLE
from ..decorators import part, whole_call
from ..elementwise import move
from ..packing import INPUTS, Floats
from ..vectors import aligned, aligned_zeros, place
from .kernels import HUGE, TINY, activate_frames
from .layers import GATED, Layer, whole
from .memory import SLACK, TOGETHER

FIELDS = (
    "frames", "inputs", "taps", "dilation", "takes", "merged", "window", "rows", "steps",
    "activation", "input_at", "window_at", "lanes_at", "bias_at",
)  # fmt: skip
WHOLE = np.dtype([(name, np.int64) for name in FIELDS] + [("slope", np.float32)])


class WholeWeights(NamedTuple):
    """Layers that work one after another, L of them."""

    layers: NDArray[Any]  # (L,) of WHOLE
    lanes: NDArray[np.uint32]  # all matrices, see `bfloat16`
    bias: Floats  # all biases


class WholeMemory(NamedTuple):
    """Memory for one call; the silence around its signals stays 0."""

    signals: Floats  # every layer's input
    windows: Floats  # (TOGETHER, ·) windows of a dilated layer


@dataclass(frozen=True)
class Padded:
    """A layer, and the frames of silence before and after its input.

    A convolution gives what `torch.conv1d` gives for so much padding. A transposed one gives what
    `torch.conv_transpose1d` gives, from `(reach - 1 - before) · stride` frames on.
    """

    layer: Layer
    before: int = 0
    after: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a layer that streams only."""
        if self.layer.activation == GATED or self.layer.residual:
            raise ValueError("gated and residual layers have no form for whole signals")
        if self.layer.dilation > 1 and self.merged > 1:
            raise ValueError(f"dilated outputs come in multiples of {CHANNEL_MULTIPLE}")

    @property
    def merged(self) -> int:
        """Return how many steps one product computes: together they give whole vectors."""
        return CHANNEL_MULTIPLE // gcd(CHANNEL_MULTIPLE, self.layer.numbers)

    @property
    def lead(self) -> int:
        """Return the frames of silence before the input that the first window begins with."""
        return self.before + (self.layer.taps - self.layer.reach) * self.layer.dilation

    def steps(self, frames: int) -> int:
        """Return the steps for so many input frames. ValueError if they are no whole products."""
        layer = self.layer
        heard = frames + self.before + self.after - (layer.reach - 1) * layer.dilation
        steps = (heard - 1) // layer.takes + 1
        if steps < 1 or steps % self.merged:
            raise ValueError(f"{steps} steps are not a multiple of {self.merged}")
        return steps

    def matrix(self, weight: Floats) -> Floats:
        """Return (rows, window): `merged` steps, each with its taps where it sees them."""
        layer = self.layer
        one = layer.matrix(weight)[: layer.numbers].reshape(layer.numbers, layer.taps, -1)
        seen = layer.taps + (self.merged - 1) * layer.takes
        rows = np.zeros((self.merged, layer.numbers, seen, layer.inputs), np.float32)
        for step in range(self.merged):
            first = step * layer.takes
            rows[step, :, first : first + layer.taps] = one
        flat = rows.reshape(self.merged * layer.numbers, -1)
        return np.pad(flat, ((0, 0), (0, -flat.shape[1] % INPUTS)))

    def weight(self, matrix: Floats) -> Floats:
        """Return what `matrix` was made of: every step has the same."""
        layer = self.layer
        one = matrix[: layer.numbers, : layer.taps * layer.inputs]
        return layer.weight(np.pad(one, ((0, layer.rows - layer.numbers), (0, 0))))

    def rounded(self, weight: Floats) -> Floats:
        """Return the weight that is computed with."""
        matrix = self.matrix(weight)
        return self.weight(bfloat16.unpack(lanes_of(matrix), *matrix.shape))


def whole_weights(
    layers: Sequence[Padded], tensors: Sequence[tuple[Floats, Floats]], frames: int
) -> WholeWeights:
    """Pack each layer's weight and bias, for signals of so many frames. [control]"""
    records = np.zeros(len(layers), WHOLE)
    lanes: list[NDArray[np.uint32]] = []
    biases: list[Floats] = []
    memory_at = 0
    for record, padded, (weight, bias) in zip(records, layers, tensors, strict=True):
        layer, steps, matrix = padded.layer, padded.steps(frames), padded.matrix(weight)
        record["frames"], record["steps"], record["merged"] = frames, steps, padded.merged
        record["rows"], record["window"] = matrix.shape
        for name in ("inputs", "taps", "dilation", "takes", "activation", "slope"):
            record[name] = getattr(layer, name)
        record["window_at"] = memory_at
        record["input_at"] = memory_at + padded.lead * layer.inputs
        record["lanes_at"], record["bias_at"] = sum(map(len, lanes)), sum(map(len, biases))
        lanes.append(lanes_of(matrix))
        biases.append(np.tile(bias, layer.gives * padded.merged))
        memory_at += whole((padded.lead + frames + padded.after) * layer.inputs) + SLACK
        frames = steps * layer.gives
    return WholeWeights(records, aligned(np.concatenate(lanes)), aligned(np.concatenate(biases)))


def lanes_of(matrix: Floats) -> NDArray[np.uint32]:
    """Return the lanes of a matrix, block by block, so that a block stays in the cache."""
    blocks = range(0, len(matrix), bfloat16.WIDE)
    return np.concatenate([bfloat16.pack(matrix[row : row + bfloat16.WIDE]) for row in blocks])


def whole_memory(layers: Sequence[Padded], frames: int) -> WholeMemory:
    """Return silence for signals of so many frames. [control]"""
    size = windows = 0
    for padded in layers:
        layer = padded.layer
        size += whole((padded.lead + frames + padded.after) * layer.inputs) + SLACK
        windows = max(windows, whole(layer.taps * layer.inputs) if layer.dilation > 1 else 0)
        frames = padded.steps(frames) * layer.gives
    return WholeMemory(aligned_zeros(size), aligned_zeros(TOGETHER, windows))


class WholeSignal:
    """Layers with weights and biases, for signals of one length. One thread uses it."""

    def __init__(
        self, layers: Sequence[Padded], tensors: Sequence[tuple[Floats, Floats]], frames: int
    ) -> None:
        """Pack and allocate. [control]"""
        self._weights = whole_weights(layers, tensors, frames)
        self._memory = whole_memory(layers, frames)
        last = self._weights.layers[-1]
        self._out = aligned_zeros(int(last["steps"] // last["merged"] * last["rows"]))
        self._outputs = layers[-1].layer.outputs

    def process(self, x: Floats) -> Floats:
        """Turn (frames, channels) into (frames, channels). ValueError for another length."""
        first = self._weights.layers[0]
        if x.shape != (first["frames"], first["inputs"]):
            raise ValueError(f"a signal {x.shape} is not ({first['frames']}, {first['inputs']})")
        run_whole(*self._weights, self._memory, np.ascontiguousarray(x, np.float32), self._out)
        return self._out.reshape(-1, self._outputs).copy()


@whole_call
def run_whole(
    layers: Any, lanes: NDArray[np.uint32], bias: Floats, memory: WholeMemory, x: Floats,
    out: Floats,
) -> None:  # fmt: skip
    """Process a signal `x` (frames, channels) into `out`, flat. [any]"""
    first = layers[0]["input_at"]
    for frame in range(min(len(x), layers[0]["frames"])):
        for channel in range(layers[0]["inputs"]):
            value = x[frame, channel]
            usable = TINY < abs(value) < HUGE
            at = first + frame * layers[0]["inputs"] + channel
            memory.signals[at] = value if usable else np.float32(0.0)
    advance_whole(layers, lanes, bias, memory, place(out, 0))


@part
def advance_whole(
    layers: Any, lanes: NDArray[np.uint32], bias: Floats, memory: WholeMemory, out: int
) -> None:
    """Compute the last layer's output from the first layer's input in memory."""
    last = len(layers) - 1
    for k in range(last):
        _layer(layers[k], lanes, bias, memory, place(memory.signals, layers[k + 1]["input_at"]))
    _layer(layers[last], lanes, bias, memory, out)


@part
def _layer(
    layer: Any, lanes: NDArray[np.uint32], bias: Floats, memory: WholeMemory, y: int
) -> None:
    inputs, rows, window = layer["inputs"], layer["rows"], layer["window"]
    source = place(memory.signals, layer["input_at"])
    activate_frames(layer, layer["frames"], source, source)
    products, stride = layer["steps"] // layer["merged"], layer["merged"] * layer["takes"] * inputs
    for row in range(0, rows, WIDE):
        count = min(WIDE, rows - row)
        matrix = place(lanes, layer["lanes_at"] + row * (window // 2))
        start = place(bias, layer["bias_at"] + row)
        step = 0
        while step < products:
            left = products - step
            columns = TOGETHER if left >= TOGETHER else 2 if left >= 2 else 1
            x, x_step = place(memory.signals, layer["window_at"] + step * stride), stride
            if layer["dilation"] > 1:
                _gather(layer, memory, x, columns)
                x, x_step = place(memory.windows, 0), memory.windows.shape[1]
            here = y + 4 * (step * rows + row)
            product(columns, matrix, window, count, x, x_step, start, 0, here, rows)
            step += columns


@part
def _gather(layer: Any, memory: WholeMemory, x: int, columns: int) -> None:
    """Copy the taps of each step side by side."""
    inputs = layer["inputs"]
    for column in range(columns):
        for tap in range(layer["taps"]):
            frame = column * layer["takes"] + tap * layer["dilation"]
            target = column * memory.windows.shape[1] + tap * inputs
            move(inputs, x + 4 * frame * inputs, place(memory.windows, target))
