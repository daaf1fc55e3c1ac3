"""WaveNet's elementwise functions as vector code, on places (see `vectors`). [render]"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..compiled.elementwise import LOG2E, exp2
from ..compiled.vectors import (
    Vector,
    address,
    broadcast,
    constant,
    load,
    loop,
    pointers,
    sweep,
    times,
)

GROUP = 16  # codes whose probabilities are summed at once


def gated(a: Vector, b: Vector) -> Vector:
    """tanh(a) · sigmoid(b) = (1 - p) / ((1 + p) (1 + q)) with p = e^-2a, q = e^-b; never NaN."""
    p = exp2((a * (-2 * LOG2E)).at_least(-60.0).at_most(60.0))
    q = exp2((b * -LOG2E).at_least(-60.0).at_most(60.0))
    return (constant(a.builder, 1.0) - p) / ((p + 1.0) * (q + 1.0))


@intrinsic
def gate(typing_context, size, ab, z, hidden, history, bias):  # type: ignore[no-untyped-def]
    """Between two products of a layer, for `size` channels, a multiple of 16:

    z = tanh(ab[:size]) · sigmoid(ab[size:]), history = hidden, hidden = hidden + bias.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size = arguments[0]
        ab, z, hidden, history, bias = pointers(builder, *arguments[1:])

        def body(i: ir.Value) -> None:
            before = load(builder, address(builder, hidden, i))
            before.store(address(builder, history, i))
            (before + load(builder, address(builder, bias, i))).store(address(builder, hidden, i))
            a = load(builder, address(builder, ab, i))
            b = load(builder, address(builder, ab, size, i))
            gated(a, b).store(address(builder, z, i))

        sweep(builder, size, body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), codegen


@intrinsic
def rectify(typing_context, size, x):  # type: ignore[no-untyped-def]
    """x = max(x, 0) in place, `size` elements, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (x,) = pointers(builder, arguments[1])

        def body(i: ir.Value) -> None:
            load(builder, address(builder, x, i)).at_least(0.0).store(address(builder, x, i))

        sweep(builder, arguments[0], body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 2), codegen


@intrinsic
def softmax(typing_context, size, x, scale, sums):  # type: ignore[no-untyped-def]
    """x = e^(scale · (x - max x)), not below 2^-100, and the sum of every 16 of them in turn.

    `size` elements, a multiple of 16. All finite, whatever x is, if `scale` is.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size, _, scale, _ = arguments
        x, sums = pointers(builder, arguments[1], arguments[3])
        groups = builder.sdiv(size, ir.Constant(size.type, GROUP))
        factor = broadcast(builder, scale, GROUP) * LOG2E

        def values(group: ir.Value) -> tuple[ir.Value, Vector]:
            place = address(builder, x, times(builder, group, GROUP))
            return place, load(builder, place, GROUP)

        def highest(group: ir.Value, carried: list[Vector]) -> list[Vector]:
            return [values(group)[1].at_least(carried[0])]

        (top,) = loop(builder, groups, [constant(builder, -3e38, GROUP)], highest)
        top = broadcast(builder, top.fold(lambda a, b: a.at_least(b)), GROUP)

        def powers(group: ir.Value, carried: list[Vector]) -> list[Vector]:
            place, logits = values(group)
            power = exp2(((logits - top) * factor).at_least(-100.0).at_most(0.0))
            power.store(place)
            builder.store(power.fold(lambda a, b: a + b), address(builder, sums, group))
            return []

        loop(builder, groups, [], powers)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32, types.int64), codegen
