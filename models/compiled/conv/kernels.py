"""Convolution layers one after another, in one call of machine code. [render]

A layer's steps are computed four, two or one at a time and share every weight. A step's sums have
the same order however many there are, so bits do not depend on how a signal is cut into calls.
Nothing here allocates, raises, or reads out of range, whatever the numbers are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bfloat16 import product
from ..channels import CHANNEL_MULTIPLE
from ..decorators import part as part
from ..decorators import whole_call as whole_call
from ..elementwise import add, copy, elu_to, gate, leak, move, rectify_to, squash
from ..vectors import place
from .layers import ELU, GATED, LEAKY, RELU, TANH
from .memory import TOGETHER, Scratch, State

TINY, HUGE = (
    1e-30,
    1e30,
)  # other input counts as 0: subnormal numbers are slow, infinite ones spread


@whole_call
def run(
    layers: Any,
    lanes: NDArray[np.uint32],
    bias: NDArray[np.float32],
    state: State,
    scratch: Scratch,
    voice: int,
    x: NDArray[np.float32],
    out: NDArray[np.float32],
) -> int:
    """Send frames `x` (frames · inputs,) of a voice through all layers to `out`, flat. [render]

    `x` has no more frames than `scratch` was made for. Return the number of output frames; `out`
    gets the first numbers that it has room for.
    """
    frames: int = take_in(layers, scratch, x)
    frames = run_layers(layers, lanes, bias, state, scratch, voice, 0, len(layers), frames)
    give_out(layers, scratch, frames, out)
    return frames


@whole_call
def take_in(layers: Any, scratch: Scratch, x: NDArray[np.float32]) -> int:
    """Start the work of `run`, for `run_layers` to continue; return the frames. [render]"""
    first = layers[0]
    for k in range(len(x)):
        value = x[k]
        usable = TINY < abs(value) < HUGE
        scratch.work[first["source"], k] = value if usable else np.float32(0.0)
    frames: int = len(x) // first["given"]
    return frames


@whole_call
def run_layers(
    layers: Any,
    lanes: NDArray[np.uint32],
    bias: NDArray[np.float32],
    state: State,
    scratch: Scratch,
    voice: int,
    first: int,
    end: int,
    frames: int,
) -> int:
    """Do the part of `run` from layer `first` up to `end`; return the frames after it. [render]"""
    for k in range(first, end):
        frames = _layer(layers, k, lanes, bias, state, scratch, voice, frames)
    return frames


@whole_call
def give_out(layers: Any, scratch: Scratch, frames: int, out: NDArray[np.float32]) -> None:
    """Finish the work of `run` after the last layer. [render]"""
    last = layers[len(layers) - 1]
    size = frames * (last["numbers"] // last["gives"])
    for k in range(min(size, len(out))):
        out[k] = scratch.work[last["target"], k]


@part
def _layer(
    layers: Any,
    k: int,
    lanes: NDArray[np.uint32],
    bias: NDArray[np.float32],
    state: State,
    scratch: Scratch,
    voice: int,
    frames: int,
) -> int:
    """Send `frames` frames from the layer's source to its target; return the frames there."""
    layer = layers[k]
    inputs, takes, history = layer["inputs"], layer["takes"], layer["history"]
    pending = state.pending[voice, k]
    if not 0 <= pending < takes:  # a state may come from a damaged file
        pending = 0
    remembered = place(state.history, voice * state.history.shape[1] + layer["state_at"])
    begin = place(scratch.frames, 0)
    move((history + pending) * inputs, remembered, begin)
    source = place(scratch.work, layer["source"] * scratch.work.shape[1])
    fresh = place(scratch.frames, (history + pending) * inputs)
    activate_frames(layer, frames, source, fresh)
    steps = (pending + frames) // takes
    step = 0
    while step < steps:
        left = steps - step
        columns = TOGETHER if left >= TOGETHER else 2 if left >= 2 else 1
        _steps(layer, lanes, bias, scratch, step, columns)
        step += columns
    pending += frames - steps * takes
    oldest = place(scratch.frames, steps * takes * inputs)
    move((history + pending) * inputs, oldest, remembered)
    state.pending[voice, k] = pending
    given: int = steps * layer["gives"]
    return given


@part
def activate_frames(layer: Any, frames: int, source: int, target: int) -> None:
    """Apply a layer's activation to its input; the last vector may reach beyond `frames`."""
    kind, inputs = layer["activation"], layer["inputs"]
    size = (frames * inputs + CHANNEL_MULTIPLE - 1) // CHANNEL_MULTIPLE * CHANNEL_MULTIPLE
    if kind == ELU:
        elu_to(size, source, target)
    elif kind == RELU:
        rectify_to(size, source, target)
    elif kind == LEAKY:
        leak(size, source, target, layer["slope"])
    elif kind == TANH:
        squash(size, source, target)
    elif kind == GATED:
        for frame in range(frames):
            gate(inputs, source + 8 * frame * inputs, target + 4 * frame * inputs)
    else:
        copy(size, source, target)


@part
def _steps(
    layer: Any,
    lanes: NDArray[np.uint32],
    bias: NDArray[np.float32],
    scratch: Scratch,
    step: int,
    columns: int,
) -> None:
    """Compute steps `step` … `step + columns` of a layer whose input frames lie in scratch."""
    inputs, numbers, rows = layer["inputs"], layer["numbers"], layer["rows"]
    size, stride = layer["taps"] * inputs, layer["takes"] * inputs
    x = place(scratch.frames, step * stride + layer["skipped"] * inputs)
    if layer["dilation"] > 1:
        _gather(layer, scratch, x, columns)
        x, stride = place(scratch.windows, 0), scratch.windows.shape[1]
    target = place(scratch.work, layer["target"] * scratch.work.shape[1] + step * numbers)
    start, start_step = place(bias, layer["bias_at"]), 0
    y, y_step = target, numbers
    if rows > numbers:
        y, y_step = place(scratch.steps, 0), rows
    elif layer["residual"]:
        for column in range(columns):
            here = target + 4 * column * numbers
            add(rows, start, here, here)
        start, start_step = target, numbers
    matrix = place(lanes, layer["lanes_at"])
    product(columns, matrix, size, rows, x, stride, start, start_step, y, y_step)
    if rows > numbers:
        for column in range(columns):
            move(numbers, y + 4 * column * rows, target + 4 * column * numbers)


@part
def _gather(layer: Any, scratch: Scratch, x: int, columns: int) -> None:
    """Copy the taps of each step side by side; a tap's last vector may reach into the next one."""
    inputs, taps = layer["inputs"], layer["taps"]
    size = (inputs + CHANNEL_MULTIPLE - 1) // CHANNEL_MULTIPLE * CHANNEL_MULTIPLE
    for column in range(columns):
        for tap in range(taps):
            frame = column * layer["takes"] + tap * layer["dilation"]
            copy(
                size, x + 4 * frame * inputs,
                place(scratch.windows, column * scratch.windows.shape[1] + tap * inputs),
            )  # fmt: skip
