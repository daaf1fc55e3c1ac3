"""LSTM captures. [control]"""

from typing import NamedTuple

from .fields import Fields, Weights
from .steps.program import Floats, Kind, Program, Rows, Term
from .steps.recurrent import Recurrent

MOST_UNITS, MOST_LAYERS = 256, 16


class Lstm(NamedTuple):
    """Layers of an LSTM and a matrix after them."""

    layers: list[Recurrent]
    head: Floats  # (outputs, units)
    bias: Floats

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its steps and return the rows of its output."""
        for layer in self.layers:
            source = layer.add(program, source)
        out = program.rows(len(self.bias))
        program.product(out, [Term(source, [0], self.head[:, :, None])], self.bias)
        return out


def read_lstm(config: Fields, weights: Weights) -> Lstm:
    """Return the network of a file. ValueError for what does not fit."""
    units = config.integer("hidden_size", 1, MOST_UNITS)
    inputs = config.integer("input_size", 1, MOST_UNITS, 1)
    layers = []
    for _ in range(config.integer("num_layers", 1, MOST_LAYERS)):
        matrix = weights.take(4 * units, inputs + units)
        bias, output, cell = (weights.take(size) for size in (4 * units, units, units))
        layers.append(
            Recurrent(
                Kind.LSTM, matrix[:, :inputs], matrix[:, inputs:], bias, cell[:0], output, cell
            )
        )
        inputs = units
    outputs = config.integer("out_channels", 1, MOST_UNITS, 1)
    head = weights.take(outputs, units)
    network = Lstm(layers, head, weights.take(outputs))
    weights.finish()
    return network
