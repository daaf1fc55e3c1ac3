"""Matrix times vectors with bfloat16 weights and float32 sums, one load for every 32-bit lane's two weights.

A lane holds the weights of one output for inputs 2i (low half) and 2i+1 (high half). Shifted left
by 16 it is the first weight as float32. As it stands it is the second: its low bits are then not 0
but the other weight's, so the second weight is rounded to the nearest *lane*. That costs no more
precision than rounding to bfloat16 and saves a mask. `unpack` returns exactly what is computed with.

Lanes lie in blocks of 64 outputs (the rest in blocks of 16): [block][input pair][output], so a
product reads its weights in one sweep.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .vectors import LANES, Vector, address, broadcast, load, loop, repeat

WIDE, NARROW = 64, 16  # outputs of a block
TINY = 0x0C800000  # 2^-102; smaller odd weights would make a lane a subnormal number
REGISTERS = {16: 16, 8: 8, 4: 16}[LANES]  # sums kept at once, leaving room for weights and inputs


def pack(weight: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Lanes (outputs · inputs / 2) of a matrix (outputs, inputs); multiples of 16 and of 4."""
    outputs, inputs = weight.shape
    bits = np.ascontiguousarray(weight.T, np.float32).view(np.uint32).astype(np.int64)
    even, odd = bits[0::2], bits[1::2]  # (inputs / 2, outputs)
    low = (even + 0x7FFF + (even >> 16 & 1)) >> 16
    magnitude = odd & 0x7FFFFFFF
    high = np.maximum((magnitude - low + 0x8000) >> 16, np.where(low > 0, TINY >> 16, 0))
    lanes = ((odd & 0x80000000) | high << 16 | low).astype(np.uint32)
    wide = outputs // WIDE * WIDE
    blocks = [lanes[:, o : o + WIDE] for o in range(0, wide, WIDE)]
    blocks += [lanes[:, o : o + NARROW] for o in range(wide, outputs, NARROW)]
    return np.concatenate([block.ravel() for block in blocks])


def unpack(lanes: NDArray[np.uint32], outputs: int, inputs: int) -> NDArray[np.float32]:
    """The matrix (outputs, inputs) that `pack` made `lanes` of, rounded."""
    weight = np.empty((inputs, outputs), np.float32)
    start = output = 0
    while output < outputs:
        width = WIDE if output + WIDE <= outputs else NARROW
        size = inputs // 2 * width
        block = lanes[start : start + size].reshape(inputs // 2, width)
        weight[0::2, output : output + width] = (block << np.uint32(16)).view(np.float32)
        weight[1::2, output : output + width] = block.view(np.float32)
        start, output = start + size, output + width
    return np.ascontiguousarray(weight.T)


def _emit(
    builder: ir.IRBuilder,
    columns: int,
    width: int,
    lanes: ir.Value,
    pairs: ir.Value,
    x: list[ir.Value],
    y: list[ir.Value],
) -> None:
    """One block: y[column][0 … width) += Σ weight · x[column]; every sum in a register.

    A sum has several partial sums, as many whatever the number of columns, so that the bits are
    the same and the adders of a single column are busy too.
    """
    parts = 2 if width == WIDE else 4
    vector = min(LANES, width)
    tile = max(1, min(width // vector, REGISTERS // (columns * parts)))  # vectors

    for first in range(0, width // vector, tile):
        spots = [(c, v) for c in range(columns) for v in range(first, first + tile)]
        zero = Vector(builder, ir.Constant(ir.VectorType(ir.FloatType(), vector), [0.0] * vector))
        start = []
        for column, v in spots:
            start.append(load(builder, address(builder, y[column], v * vector), vector))
            start += [zero] * (parts - 1)

        def body(step: ir.Value, sums: list[Vector]) -> list[Vector]:
            sums = list(sums)
            for half in range(parts // 2):
                pair = repeat(builder, step, parts // 2, half)
                row = address(builder, lanes, builder.mul(pair, ir.Constant(pair.type, width)))
                inputs = []
                for column in range(columns):
                    at = builder.mul(pair, ir.Constant(pair.type, 2))
                    even = builder.load(address(builder, x[column], at))
                    odd = builder.load(address(builder, x[column], at, 1))
                    inputs.append((broadcast(builder, even, vector), broadcast(builder, odd, vector)))
                for v in range(tile):
                    second = load(builder, address(builder, row, (first + v) * vector), vector)
                    low = second.bits().shifted(16).floats()
                    for column in range(columns):
                        k = (column * tile + v) * parts + 2 * half
                        sums[k] = low.times_plus(inputs[column][0], sums[k])
                        sums[k + 1] = second.times_plus(inputs[column][1], sums[k + 1])
            return sums

        steps = builder.udiv(pairs, ir.Constant(pairs.type, parts // 2))
        sums = loop(builder, steps, start, body)
        for index, (column, v) in enumerate(spots):
            mine = sums[index * parts : (index + 1) * parts]
            while len(mine) > 1:
                mine = [a + b for a, b in zip(mine[0::2], mine[1::2], strict=True)]
            mine[0].store(address(builder, y[column], v * vector))


def _product(columns: int) -> Any:
    @intrinsic
    def product(typing_context, lanes, at, pairs, outputs, x, x_at, x_step, y, y_at, y_step):  # type: ignore[no-untyped-def]
        signature = types.void(lanes, at, pairs, outputs, x, x_at, x_step, y, y_at, y_step)

        def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            kinds = signature.args
            pointers = [
                context.make_array(kinds[k])(context, builder, arguments[k]).data for k in (0, 4, 7)
            ]
            at, pairs, outputs = arguments[1:4]
            weights = address(builder, pointers[0], at)
            xs, ys = [], []
            for column in range(columns):
                xs.append(address(builder, pointers[1], _spot(builder, arguments[5:7], column)))
                ys.append(address(builder, pointers[2], _spot(builder, arguments[8:10], column)))
            wide = builder.udiv(outputs, ir.Constant(outputs.type, WIDE))
            done = ir.Constant(outputs.type, 0)
            counts = [(WIDE, wide)]
            rest = builder.urem(outputs, ir.Constant(outputs.type, WIDE))
            counts.append((NARROW, builder.udiv(rest, ir.Constant(outputs.type, NARROW))))
            for width, count in counts:

                def block(step: ir.Value, carried: list[Vector], width=width, done=done) -> list[Vector]:  # type: ignore[no-untyped-def]
                    size = builder.mul(pairs, ir.Constant(pairs.type, width))
                    first = builder.add(done, builder.mul(step, ir.Constant(step.type, width)))
                    here = address(builder, weights, builder.mul(pairs, first))
                    del size
                    _emit(builder, columns, width, here, pairs, xs, [address(builder, p, first) for p in ys])
                    return carried

                loop(builder, count, [], block)
                done = builder.mul(wide, ir.Constant(outputs.type, WIDE))
            return context.get_dummy_value()

        return signature, codegen

    return product


def _spot(builder: ir.IRBuilder, place: Any, column: int) -> ir.Value:
    first, step = place
    return builder.add(first, builder.mul(step, ir.Constant(step.type, column)))


_product1, _product2, _product4 = _product(1), _product(2), _product(4)


@njit(nogil=True, cache=True, error_model="numpy")
def product(
    lanes: NDArray[np.uint32],
    at: int,
    inputs: int,
    outputs: int,
    columns: int,
    x: NDArray[np.float32],
    x_at: int,
    x_step: int,
    y: NDArray[np.float32],
    y_at: int,
    y_step: int,
) -> None:
    """y[column] += W x[column] for 1, 2 or 4 columns; the same bits however they are grouped. [render]

    W (outputs, inputs) starts at lane `at`. `x` and `y` are contiguous arrays of any shape; column c
    begins at their element `_at` + c · `_step`.
    """
    if columns == 1:
        _product1(lanes, at, inputs // 2, outputs, x, x_at, x_step, y, y_at, y_step)
    elif columns == 2:
        _product2(lanes, at, inputs // 2, outputs, x, x_at, x_step, y, y_at, y_step)
    else:
        _product4(lanes, at, inputs // 2, outputs, x, x_at, x_step, y, y_at, y_step)
