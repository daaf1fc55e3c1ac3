"""Drawing of codes from their logits, in vector code without allocation. [render]"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .elementwise import LOG2E, exp2
from .vectors import Vector, address, broadcast, constant, load, loop, place, pointers, times

GROUP = 16  # codes whose probabilities are summed at once
COLDEST = 1e-3  # the lowest temperature: practically always the most likely code


@intrinsic
def softmax(typing_context, size, x, scale, sums):  # type: ignore[no-untyped-def]  # numba's own types
    """Compute x = e^(scale · (x - max x)), not below 2^-100, and the sum of every 16 of them.

    `size` elements, a multiple of 16. All results are finite, whatever x is, if `scale` is finite.
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


@njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)
def draw(
    logits: NDArray[np.float32],
    row: int,
    codes: int,
    sums: NDArray[np.float32],
    temperature: float,
    uniform: float,
) -> int:
    """Return the first code at which the distribution function exceeds `uniform`. [render]

    The first `codes`, a multiple of 16, of `logits` (rows, ≥ codes) are destroyed in `row`; `sums`
    (≥ codes / 16,).
    """
    scale = np.float32(1.0 / max(temperature, COLDEST))
    softmax(codes, place(logits, row * logits.shape[1]), scale, place(sums, 0))
    total = np.float32(0.0)
    for group in range(codes // GROUP):
        total += sums[group]
    target, passed = np.float32(uniform) * total, np.float32(0.0)
    group = 0
    while group < codes // GROUP - 1 and passed + sums[group] <= target:
        passed += sums[group]
        group += 1
    code, last = group * GROUP, group * GROUP + GROUP - 1
    while code < last:
        passed += logits[row, code]
        if passed > target:
            break
        code += 1
    return code
