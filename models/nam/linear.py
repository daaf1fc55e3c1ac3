"""Linear captures. [control]"""

from typing import NamedTuple

import numpy as np

from .fields import Fields, Weights
from .steps.program import Floats, Program, Rows, Term

MOST_TAPS = 1 << 14


class Linear(NamedTuple):
    """An impulse response."""

    response: Floats  # (frames,), the newest frame's weight first
    bias: Floats

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its step and return the row of its output."""
        out = program.rows(1)
        delays = range(len(self.response))
        program.product(out, [Term(source, delays, self.response[None, None])], self.bias)
        return out


def read_linear(config: Fields, weights: Weights) -> Linear:
    """Return the network of a file. ValueError for what does not fit."""
    response = weights.take(config.integer("receptive_field", 1, MOST_TAPS))
    bias = weights.take(1) if config.switch("bias", False) else np.zeros(1, np.float32)
    weights.finish()
    return Linear(response, bias)
