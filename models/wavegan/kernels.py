"""Generator network as one call of machine code, without the GIL.

Nothing here allocates, raises, or reads out of range.
"""

import numpy as np
from numpy.typing import NDArray

from ..compiled.conv.whole import advance_whole
from ..compiled.decorators import part, whole_call
from ..compiled.dense import advance
from ..compiled.elementwise import LOG2E, elementwise, exp2
from ..compiled.vectors import Vector, place
from .packing import Floats, Scratch, Weights

STEEPEST = 20.0  # tanh is ±1 beyond it


def _tanh(x: Vector) -> Vector:
    """Return (e^2x - 1) / (e^2x + 1), absolute error 2e-7; NaN becomes 1."""
    power = exp2(x.at_most(STEEPEST).at_least(-STEEPEST) * (2.0 * LOG2E))
    return (power - 1.0) / (power + 1.0)


squash = elementwise(_tanh)


@whole_call
def generate(weights: Weights, scratch: Scratch, mixture: Floats, out: Floats) -> None:
    """Compute the waveform `out` (frames,) of the latent in `scratch`. [any]

    `mixture` (classes,): the share of each class's bias in the first layer.
    """
    _first(weights, scratch, mixture)
    signal = place(scratch.signal, max(0, len(weights.filter) - 1) // 2)
    levels = weights.levels
    advance_whole(levels.layers, levels.lanes, levels.bias, scratch.memory, signal)
    squash(len(out), signal, signal)
    _filter(weights.filter, scratch.signal, out)


@part
def _first(weights: Weights, scratch: Scratch, mixture: Floats) -> None:
    """Compute the first level's input from the latent."""
    begin, size = weights.levels.layers[0]["input_at"], weights.first.outputs
    x = scratch.memory.signals[begin : begin + size]
    for k in range(size):
        x[k] = weights.first.bias[k]
    for index in range(len(mixture)):
        if mixture[index] != 0:
            for k in range(size):
                x[k] += mixture[index] * weights.classes[index, k]
    y = place(scratch.memory.signals, begin)
    advance(weights.first, place(scratch.latent, 0), y, y)


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
