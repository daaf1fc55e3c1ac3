"""Layers as a stream of any number of frames, with explicit state. [control]"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels import run
from .layers import Conv, Floats, Layer, TransposedConv
from .memory import restore, scratch_of, state_of, weights_of

BLOCK = 64  # the most input frames that go through all layers at once


class Chain:
    """One stream through layers with given weights and biases."""

    def __init__(self, layers: Sequence[Layer], tensors: Sequence[tuple[Floats, Floats]]) -> None:
        """Allocate and start. ValueError if a weight or bias does not fit its layer."""
        for layer, (weight, bias) in zip(layers, tensors, strict=True):
            if weight.shape != layer.weight_shape or bias.shape != (layer.outputs,):
                raise ValueError(
                    f"weight {weight.shape} or bias {bias.shape} does not fit its layer"
                )
        self.layers = tuple(layers)
        self._weights = weights_of(layers, tensors)
        self._state, self._scratch = state_of(layers, 1), scratch_of(layers, BLOCK)

    @property
    def delay_frames(self) -> int:
        """Input frames from the first frame of a step to the output that contains it."""
        return delay_frames(self.layers)

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """The live arrays by name; copy them to save."""
        return self._state._asdict()

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Continue bit for bit from copies of `state`; ValueError for another chain's state."""
        restore(self._state, state)

    def reset(self) -> None:
        """Start again, as if nothing had been processed before."""
        for array in self._state:
            array[...] = 0

    def process(self, x: Floats) -> Floats:
        """Return the (frames, channels) that `x` (frames, channels) completes."""
        pieces = [self._process(x[at : at + BLOCK]) for at in range(0, len(x), BLOCK)]
        return np.concatenate([np.zeros((0, self.layers[-1].outputs), np.float32), *pieces])

    def _process(self, x: Floats) -> Floats:
        out = np.zeros(self._scratch.work.shape[1], np.float32)
        frames = run(
            *self._weights, self._state, self._scratch, 0,
            np.ascontiguousarray(x, np.float32).ravel(), out,
        )  # fmt: skip
        width = self.layers[-1].outputs
        return out[: frames * width].reshape(frames, width)


class StreamingConv(Chain):
    """A `CausalConv` frame by frame."""

    def __init__(self, weight: Floats, bias: Floats, stride: int = 1, dilation: int = 1) -> None:
        """Take a weight (outputs, inputs, K) and a bias (outputs,)."""
        outputs, inputs, kernel = weight.shape
        super().__init__([Conv(inputs, outputs, kernel, stride, dilation)], [(weight, bias)])


class StreamingTransposedConv(Chain):
    """A `CausalTransposedConv` frame by frame."""

    def __init__(self, weight: Floats, bias: Floats, stride: int) -> None:
        """Take a weight (inputs, outputs, K) and a bias (outputs,)."""
        inputs, outputs, kernel = weight.shape
        super().__init__([TransposedConv(inputs, outputs, kernel, stride)], [(weight, bias)])


def delay_frames(layers: Sequence[Layer]) -> int:
    """Return input frames from the first frame of a step to the output that contains it."""
    delay, scale = Fraction(0), Fraction(1)  # input frames of the first layer in one of the next
    for layer in layers:
        delay += layer.delay_frames * scale
        scale *= Fraction(layer.takes, layer.gives)
    return int(delay)
