"""Products of matrices and vectors with bfloat16 weights and float32 sums.

A 32-bit lane holds the weights of one output for inputs 2i (low half) and 2i+1 (high half). Shifted
left by 16 it is the first weight as a float32. Unshifted it is the second: its low bits are then
those of the other weight instead of 0, so the second weight is rounded to the nearest *lane*. That
is as precise as bfloat16 and saves a mask. `unpack` returns exactly the weights that are computed
with.

Lanes lie in blocks of 64 outputs (the rest in blocks of 16): [block][input pair][output], so a
product reads its weights in one sweep.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from .vectors import LANES, Vector, address, broadcast, constant, load, loop, pointers, times

WIDE, NARROW = 64, 16  # outputs of a block
PARTS = {WIDE: 2, NARROW: 4}  # partial sums of a sum: enough to keep the adders busy
REGISTERS = {16: 16, 8: 8, 4: 16}[LANES]  # for sums; the others hold weights and inputs
SMALLEST = 0x0C80  # high half of 2^-102; smaller lanes could be subnormal numbers, which are slow


def pack(weight: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return the lanes (outputs · inputs / 2) of a matrix (outputs, inputs), multiples of 16 and of
    4.
    """
    outputs = len(weight)
    bits = np.ascontiguousarray(weight.T, np.float32).view(np.uint32).astype(np.int64)
    even, odd = bits[0::2], bits[1::2]  # (inputs / 2, outputs)
    low = (even + 0x7FFF + (even >> 16 & 1)) >> 16
    high = ((odd & 0x7FFFFFFF) - low + 0x8000) >> 16
    high = np.maximum(high, np.where(low > 0, SMALLEST, 0))
    lanes = (odd & 0x80000000 | high << 16 | low).astype(np.uint32)
    blocks = [lanes[:, first : first + width].ravel() for first, width in _blocks(outputs)]
    return np.concatenate(blocks)


def unpack(lanes: NDArray[np.uint32], outputs: int, inputs: int) -> NDArray[np.float32]:
    """Return the matrix (outputs, inputs) that `pack` made `lanes` of, rounded."""
    weight = np.empty((inputs, outputs), np.float32)
    pairs = inputs // 2
    for first, width in _blocks(outputs):
        block = lanes[first * pairs : (first + width) * pairs].reshape(pairs, width)
        weight[0::2, first : first + width] = (block << np.uint32(16)).view(np.float32)
        weight[1::2, first : first + width] = block.view(np.float32)
    return np.ascontiguousarray(weight.T)


def rows(lanes: NDArray[np.uint32], outputs: int, inputs: int) -> NDArray[np.uint32]:
    """Return `pack`'s lanes as whole rows, (outputs, inputs / 2)."""
    pairs = inputs // 2
    blocks = [
        lanes[first * pairs : (first + width) * pairs].reshape(pairs, width).T
        for first, width in _blocks(outputs)
    ]
    return np.concatenate(blocks)


def _blocks(outputs: int) -> list[tuple[int, int]]:
    """Return first output and width of each block."""
    wide = outputs // WIDE * WIDE
    narrow = [(first, NARROW) for first in range(wide, outputs, NARROW)]
    return [(first, WIDE) for first in range(0, wide, WIDE)] + narrow


def _emit_block(
    builder: ir.IRBuilder,
    width: int,
    lanes: ir.Value,
    pairs: ir.Value,
    inputs: list[ir.Value],
    starts: list[ir.Value],
    targets: list[ir.Value],
) -> None:
    """Emit target[0 … width) = start[0 … width) + Σ weight · input per column, sums in registers.

    The order of every sum is the same whatever the number of columns, so are its bits.
    """
    parts, vector = PARTS[width], min(LANES, width)
    columns, vectors = len(inputs), width // vector
    tile = max(1, min(vectors, REGISTERS // (columns * parts)))
    zero = constant(builder, 0.0, vector)

    def emit_tile(first: int) -> None:
        def body(step: ir.Value, sums: list[Vector]) -> list[Vector]:
            for part in range(0, parts, 2):
                number = builder.add(times(builder, step, parts // 2), _index(part // 2))
                row = address(builder, lanes, times(builder, number, width), first * vector)
                x = [
                    [
                        broadcast(builder, builder.load(address(builder, pointer, place)), vector)
                        for place in (even, builder.add(even, _index(1)))
                    ]
                    for even in [times(builder, number, 2)]
                    for pointer in inputs
                ]
                for v in range(tile):
                    odd = load(builder, address(builder, row, v * vector), vector)
                    even = odd.bits().shifted(16).floats()
                    for column in range(columns):
                        k = (column * tile + v) * parts + part
                        sums[k] = even.times_plus(x[column][0], sums[k])
                        sums[k + 1] = odd.times_plus(x[column][1], sums[k + 1])
            return sums

        initial = []
        for start in starts:
            for v in range(first, first + tile):
                initial += [load(builder, address(builder, start, v * vector), vector)]
                initial += [zero] * (parts - 1)
        steps = builder.sdiv(pairs, _index(parts // 2))
        sums = loop(builder, steps, initial, body)
        for target in targets:
            for v in range(first, first + tile):
                mine, sums = sums[:parts], sums[parts:]
                while len(mine) > 1:
                    mine = [a + b for a, b in zip(mine[0::2], mine[1::2], strict=True)]
                mine[0].store(address(builder, target, v * vector))

    for first in range(0, vectors, tile):
        emit_tile(first)


def _index(number: int) -> ir.Value:
    return ir.Constant(ir.IntType(64), number)


def _product(columns: int) -> Any:
    @intrinsic
    def product(typing_context, lanes, inputs, outputs, x, x_step, start, start_step, y, y_step):  # type: ignore[no-untyped-def]  # numba's own types
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            lanes, inputs, outputs, x, x_step, start, start_step, y, y_step = arguments
            lanes, x, start, y = pointers(builder, lanes, x, start, y)
            pairs = builder.sdiv(inputs, _index(2))

            def emit_blocks(width: int, first: ir.Value, count: ir.Value) -> None:
                def body(step: ir.Value, _: list[Vector]) -> list[Vector]:
                    output = builder.add(first, times(builder, step, width))
                    weights = address(builder, lanes, builder.mul(pairs, output))
                    places = [
                        [
                            address(builder, base, times(builder, stride, column), offset)
                            for column in range(columns)
                        ]
                        for base, stride, offset in (
                            (x, x_step, _index(0)),
                            (start, start_step, output),
                            (y, y_step, output),
                        )
                    ]
                    _emit_block(builder, width, weights, pairs, *places)
                    return []

                loop(builder, count, [], body)

            wide = builder.sdiv(outputs, _index(WIDE))
            done = times(builder, wide, WIDE)
            emit_blocks(WIDE, _index(0), wide)
            emit_blocks(NARROW, done, builder.sdiv(builder.sub(outputs, done), _index(NARROW)))
            return context.get_dummy_value()

        return types.void(*[types.int64] * 9), codegen

    return product


_product1, _product2, _product4 = _product(1), _product(2), _product(4)


# compiled once; else callers that are inlined would inline it, too
@cached_njit(nogil=True, error_model="numpy", forceinline=False)
def product(
    columns: int,
    lanes: int,
    inputs: int,
    outputs: int,
    x: int,
    x_step: int,
    start: int,
    start_step: int,
    y: int,
    y_step: int,
) -> None:
    """Compute y = start + W x for 1, 2 or 4 columns; columns do not affect each other's bits.
    [render]

    `lanes`, `x`, `start` and `y` are places (see `vectors`), each `…_step` the distance of two
    columns in elements. `start` may be `y`.
    """
    if columns == 1:
        _product1(lanes, inputs, outputs, x, x_step, start, start_step, y, y_step)
    elif columns == 2:
        _product2(lanes, inputs, outputs, x, x_step, start, start_step, y, y_step)
    else:
        _product4(lanes, inputs, outputs, x, x_step, start, start_step, y, y_step)
