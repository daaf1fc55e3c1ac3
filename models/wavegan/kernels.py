"""Generator network as one call of machine code, without the GIL.

A level's matrix is processed in blocks of outputs that stay in the processor's L2 cache for all of
the level's frames. Nothing here allocates, raises, or reads out of range.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.extending import intrinsic
from numpy.typing import NDArray

from numba import njit, types
from rtaudiogen.kernel_cache import cached_njit

from ..compiled.bfloat16 import WIDE, product
from ..compiled.elementwise import LOG2E, exp2
from ..compiled.vectors import Vector, address, load, place, pointers, sweep
from .packing import EDGE, Floats, Scratch, Weights

TOGETHER = 4  # windows that share a weight once it is loaded
STEEPEST = 20.0  # tanh is ±1 beyond it

part: Any = njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)
whole_call: Any = cached_njit(nogil=True, error_model="numpy", _nrt=False)


def _elementwise(function: Any) -> Any:
    @intrinsic
    def apply(typing_context, size, source, target):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            source, target = pointers(builder, *arguments[1:])

            def body(i: ir.Value) -> None:
                function(load(builder, address(builder, source, i))).store(
                    address(builder, target, i)
                )

            sweep(builder, arguments[0], body)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 3), codegen

    return apply


def _tanh(x: Vector) -> Vector:
    """Return (e^2x - 1) / (e^2x + 1), absolute error 2e-7; NaN becomes 1."""
    power = exp2(x.at_most(STEEPEST).at_least(-STEEPEST) * (2.0 * LOG2E))
    return (power - 1.0) / (power + 1.0)


# target = f(source), `size` elements, a multiple of 16; `target` may be `source`
rectify = _elementwise(lambda x: x.at_least(0.0))
squash = _elementwise(_tanh)


@whole_call
def generate(weights: Weights, scratch: Scratch, mixture: Floats, out: Floats) -> None:
    """Compute the waveform `out` (frames,) of the latent in `scratch`. [any]

    `mixture` (classes,): the share of each class's bias in the first layer.
    """
    levels = weights.levels
    _first(weights, scratch, mixture)
    for number in range(len(levels) - 1):
        target = levels[number + 1]
        y = place(scratch.memory, target.memory_at + EDGE * target.inputs)
        _level(weights, scratch, number, y)
    taps = len(weights.filter)
    signal = place(scratch.signal, max(0, taps - 1) // 2)
    _level(weights, scratch, len(levels) - 1, signal)
    squash(len(out), signal, signal)
    _filter(weights.filter, scratch.signal, out)


@part
def _first(weights: Weights, scratch: Scratch, mixture: Floats) -> None:
    """Compute the first level's input from the latent."""
    level = weights.levels[0]
    begin, size = level.memory_at + EDGE * level.inputs, len(weights.first_bias)
    x = scratch.memory[begin : begin + size]
    for k in range(size):
        x[k] = weights.first_bias[k]
    for index in range(len(mixture)):
        if mixture[index] != 0:
            for k in range(size):
                x[k] += mixture[index] * weights.classes[index, k]
    y, latent = place(scratch.memory, begin), place(scratch.latent, 0)
    product(1, place(weights.lanes, 0), len(scratch.latent), size, latent, 0, y, 0, y, 0)


@part
def _level(weights: Weights, scratch: Scratch, number: int, y: int) -> None:
    """Compute groups of output frames into `y`, one after another."""
    level = weights.levels[number]
    begin = level.memory_at + EDGE * level.inputs
    source = place(scratch.memory, begin)
    rectify(level.frames * level.inputs, source, source)
    first = place(scratch.memory, level.memory_at)
    steps, stride = level.frames // level.groups, level.groups * level.inputs
    for row in range(0, level.rows, WIDE):
        count = min(WIDE, level.rows - row)
        lanes = place(weights.lanes, level.lanes_at + row * (level.window // 2))
        start = place(weights.bias, level.bias_at + row)
        for step in range(0, steps, TOGETHER):
            x = first + 4 * step * stride
            here = y + 4 * (step * level.rows + row)
            product(
                TOGETHER, lanes, level.window, count, x, stride, start, 0, here, level.rows
            )  # fmt: skip


@part
def _filter(taps: Floats, signal: NDArray[np.float32], out: Floats) -> None:
    """Write the signal to `out` unchanged, or filtered: out[n] = Σ taps[k] · signal[n + k]."""
    frames = len(out)
    if len(taps) == 0:
        for n in range(frames):
            out[n] = signal[n]
        return
    for n in range(frames):
        out[n] = 0
    for k in range(len(taps)):
        for n in range(frames):
            out[n] += taps[k] * signal[n + k]
