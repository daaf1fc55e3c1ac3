"""Gates of recurrent layers as vector code, on places (see `vectors`). [render]"""

from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from numba import types

from .elementwise import LOG2E, exp2
from .vectors import Vector, address, constant, load, pointers, sweep


def sigmoid(x: Vector) -> Vector:
    """Return 1 / (1 + e^-x), never NaN."""
    power = exp2((x * -LOG2E).at_least(-60.0).at_most(60.0))
    return constant(x.builder, 1.0) / (power + 1.0)


def tanh(x: Vector) -> Vector:
    """Return the hyperbolic tangent, never NaN; the absolute error is below 2e-7."""
    power = exp2((x * (-2 * LOG2E)).at_least(-60.0).at_most(60.0))
    return (constant(x.builder, 1.0) - power) / (power + 1.0)


@intrinsic
def turn_gru(typing_context, width, told, own, hidden):  # type: ignore[no-untyped-def]
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
