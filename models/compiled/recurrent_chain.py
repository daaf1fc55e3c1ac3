"""Recurrent layers as a stream of any number of frames, with explicit state. [control]"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .conv.kernels import HUGE, TINY
from .decorators import whole_call
from .elementwise import copy
from .packing import INPUTS, Floats
from .recurrent import Recurrent, recurrent, step_gru, step_lstm
from .state import restore
from .vectors import aligned_zeros, place

GRU, LSTM = 3, 4  # gates
LARGEST_CELL = 1e6  # larger values are invalid


class RecurrentChain:
    """One stream through the layers of a `torch.nn.GRU` or a `torch.nn.LSTM`, one after another."""

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        """Pack a `state_dict()`; its shapes tell GRU or LSTM. ValueError for any other."""
        self._layers: list[Recurrent] = []
        gates, width = tensors["weight_hh_l0"].shape
        self.width, self._gates = width, gates // width
        if self._gates not in (GRU, LSTM) or gates % width:
            raise ValueError(f"weights {gates} x {width} are neither a GRU's nor an LSTM's")
        while (ih := f"weight_ih_l{len(self._layers)}") in tensors:
            names = (ih, *(ih.replace("weight_ih", n) for n in ("weight_hh", "bias_ih", "bias_hh")))
            self._layers.append(recurrent(*(np.asarray(tensors[n], np.float32) for n in names)))
        self.inputs = tensors["weight_ih_l0"].shape[1]
        count = len(self._layers)
        self._scratch = aligned_zeros(2 * self._gates * width)
        self._hidden, self._cell = aligned_zeros(count, width), aligned_zeros(count, width)

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Return the live arrays by name; copy them to save."""
        hidden: dict[str, NDArray[Any]] = {"hidden": self._hidden}
        return hidden | {"cell": self._cell} if self._gates == LSTM else hidden

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Continue bit for bit from copies of `state`; ValueError if it is another chain's."""
        restore(self.state, state)
        self._hidden[~(np.abs(self._hidden) <= 1.0)] = 0.0  # it may come from a damaged file
        self._cell[~(np.abs(self._cell) <= LARGEST_CELL)] = 0.0

    def reset(self) -> None:
        """Forget everything."""
        self._hidden[:], self._cell[:] = 0.0, 0.0

    def process(self, x: Floats) -> Floats:
        """Turn (frames, inputs) into (frames, width)."""
        size = np.abs(x)
        y = np.where((size > TINY) & (size < HUGE), x, np.float32(0.0))
        y = np.pad(y, ((0, 0), (0, -x.shape[1] % INPUTS)))
        for layer, hidden, cell in zip(self._layers, self._hidden, self._cell, strict=True):
            out = np.zeros((len(y), self.width), np.float32)
            if self._gates == GRU:
                run_gru(layer, hidden, self._scratch, np.ascontiguousarray(y), out)
            else:
                run_lstm(layer, hidden, cell, self._scratch, np.ascontiguousarray(y), out)
            y = out
        return y


@whole_call
def run_gru(layer: Recurrent, hidden: Floats, scratch: Floats, x: Floats, out: Floats) -> None:
    """Turn frames `x` (frames, inputs) into `out` (frames, W), from `hidden` (W,) on. [render]"""
    width = layer.own.inputs
    start, gates, now = place(layer.told.bias, 0), place(scratch, 0), place(hidden, 0)
    for frame in range(len(x)):
        step_gru(layer, place(x, frame * x.shape[1]), start, gates, now)
        copy(width, now, place(out, frame * width))


@whole_call
def run_lstm(
    layer: Recurrent, hidden: Floats, cell: Floats, scratch: Floats, x: Floats, out: Floats
) -> None:
    """Turn frames `x` (frames, inputs) into `out` (frames, W), from the two states on. [render]"""
    width = layer.own.inputs
    start, gates, now = place(layer.told.bias, 0), place(scratch, 0), place(hidden, 0)
    for frame in range(len(x)):
        step_lstm(layer, place(x, frame * x.shape[1]), start, gates, now, place(cell, 0))
        copy(width, now, place(out, frame * width))
