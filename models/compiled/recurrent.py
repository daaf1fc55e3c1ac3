"""Recurrent layers, GRU and LSTM, one step at a time, on places (see `vectors`). [render]"""

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .decorators import part
from .dense import Dense, advance, apply, dense
from .elementwise import sigmoid, tanh
from .packing import Floats
from .vectors import address, load, pointers, sweep


class Recurrent(NamedTuple):
    """A layer of `torch.nn.GRU` (3 gates) or `torch.nn.LSTM` (4 gates), W units each."""

    told: Dense  # inputs → gates · W
    own: Dense  # W → gates · W


def recurrent(weight_ih: Floats, weight_hh: Floats, bias_ih: Floats, bias_hh: Floats) -> Recurrent:
    """Pack a layer's tensors, as torch names them; W is a multiple of 16. [control]"""
    return Recurrent(dense(weight_ih, bias_ih), dense(weight_hh, bias_hh))


@part
def step_gru(layer: Recurrent, x: int, start: int, gates: int, hidden: int) -> None:
    """Advance `hidden` (W,) by one step, for the inputs at `x`.

    `start` (3 W,) is the inputs' bias, mostly `layer.told.bias`; `gates` (6 W,) is scratch.
    """
    width = layer.own.inputs
    own = gates + 4 * 3 * width
    advance(layer.told, x, start, gates)
    apply(layer.own, hidden, own)
    turn_gru(width, gates, own, hidden)


@part
def step_lstm(layer: Recurrent, x: int, start: int, gates: int, hidden: int, cell: int) -> None:
    """Advance `hidden` (W,) and `cell` (W,) by one step, for the inputs at `x`.

    `start` (4 W,) is the inputs' bias, mostly `layer.told.bias`; `gates` (8 W,) is scratch.
    """
    width = layer.own.inputs
    own = gates + 4 * 4 * width
    advance(layer.told, x, start, gates)
    apply(layer.own, hidden, own)
    turn_lstm(width, gates, own, hidden, cell)


@intrinsic
def turn_gru(typing_context, width, told, own, hidden):  # type: ignore[no-untyped-def]  # numba's own types
    """Compute one step of a gated recurrent unit of `width` units, a multiple of 16.

    Cho et al. 2014 (arXiv 1406.1078) in the form of `torch.nn.GRU`: `told` (3 · width) is the
    contribution of the inputs to the gates r, z and n, `own` (3 · width) that of `hidden` (width),
    biases included; hidden = n + z (hidden - n) with n = tanh(told_n + r · own_n).
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        width = arguments[0]
        told, own, hidden = pointers(builder, *arguments[1:])

        def body(i: ir.Value) -> None:
            t = [load(builder, address(builder, told, i, *[width] * gate)) for gate in range(3)]
            o = [load(builder, address(builder, own, i, *[width] * gate)) for gate in range(3)]
            reset, update = sigmoid(t[0] + o[0]), sigmoid(t[1] + o[1])
            new = tanh(reset.times_plus(o[2], t[2]))
            before = load(builder, address(builder, hidden, i))
            update.times_plus(before - new, new).store(address(builder, hidden, i))

        sweep(builder, width, body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), codegen


@intrinsic
def turn_lstm(typing_context, width, told, own, hidden, cell):  # type: ignore[no-untyped-def]  # numba's own types
    """Compute one step of a long short-term memory of `width` units, a multiple of 16.

    Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000, in the form of
    `torch.nn.LSTM`: `told` and `own` (4 · width) are what the inputs and `hidden` (width) give to
    the gates i, f, g and o; cell = f · cell + i · tanh(g), hidden = o · tanh(cell).
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        width = arguments[0]
        told, own, hidden, cell = pointers(builder, *arguments[1:])

        def body(i: ir.Value) -> None:
            sums = [
                load(builder, address(builder, told, i, *[width] * gate))
                + load(builder, address(builder, own, i, *[width] * gate))
                for gate in range(4)
            ]
            let_in, keep, show = sigmoid(sums[0]), sigmoid(sums[1]), sigmoid(sums[3])
            before = load(builder, address(builder, cell, i))
            after = keep.times_plus(before, let_in * tanh(sums[2]))
            after.store(address(builder, cell, i))
            (show * tanh(after)).store(address(builder, hidden, i))

        sweep(builder, width, body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 5), codegen
