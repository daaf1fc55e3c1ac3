"""WaveNet's elementwise functions as vector code, on places (see `vectors`). [render]"""

from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from numba import types

from ..compiled.elementwise import LOG2E, exp2
from ..compiled.vectors import (
    Vector,
    address,
    constant,
    load,
    pointers,
    sweep,
)


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
