"""ConvNet captures. [control]"""

from typing import NamedTuple

import numpy as np

from .activations import Activation, activation
from .fields import Fields, Weights
from .steps.program import Floats, Program, Rows, Term

MOST_CHANNELS, MOST_DILATION = 256, 1 << 16


class ConvNet(NamedTuple):
    """Dilated convolutions of two taps, one after the other."""

    terms: list[tuple[Floats, Floats, int]]  # (outputs, inputs, taps), biases, dilation
    act: Activation
    head: Floats
    bias: Floats

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its steps and return the rows of its output."""
        for matrix, bias, dilation in self.terms:
            target = program.rows(len(bias))
            program.product(target, [Term(source, [dilation, 0], matrix)], bias)
            self.act.apply(program, target)
            source = target
        out = program.rows(len(self.bias))
        program.product(out, [Term(source, [0], self.head)], self.bias)
        return out


def read_convnet(config: Fields, weights: Weights) -> ConvNet:
    """Return the network of a file. ValueError for what does not fit."""
    channels = config.integer("channels", 1, MOST_CHANNELS)
    groups = config.integer("groups", 1, MOST_CHANNELS, 1)
    inputs = config.integer("in_channels", 1, MOST_CHANNELS, 1)
    outputs = config.integer("out_channels", 1, MOST_CHANNELS, 1)
    normed = config.switch("batchnorm", False)
    act = activation(config, "activation")
    terms = []
    for dilation in config.integers("dilations", 1, MOST_DILATION):
        matrix = weights.grouped(channels, inputs, 2, groups)
        bias = weights.take(channels) if not normed else np.zeros(channels, np.float32)
        if normed:
            scale, bias = _normalisation(weights, channels)
            matrix = matrix * scale[:, None, None]
        terms.append((matrix, bias, dilation))
        inputs = channels
    head = weights.take(outputs, channels, 1)
    network = ConvNet(terms, act, head, weights.take(outputs))
    weights.finish()
    return network


def _normalisation(weights: Weights, channels: int) -> tuple[Floats, Floats]:
    """Return the scale and the shift of a batch normalisation."""
    mean, variance, gamma, beta = (weights.take(channels).astype(np.float64) for _ in range(4))
    power = variance + weights.take(1)[0]
    if not (power > 0).all():
        raise ValueError("a batch normalisation has a variance that is not positive")
    scale = gamma / np.sqrt(power)
    return scale.astype(np.float32), (beta - scale * mean).astype(np.float32)
