"""The layers of `kernels.run` for many streams at once in torch, on any device.

It uses the same table, the same rounded weights and the same layout of a stream's memory; in
float32, as products of (streams · steps) windows with a layer's matrix, as in `layers`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from .. import bfloat16
from .kernels import HUGE, TINY
from .layers import ELU, GATED, LEAKY, RELU, TANH, Layer
from .memory import State, Weights, restore, state_of


class _Placed(NamedTuple):
    """A layer, and the places of its numbers."""

    layer: Layer
    matrix: Tensor  # (numbers, taps · inputs)
    biases: slice
    history: slice  # of a stream's memory
    rest: slice  # unused memory that fills up a layer's place
    windows: Tensor | None  # (steps · taps,) frames that steps see; None: one frame each


class DeviceLayers:
    """`streams` streams that always take the same number of frames, whole steps of every layer.

    Everything except making it happens in the order of one `DeviceCall`.
    """

    def __init__(
        self, layers: Sequence[Layer], weights: Weights, streams: int, frames: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        """Upload the weights, and start. [control]"""
        self._layers, self.streams = tuple(layers), streams
        self.history = torch.zeros(streams, sum(layer.remembered for layer in layers)).to(device)
        self._placed: list[_Placed] = []
        for layer, record in zip(layers, weights.layers, strict=True):
            self._placed.append(_placed(layer, record, weights, frames, device))
            frames = frames // layer.takes * layer.gives

    # -- between calls -----------------------------------------------------------------------------

    def state(self) -> State:
        """Return copies of the state; no step is ever unfinished. [render]"""
        state = state_of(self._layers, self.streams)
        state.history[...] = self.history.cpu().numpy()
        return state

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Continue bit for bit from such copies; ValueError as `memory.restore`. [render]"""
        here = state_of(self._layers, self.streams)
        restore(here, state)
        self.history.copy_(torch.from_numpy(here.history))

    def reset(self, stream: int) -> None:
        """Start a stream again, as if nothing had been before. [render]"""
        self.history[stream] = 0.0

    # -- in a call: the operations never depend on the numbers -------------------------------------

    def advance(self, x: Tensor, bias: Tensor, due: Tensor | None = None) -> Tensor:
        """Return (streams, frames, outputs) of (streams, frames, inputs); `bias` of all layers,
        flat.

        Streams that are not `due` (streams,) keep their memory; their output is void.
        """
        size = x.abs()
        usable = (size > TINY) & (size < HUGE)  # both False for NaN
        work = {self._layers[0].source: x.masked_fill(~usable, 0.0)}
        remembered: list[Tensor] = []
        for placed in self._placed:
            layer = placed.layer
            y, kept = self._step(placed, work[layer.source], bias)
            work[layer.target] = work[layer.target] + y if layer.residual else y
            remembered += [kept.flatten(1), self.history[:, placed.rest]]
        after = torch.cat(remembered, 1)  # (streams, size of the history)
        self.history.copy_(after if due is None else torch.where(due[:, None], after, self.history))
        return work[self._layers[-1].target]

    def _step(self, placed: _Placed, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """Return one layer's output (streams, F', outputs) of (streams, F, inputs), and its new
        memory.
        """
        layer = placed.layer
        heard = _activated(layer, x)
        if layer.history:
            before = self.history[:, placed.history].view(len(x), layer.history, -1)
            heard = torch.cat([before, heard], 1)  # (streams, history + F, inputs)
        windows = heard if placed.windows is None else heard.index_select(1, placed.windows)
        rows = windows.reshape(-1, layer.taps * layer.inputs)  # (streams · steps, taps · inputs)
        y = F.linear(rows, placed.matrix, bias[placed.biases])  # (streams · steps, numbers)
        return y.view(len(x), -1, layer.outputs), heard[:, x.shape[1] :]


def _activated(layer: Layer, x: Tensor) -> Tensor:
    """Return (streams, F, given) as (streams, F, inputs)."""
    kind = layer.activation
    if kind == GATED:
        a, b = x.chunk(2, dim=-1)
        return torch.tanh(a) * torch.sigmoid(b)
    if kind == LEAKY:
        return F.leaky_relu(x, layer.slope)
    if kind == TANH:
        return torch.tanh(x)
    return F.elu(x) if kind == ELU else F.relu(x) if kind == RELU else x


def _placed(
    layer: Layer, record: np.void, weights: Weights, frames: int, device: torch.device
) -> _Placed:
    steps, unfinished = divmod(frames, layer.takes)
    if unfinished:
        raise ValueError(f"{frames} frames: expected whole steps of {layer.takes}")
    size, at = layer.taps * layer.inputs, int(record["lanes_at"])
    lanes = weights.lanes[at : at + layer.rows * size // 2]
    matrix = bfloat16.unpack(lanes, layer.rows, size)[: layer.numbers]
    bias_at, state_at = int(record["bias_at"]), int(record["state_at"])
    needed = state_at + layer.history * layer.inputs
    return _Placed(
        layer,
        torch.from_numpy(matrix).to(device),
        slice(bias_at, bias_at + layer.numbers),
        slice(state_at, needed),
        slice(needed, state_at + layer.remembered),
        None if layer.taps == layer.takes == 1 else _windows(layer, steps).to(device),
    )


def _windows(layer: Layer, steps: int) -> Tensor:
    """Return (steps · taps,) indices of the layer's input frames that its steps see."""
    first = layer.skipped + layer.takes * torch.arange(steps)
    return (first[:, None] + layer.dilation * torch.arange(layer.taps)).flatten()
