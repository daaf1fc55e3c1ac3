"""Causal convolutions as products of one matrix with windows of frames.

Frames lie one after another, channels inside, so a window of frames is one contiguous vector. A
*step* takes `takes` new input frames and gives `gives` output frames: a convolution takes a stride
and gives one, a transposed one takes one and gives a stride. Either way the only memory of a layer
is its last input frames. A layer of several groups is computed as one whose other weights are 0.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from ..channels import CHANNEL_MULTIPLE, INPUTS

Floats = NDArray[np.float32]


class Activation(IntEnum):
    """The function that is applied to a frame before a layer."""

    NONE = 0
    ELU = 1
    RELU = 2
    LEAKY = 3  # times the layer's slope below 0
    TANH = 4
    GATED = 5  # tanh(first half) · sigmoid(second half), of twice as many channels


NONE, ELU, RELU, LEAKY, TANH, GATED = Activation


@dataclass(frozen=True)
class Layer:
    """Sizes of a layer, and the places of its input and output in work memory. ValueError if
    invalid.
    """

    inputs: int  # channels of an input frame
    outputs: int  # channels of an output frame
    kernel: int
    stride: int = 1
    dilation: int = 1
    activation: Activation = NONE  # on the way in
    residual: bool = False  # adds to what is at `target`
    source: int = 0
    target: int = 0
    groups: int = 1  # of channels that do not see each other
    slope: float = 0.01  # of LEAKY, below 0

    def __post_init__(self) -> None:
        """Check the sizes."""
        sizes = (self.inputs, self.outputs, self.kernel, self.stride, self.dilation)
        if min(sizes) < 1:
            raise ValueError(f"sizes of a layer must be positive, not {sizes}")
        if self.groups < 1 or self.inputs % self.groups or self.outputs % self.groups:
            raise ValueError(f"{self.groups} groups do not divide the channels")
        Activation(self.activation)  # ValueError for another number
        if self.activation == GATED and self.inputs % CHANNEL_MULTIPLE:
            raise ValueError(f"gated channels come in multiples of {CHANNEL_MULTIPLE}")

    @property
    def weight_shape(self) -> tuple[int, int, int]:
        """Shape of the weight as in torch."""
        raise NotImplementedError

    @property
    def takes(self) -> int:
        """Input frames of a step."""
        raise NotImplementedError

    @property
    def gives(self) -> int:
        """Output frames of a step."""
        raise NotImplementedError

    @property
    def reach(self) -> int:
        """Input frames that the kernel itself sees."""
        raise NotImplementedError

    def matrix(self, weight: Floats) -> Floats:
        """Return (rows, taps · inputs), oldest tap first, with 0 beyond the kernel."""
        raise NotImplementedError

    def weight(self, matrix: Floats) -> Floats:
        """Return the weight that `matrix` was made of."""
        raise NotImplementedError

    @property
    def given(self) -> int:
        """Return the channels of a frame before its activation."""
        return 2 * self.inputs if self.activation == GATED else self.inputs

    @property
    def taps(self) -> int:
        """Frames of a window; more of the past than the kernel sees if a product needs it."""
        least = INPUTS // gcd(INPUTS, self.inputs)
        return ceil(self.reach / least) * least

    @property
    def numbers(self) -> int:
        """Numbers that a step gives."""
        return self.gives * self.outputs

    @property
    def rows(self) -> int:
        """Numbers that a step computes: whole vectors."""
        return whole(self.numbers)

    @property
    def window(self) -> int:
        """Input frames from the first tap to the last, both included."""
        return (self.taps - 1) * self.dilation + 1

    @property
    def history(self) -> int:
        """Earlier input frames that a step needs in addition to those it takes."""
        return max(self.window - self.takes, 0)

    @property
    def skipped(self) -> int:
        """First ones of a step's frames that no tap sees."""
        return max(self.takes - self.window, 0)

    @property
    def kept(self) -> int:
        """The most input frames kept between two calls: history, and an unfinished step."""
        return self.history + self.takes - 1

    @property
    def remembered(self) -> int:
        """Numbers of a stream's memory for the kept frames: whole vectors."""
        return whole(self.kept * self.inputs)

    @property
    def delay_frames(self) -> int:
        """Input frames from the first frame of a step to the step's output."""
        return self.takes - 1

    def row_bias(self, bias: Floats) -> Floats:
        """Return the (rows,) that a step starts from, of a bias (outputs,)."""
        return np.pad(np.tile(bias, self.gives), (0, self.rows - self.numbers))


class Conv(Layer):
    """out[n] = b + Σ_k W_k x[n·S + S - 1 - (K-1-k)·D], weight (outputs, inputs / groups, K)."""

    @property
    def weight_shape(self) -> tuple[int, int, int]:
        """Return the shape of the weight as torch has it."""
        return self.outputs, self.inputs // self.groups, self.kernel

    @property
    def takes(self) -> int:
        """Input frames of a step."""
        return self.stride

    @property
    def gives(self) -> int:
        """Output frames of a step."""
        return 1

    @property
    def reach(self) -> int:
        """Taps of the kernel."""
        return self.kernel

    def matrix(self, weight: Floats) -> Floats:
        """Return the matrix of a weight as torch has it."""
        by_tap = _spread(weight, self.groups).transpose(0, 2, 1)
        more = ((0, self.rows - self.numbers), (self.taps - self.kernel, 0), (0, 0))
        return np.pad(by_tap, more).reshape(self.rows, -1)

    def weight(self, matrix: Floats) -> Floats:
        """Return the weight as torch has it."""
        by_tap = matrix[: self.numbers].reshape(self.outputs, self.taps, self.inputs)
        return _gathered(by_tap[:, self.taps - self.kernel :].transpose(0, 2, 1), self.groups)


class TransposedConv(Layer):
    """out[t·S + r] = b + Σ_m W_{r+m·S} x[t-m], r < S; weight (inputs, outputs / groups, K).

    It has no dilation.
    """

    def __post_init__(self) -> None:
        """Check the sizes."""
        super().__post_init__()
        if self.dilation != 1:
            raise ValueError(f"a transposed layer cannot have dilation {self.dilation}")

    @property
    def weight_shape(self) -> tuple[int, int, int]:
        """Return the shape of the weight as torch has it."""
        return self.inputs, self.outputs // self.groups, self.kernel

    @property
    def takes(self) -> int:
        """Input frames of a step."""
        return 1

    @property
    def gives(self) -> int:
        """Output frames of a step."""
        return self.stride

    @property
    def reach(self) -> int:
        """Input frames that an output frame can see."""
        return ceil(self.kernel / self.stride)

    def matrix(self, weight: Floats) -> Floats:
        """Return the matrix of a weight as torch has it."""
        more = self.taps * self.stride - self.kernel
        by_tap = np.pad(_spread(weight, self.groups), ((0, 0), (0, 0), (0, more)))
        by_tap = by_tap.reshape(self.inputs, self.outputs, self.taps, self.stride)
        ordered = by_tap[:, :, ::-1].transpose(3, 1, 2, 0)  # (S, outputs, taps, inputs)
        return np.pad(
            ordered.reshape(self.numbers, -1), ((0, self.rows - self.numbers), (0, 0))
        )  # fmt: skip

    def weight(self, matrix: Floats) -> Floats:
        """Return the weight as torch has it."""
        ordered = matrix[: self.numbers].reshape(self.stride, self.outputs, self.taps, self.inputs)
        by_tap = ordered.transpose(3, 1, 2, 0)[:, :, ::-1]  # (inputs, outputs, taps, S)
        kernel = by_tap.reshape(self.inputs, self.outputs, -1)[..., : self.kernel]
        return _gathered(kernel, self.groups)


def _spread(weight: Floats, groups: int) -> Floats:
    """Return the weight (A, groups · B, K) of one group: weights between groups are 0.

    `weight` is (A, B, K); its first channels are dealt to the groups one after another.
    """
    if groups == 1:
        return weight
    first, second, kernel = weight.shape
    dense = np.zeros((groups, first // groups, groups, second, kernel), np.float32)
    for group, part in enumerate(weight.reshape(groups, first // groups, second, kernel)):
        dense[group, :, group] = part
    return dense.reshape(first, groups * second, kernel)


def _gathered(weight: Floats, groups: int) -> Floats:
    """Return what `_spread` made a weight of."""
    first, second, kernel = weight.shape
    parts = weight.reshape(groups, first // groups, groups, second // groups, kernel)
    own = [parts[group, :, group] for group in range(groups)]
    return np.concatenate(own).copy()


def whole(size: int) -> int:
    """Return `size` rounded up to whole vectors."""
    return ceil(size / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE
