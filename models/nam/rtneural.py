"""Captures in JSON of other programs: RTNeural's and AIDA-X's layers, Proteus's state dictionary.

RTNeural (https://github.com/jatinchowdhury18/RTNeural) keeps weights in the layout of Keras;
Proteus and NeuralPi keep the tensors of `torch.nn.LSTM` or `torch.nn.GRU` by their names. [any]
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .activations import Activation, activation_of
from .fields import Fields
from .steps.program import Floats, Kind, Network, Program, Rows, Term
from .steps.recurrent import Recurrent

PROTEUS_RATE, DEFAULT_RATE = 44100, 48000  # Hz
MOST_GAIN_DB = 60.0
ACTIVATIONS = ("tanh", "relu", "sigmoid")


class Convolved(NamedTuple):
    """A convolution (outputs, inputs, taps), or a matrix, and its activation."""

    weights: Floats
    bias: Floats
    dilation: int = 1
    act: Activation | None = None

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its steps and return its rows."""
        target, taps = program.rows(len(self.bias)), self.weights.shape[2]
        delays = [(taps - 1 - tap) * self.dilation for tap in range(taps)]
        program.product(target, [Term(source, delays, self.weights)], self.bias)
        if self.act is not None:
            self.act.apply(program, target)
        return target


class Activated(NamedTuple):
    """An activation as a layer of its own."""

    act: Activation

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its step and return its rows."""
        target = program.rows(source.channels)
        program.copy(target, source)
        self.act.apply(program, target)
        return target


class Chain(NamedTuple):
    """Layers one after the other, between two gains; with `skip` the input is added."""

    layers: list[Network]
    skip: bool = False
    before: float = 1.0
    after: float = 1.0

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its steps and return the row of its output. ValueError if they do not fit."""
        driven = _amplified(program, source, self.before)
        rows = driven
        for layer in self.layers:
            rows = layer.add(program, rows)
        if self.skip:
            program.add(rows, rows, driven)
        return _amplified(program, rows, self.after)


def _amplified(program: Program, rows: Rows, gain: float) -> Rows:
    if gain == 1.0:
        return rows
    target = program.rows(rows.channels)
    matrix = np.eye(rows.channels, dtype=np.float32)[:, :, None] * np.float32(gain)
    program.product(target, [Term(rows, [0], matrix)])
    return target


def read_rtneural(fields: Fields) -> tuple[Network, int]:
    """Return the network and the rate of RTNeural's or AIDA-X's JSON. ValueError otherwise."""
    if fields.items("in_shape")[-1] != 1:
        raise fields.wrong("in_shape", "1 input; captures with knobs are not supported")
    layers = []
    for layer in fields.objects("layers"):
        kind = layer.text("type")
        if kind not in _LAYERS:
            raise layer.wrong("type", f"one of {', '.join(_LAYERS)}")
        layers.append(_LAYERS[kind](layer))
    before, after = (
        10 ** (fields.number(name, -MOST_GAIN_DB, MOST_GAIN_DB, 0.0) / 20)
        for name in ("in_gain", "out_gain")
    )
    skip = fields.integer("in_skip", 0, 1, 0) == 1
    told = fields if fields.has("samplerate") or not fields.has("metadata") else None
    rated = told or fields.inner("metadata")
    rate = round(rated.number("samplerate", 8000, 384_000, DEFAULT_RATE))
    return Chain(layers, skip, before, after), rate


def _dense(layer: Fields) -> Network:
    matrix, bias = _weights(layer, 2, 1)
    return Convolved(matrix.T[:, :, None], _sized(layer, bias, matrix.shape[1]), 1, _act(layer))


def _conv1d(layer: Fields) -> Network:
    kernel, bias = _weights(layer, 3, 1)
    if layer.integer("groups", 1, 1, 1) != 1:
        raise layer.wrong("groups", "1")
    dilation = layer.integers("dilation", 1, 1 << 16)[0] if layer.has("dilation") else 1
    weights = np.ascontiguousarray(kernel.transpose(2, 1, 0))
    return Convolved(weights, _sized(layer, bias, len(weights)), dilation, _act(layer))


def _lstm(layer: Fields) -> Network:
    told, own, bias = _weights(layer, 2, 2, 1)
    units = own.shape[0]
    _check_recurrent(layer, 4, told, own, bias)
    zeros = np.zeros(units, np.float32)
    return Recurrent(Kind.LSTM, told.T, own.T, bias, zeros[:0], zeros, zeros)


def _gru(layer: Fields) -> Network:
    told, own, biases = _weights(layer, 2, 2, 2)
    units = own.shape[0]
    if len(biases) != 2:
        raise layer.wrong("weights", "two rows of biases")
    _check_recurrent(layer, 3, told, own, biases[0])
    order = np.r_[units : 2 * units, :units, 2 * units : 3 * units]  # z, r, c become r, z, n
    told, own, biases = told[:, order], own[:, order], biases[:, order]
    return _gated(told.T, own.T, biases[0], biases[1])


def _gated(told: Floats, own: Floats, bias: Floats, own_bias: Floats) -> Network:
    """Return a GRU of the tensors of `torch.nn.GRU`."""
    units = own.shape[1]
    inner = own_bias[2 * units :]
    outer = bias + np.concatenate([own_bias[: 2 * units], np.zeros(units, np.float32)])
    zeros = np.zeros(units, np.float32)
    return Recurrent(Kind.GRU, told, own, outer, inner, zeros, zeros[:0])


def _check_recurrent(layer: Fields, gates: int, told: Floats, own: Floats, bias: Floats) -> None:
    units = len(own)
    if own.shape[1] != gates * units or told.shape[1] != gates * units:
        raise layer.wrong("weights", f"{gates} gates of {units} units")
    _sized(layer, bias, gates * units)


def _activation(layer: Fields) -> Network:
    act = _act(layer)
    if act is None:
        raise layer.wrong("activation", f"one of {', '.join(ACTIVATIONS)}")
    return Activated(act)


_LAYERS: Mapping[str, Callable[[Fields], Network]] = {
    "dense": _dense,
    "time-distributed-dense": _dense,
    "conv1d": _conv1d,
    "lstm": _lstm,
    "gru": _gru,
    "activation": _activation,
}


def _act(layer: Fields) -> Activation | None:
    name = layer.text("activation", "")
    if name in ("", "linear"):
        return None
    if name not in ACTIVATIONS:
        raise layer.wrong("activation", f"one of {', '.join(ACTIVATIONS)}")
    return activation_of(name, layer.place)


def _weights(layer: Fields, *dimensions: int) -> list[Floats]:
    """Return a layer's arrays, which have so many dimensions."""
    values = layer.items("weights")
    if len(values) != len(dimensions):
        raise layer.wrong("weights", f"{len(dimensions)} arrays")
    return [_array(layer, value, count) for value, count in zip(values, dimensions, strict=True)]


def _array(layer: Fields, value: Any, dimensions: int) -> Floats:
    try:
        with np.errstate(over="ignore"):
            array = np.array(value, np.float64).astype(np.float32)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{layer.place}its weights are no array of numbers") from None
    if array.ndim != dimensions or not array.size or not np.isfinite(array).all():
        raise ValueError(f"{layer.place}expected weights of {dimensions} dimensions, all finite")
    return array


def _sized(layer: Fields, bias: Floats, size: int) -> Floats:
    if len(bias) != size:
        raise ValueError(f"{layer.place}{len(bias)} biases, expected {size}")
    return bias


def read_proteus(fields: Fields) -> tuple[Network, int]:
    """Return the network and the rate of Proteus's or NeuralPi's JSON. ValueError otherwise."""
    facts, tensors = fields.inner("model_data"), fields.inner("state_dict")
    units = facts.integer("hidden_size", 1, 256)
    kind = facts.text("unit_type", "LSTM")
    if kind not in ("LSTM", "GRU"):
        raise facts.wrong("unit_type", "LSTM or GRU")
    for name in ("input_size", "num_layers", "output_size"):
        facts.integer(name, 1, 1, 1)
    gates = 4 if kind == "LSTM" else 3
    told = _tensor(tensors, "rec.weight_ih_l0", gates * units, 1)
    own = _tensor(tensors, "rec.weight_hh_l0", gates * units, units)
    bias, own_bias = (_tensor(tensors, f"rec.bias_{n}_l0", gates * units) for n in ("ih", "hh"))
    head = _tensor(tensors, "lin.weight", 1, units)
    out = Convolved(head[:, :, None], _tensor(tensors, "lin.bias", 1))
    zeros = np.zeros(units, np.float32)
    layer = (
        Recurrent(Kind.LSTM, told, own, bias + own_bias, zeros[:0], zeros, zeros)
        if kind == "LSTM"
        else _gated(told, own, bias, own_bias)
    )
    skip = facts.integer("skip", 0, 1, 0) == 1
    return Chain([layer, out], skip), PROTEUS_RATE


def _tensor(tensors: Fields, name: str, *shape: int) -> Floats:
    array = _array(tensors, tensors.items(name), len(shape))
    if array.shape != shape:
        raise ValueError(f"'{name}' should be {shape}, not {array.shape}")
    return array
