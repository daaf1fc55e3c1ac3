"""A recurrent layer, packed as `recurrence` runs it. [control]"""

from typing import NamedTuple

import numpy as np

from .program import Floats, Kind, Program, Rows


def lanes_of(units: int) -> int:
    """Return how many units a vector holds."""
    return 4 if units <= 4 else 8 if units <= 8 else 16


class Recurrent(NamedTuple):
    """A recurrent layer: gates · units rows, in the order of its kind (see `recurrence`)."""

    kind: Kind
    told: Floats  # (gates · units, inputs)
    own: Floats  # (gates · units, units)
    bias: Floats  # (gates · units,)
    inner_bias: Floats  # (units,), of a GRU
    output: Floats  # (units,), at the start
    cell: Floats  # (units,), at the start, of an LSTM

    def add(self, program: Program, source: Rows) -> Rows:
        """Add the layer and return its rows."""
        units = self.own.shape[1]
        lanes = lanes_of(units)
        width = -(-units // lanes) * lanes
        gates = len(self.bias) // units
        columns = np.concatenate([self.bias[:, None], self.told, self.own], 1)
        padded = np.zeros((gates, width, columns.shape[1]), np.float32)
        padded[:, :units] = columns.reshape(gates, units, -1)
        # block, column, gate, lane
        ordered = padded.reshape(gates, -1, lanes, columns.shape[1]).transpose(1, 3, 0, 2)
        blocks = ordered.reshape(width // lanes, -1)
        start = [_padded(self.output, width), np.zeros(width, np.float32)]
        if self.kind == Kind.GRU:
            inner = _padded(self.inner_bias, width).reshape(-1, lanes)
            blocks = np.concatenate([blocks, inner], 1)
        else:
            start.append(_padded(self.cell, width))
        target = program.rows(units)
        program.recurrent(self.kind, target, source, blocks.ravel(), np.concatenate(start))
        return target


def _padded(values: Floats, width: int) -> Floats:
    return np.concatenate([values, np.zeros(width - len(values), np.float32)])
