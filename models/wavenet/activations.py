"""WaveNet's elementwise functions as vector code, on places (see `vectors`). [render]"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..compiled.elementwise import gated
from ..compiled.vectors import address, load, pointers, sweep


@intrinsic
def gate(typing_context, size, ab, z, hidden, history, bias):  # type: ignore[no-untyped-def]  # numba's own types
    """Compute the gate between two products of a layer; `size` channels, a multiple of 16:

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
