"""Upper bounds of one core's speed: multiply-adds and bytes from its L2 cache per second."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from rtaudiogen.benchmark import best_of
from rtaudiogen.kernel_cache import cached_njit

from ..compiled.vectors import LANES, Vector, address, load, loop, place, pointers

SUMS = 12  # independent chains that hide the latency of an addition
L2_BYTES = 512 * 1024  # more than any L1, less than most L2


@intrinsic
def _multiply_adds(typing_context, data, steps):  # type: ignore[no-untyped-def]  # numba's own types
    """Run `steps` times SUMS vector multiply-adds on registers."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (pointer,) = pointers(builder, arguments[0])
        factor = load(builder, pointer)
        start = [load(builder, address(builder, pointer, k * LANES)) for k in range(SUMS)]

        def body(step: ir.Value, sums: list[Vector]) -> list[Vector]:
            return [x.times_plus(factor, factor) for x in sums]

        for k, x in enumerate(loop(builder, arguments[1], start, body)):
            x.store(address(builder, pointer, k * LANES))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def _read(typing_context, data, steps):  # type: ignore[no-untyped-def]  # numba's own types
    """Add up SUMS · `steps` vectors of memory."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (pointer,) = pointers(builder, arguments[0])
        zero = Vector(builder, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))

        def body(step: ir.Value, sums: list[Vector]) -> list[Vector]:
            here = builder.mul(step, ir.Constant(step.type, SUMS * LANES))
            places = [address(builder, pointer, here, k * LANES) for k in range(SUMS)]
            return [x.plus_bits(load(builder, p).bits()) for x, p in zip(sums, places, strict=True)]

        total, *rest = loop(builder, arguments[1], [zero] * SUMS, body)
        for x in rest:
            total = total.plus_bits(x)
        total.floats().store(pointer)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@cached_njit(nogil=True)
def _spin(data: NDArray[np.float32], steps: int) -> None:
    _multiply_adds(place(data, 0), steps)


@cached_njit(nogil=True)
def _sweep(data: NDArray[np.float32], steps: int, times: int) -> None:
    for _ in range(times):
        _read(place(data, 0), steps)


def multiply_adds_per_second(seconds: float = 0.3) -> float:
    """Return float32 multiply-adds per second of this core, from registers."""
    data, steps = np.full(SUMS * LANES, 0.5, np.float32), 100_000
    return steps * SUMS * LANES / best_of(lambda: _spin(data, steps), seconds)


def l2_bytes_per_second(seconds: float = 0.3) -> float:
    """Return the bytes per second that this core reads from its L2 cache."""
    steps = L2_BYTES // (4 * SUMS * LANES)
    data = np.ones(steps * SUMS * LANES + 16, np.float32)
    data = data[-data.ctypes.data % 64 // 4 :]
    return (
        data[: steps * SUMS * LANES].nbytes * 4 / best_of(lambda: _sweep(data, steps, 4), seconds)
    )
