"""WaveNet captures: dilated convolutions with a condition, in one or more arrays of layers.

The architecture of the neural amp modeler of S. Atkinson, after E.-P. Damskägg et al., "Deep
Learning for Tube Amplifier Emulation", 2019, arXiv:1811.00334.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .activations import Activation
from .steps.program import Floats, Network, Program, Rows, Term


@dataclass(frozen=True)
class Film:
    """A scale and a shift of channels, computed from the condition (arXiv:1709.07871)."""

    weights: Floats  # (1 or 2 · channels, condition, 1)
    bias: Floats

    def apply(self, program: Program, rows: Rows, condition: Rows, target: Rows) -> None:
        """Add steps that set target = rows · scale + shift."""
        turn = program.rows(len(self.bias))
        program.product(turn, [Term(condition, [0], self.weights)], self.bias)
        channels = rows.channels
        scale = turn.part(0, channels)
        if turn.channels == channels:
            program.multiply(target, rows, scale)
        else:
            program.scale_shift(target, rows, scale, turn.part(channels, channels))


@dataclass(frozen=True)
class Conv:
    """A convolution: (outputs, inputs, taps), the newest tap last."""

    weights: Floats
    bias: Floats | None
    dilation: int = 1

    def term(self, rows: Rows) -> Term:
        """Return its product with rows."""
        taps = self.weights.shape[2]
        return Term(rows, [(taps - 1 - tap) * self.dilation for tap in range(taps)], self.weights)

    def apply(self, program: Program, rows: Rows, target: Rows, base: Rows | None = None) -> None:
        """Add the step that sets target = base + the convolution of rows."""
        program.product(target, [self.term(rows)], self.bias, base)

    def cut(self, outputs: Sequence[int] | slice, inputs: int) -> "Conv":
        """Return it with some of its outputs and its first inputs."""
        bias = None if self.bias is None else self.bias[outputs]
        return Conv(self.weights[outputs, :inputs], bias, self.dilation)


@dataclass(frozen=True)
class Layer:
    """One layer: convolution, activation, and what it gives on and to the head."""

    conv: Conv
    mixin: Conv
    onward: Conv | None
    to_head: Conv | None
    films: dict[str, Film]
    mode: str
    act: Activation
    gate: Activation

    @property
    def width(self) -> int:
        """Return the channels after the activation."""
        rows = len(self.conv.weights)
        return rows if self.mode == "none" else rows // 2

    def cut(self, channels: int) -> "Layer":
        """Return it with fewer channels."""
        width = self.width
        kept = list(range(channels))
        if self.mode != "none":
            kept += [width + channel for channel in kept]
        assert self.onward is not None
        return Layer(
            self.conv.cut(kept, channels),
            self.mixin.cut(kept, self.mixin.weights.shape[1]),
            self.onward.cut(slice(channels), channels),
            None,
            {},
            self.mode,
            self.act,
            self.gate,
        )


@dataclass(frozen=True)
class Array:
    """Layers of one width, with the matrices before and after them."""

    rechannel: Conv
    layers: list[Layer]
    head: Conv
    allowed: tuple[int, ...]  # sizes to which it may be cut; empty: none

    def cut(self, channels: int, inputs: int, outputs: int) -> "Array":
        """Return it with fewer channels, inputs and outputs."""
        layers = [layer.cut(channels) for layer in self.layers]
        head = self.head.cut(slice(outputs), channels)
        return Array(self.rechannel.cut(slice(channels), inputs), layers, head, ())


@dataclass(frozen=True)
class WaveNet:
    """The arrays, what follows them, and the model that makes the condition."""

    arrays: list[Array]
    post: list[tuple[Activation, Conv]]
    scale: float
    condition: Network | None

    def sizes(self) -> list["WaveNet"]:
        """Return it in all of its sizes, the smallest first."""
        count = len(self.arrays[0].allowed)
        return [self._sized(size) for size in range(count)] if count else [self]

    def _sized(self, size: int) -> "WaveNet":
        widths = [array.allowed[size] for array in self.arrays]
        inputs = [self.arrays[0].rechannel.weights.shape[1], *widths]
        outputs = [*widths[1:], self.arrays[-1].head.weights.shape[0]]
        cut = [
            array.cut(width, before, after)
            for array, width, before, after in zip(
                self.arrays, widths, inputs, outputs, strict=False
            )
        ]
        return WaveNet(cut, self.post, self.scale, self.condition)

    def add(self, program: Program, source: Rows) -> Rows:
        """Add its steps and return the rows of its output. ValueError if they do not fit."""
        condition = source if self.condition is None else self.condition.add(program, source)
        signal, head = source, None
        for number, array in enumerate(self.arrays, 1):
            if array.layers[0].mixin.weights.shape[1] != condition.channels:
                raise ValueError(
                    f"array {number}: its condition should have {condition.channels} channels"
                )
            signal, head = _add_array(program, array, signal, condition, head)
        assert head is not None
        scaled = program.rows(head.channels)
        eye = np.eye(head.channels, dtype=np.float32)[:, :, None] * np.float32(self.scale)
        program.product(scaled, [Term(head, [0], eye)])
        for act, conv in self.post:
            act.apply(program, scaled)
            target = program.rows(conv.weights.shape[0])
            conv.apply(program, scaled, target)
            scaled = target
        return scaled


def _add_array(
    program: Program, array: Array, source: Rows, condition: Rows, head: Rows | None
) -> tuple[Rows, Rows]:
    """Add an array's steps; return what its last layer and its head give."""
    signal = program.rows(array.rechannel.weights.shape[0])
    array.rechannel.apply(program, source, signal)
    first = array.layers[0]
    widest = max(layer.conv.weights.shape[0] for layer in array.layers)
    inner = program.rows(widest)
    given = first.width if first.to_head is None else first.to_head.weights.shape[0]
    total = program.rows(given)
    if head is not None:
        if head.channels != given:
            raise ValueError(f"a head of {head.channels} channels before an array of {given}")
        program.copy(total, head)
    for number, layer in enumerate(array.layers):
        fresh = number == 0 and head is None
        rows = inner.part(0, layer.conv.weights.shape[0])
        signal = _add_layer(program, layer, signal, condition, rows, total, fresh)
    result = program.rows(array.head.weights.shape[0])
    array.head.apply(program, total, result)
    return signal, result


def _add_layer(
    program: Program, layer: Layer, signal: Rows, condition: Rows, inner: Rows, total: Rows,
    fresh: bool,
) -> Rows:  # fmt: skip
    """Add a layer's steps; return what it gives to the next one."""
    films = layer.films
    _convolve(program, layer, signal, condition, inner)
    _bend(program, films, "activation_pre_film", inner, condition)
    a = _activate(program, layer, inner)
    _bend(program, films, "activation_post_film", a, condition)
    onward = signal
    if layer.onward is not None:
        onward = program.rows(signal.channels)
        # the reference program bends what goes on only where layers are blended
        if "layer1x1_post_film" in films and layer.mode == "blended":
            layer.onward.apply(program, a, onward)
            _bend(program, films, "layer1x1_post_film", onward, condition)
            program.add(onward, onward, signal)
        else:
            layer.onward.apply(program, a, onward, base=signal)
    if layer.to_head is None:
        (program.copy(total, a) if fresh else program.add(total, total, a))
    elif "head1x1_post_film" in films:
        to_head = program.rows(total.channels)
        layer.to_head.apply(program, a, to_head)
        _bend(program, films, "head1x1_post_film", to_head, condition)
        (program.copy(total, to_head) if fresh else program.add(total, total, to_head))
    else:
        layer.to_head.apply(program, a, total, base=None if fresh else total)
    return onward


def _convolve(program: Program, layer: Layer, signal: Rows, condition: Rows, inner: Rows) -> None:
    """Add the steps of inner = convolution of the signal + mixture of the condition."""
    films = layer.films
    names = ("conv_post_film", "input_mixin_post_film")
    if "conv_pre_film" in films:
        bent = program.rows(signal.channels)
        films["conv_pre_film"].apply(program, signal, condition, bent)
        signal = bent
    mixed = condition
    if "input_mixin_pre_film" in films:
        mixed = program.rows(condition.channels)
        films["input_mixin_pre_film"].apply(program, condition, condition, mixed)
    if not any(name in films for name in names):
        terms = [layer.conv.term(signal), layer.mixin.term(mixed)]
        program.product(inner, terms, layer.conv.bias)
        return
    layer.conv.apply(program, signal, inner)
    _bend(program, films, "conv_post_film", inner, condition)
    other = program.rows(inner.channels)
    layer.mixin.apply(program, mixed, other)
    _bend(program, films, "input_mixin_post_film", other, condition)
    program.add(inner, inner, other)


def _bend(program: Program, films: dict[str, Film], name: str, rows: Rows, condition: Rows) -> None:
    if name in films:
        films[name].apply(program, rows, condition, rows)


def _activate(program: Program, layer: Layer, inner: Rows) -> Rows:
    """Add the activation's steps and return its rows."""
    if layer.mode == "none":
        layer.act.apply(program, inner)
        return inner
    width = layer.width
    a, share = inner.part(0, width), inner.part(width, width)
    layer.gate.apply(program, share)
    if layer.mode == "gated":
        layer.act.apply(program, a)
        program.multiply(a, a, share)
        return a
    bent = program.rows(width)
    program.copy(bent, a)
    layer.act.apply(program, bent)
    program.blend(a, share, bent, a)
    return a
