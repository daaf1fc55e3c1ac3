"""Compiled recurrent layers, LSTM and GRU, over the frames of a chunk. [render]

Time cannot be the vector axis here, since every frame needs the one before. Units are: a vector
holds the same gate of successive units.

The numbers of a layer are, for each block of `lanes` units, one vector for each gate: of biases,
then of the weights of each input, then of those of each unit's last output. A GRU has, at the end
of a block, one more vector: the bias inside its reset gate's product.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...compiled.vectors import Vector, address, broadcast, constant, load, loop, pointers, times
from .functions import sigmoid, tanh

BYTES = 4
LSTM_GATES, GRU_GATES = 4, 3


def layer(lanes: int, gates: int) -> Any:
    """Return an intrinsic that runs a layer over `frames`: an LSTM of 4 gates, a GRU of 3.

    Its arguments: frames, source and its stride, inputs, units, target and its stride, numbers,
    state. All are addresses and bytes. The state is three or two times the units, in whole vectors:
    last output, next output, and the cells of an LSTM.
    """

    @intrinsic
    def apply(  # type: ignore[no-untyped-def]  # numba's own types
        typing_context, frames, source, step, inputs, units, target, stride, numbers, state
    ):
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            frames, source, step, inputs, units, target, stride, numbers, state = arguments
            (numbers,) = pointers(builder, numbers)
            blocks = builder.sdiv(
                builder.add(units, ir.Constant(units.type, lanes - 1)),
                ir.Constant(units.type, lanes),
            )
            width = times(builder, blocks, lanes)
            (last,) = pointers(builder, state)
            following = address(builder, last, width)
            cells = address(builder, following, width)
            extra = 1 if gates == GRU_GATES else 0
            sources = builder.add(builder.add(inputs, units), ir.Constant(units.type, 1))
            size = builder.mul(sources, ir.Constant(units.type, gates * lanes))
            size = builder.add(size, ir.Constant(units.type, extra * lanes))

            def frame(n: ir.Value, _: list[Vector]) -> list[Vector]:
                time = times(builder, n, BYTES)
                heard = builder.add(source, time)

                def block(b: ir.Value, _: list[Vector]) -> list[Vector]:
                    own = address(builder, numbers, builder.mul(b, size))
                    sums = [load(builder, address(builder, own, g * lanes), lanes)
                            for g in range(gates)]  # fmt: skip

                    def gather(count: Any, first: Any, value: Any, sums: Any) -> Any:
                        def body(i: ir.Value, sums: list[Vector]) -> list[Vector]:
                            x = broadcast(builder, value(i), lanes)
                            at = builder.mul(
                                builder.add(first, i), ir.Constant(i.type, gates * lanes)
                            )
                            return [
                                x.times_plus(
                                    load(builder, address(builder, own, at, g * lanes), lanes),
                                    total,
                                )
                                for g, total in enumerate(sums)
                            ]

                        return loop(builder, count, sums, body)

                    def told(i: ir.Value) -> ir.Value:
                        (there,) = pointers(builder, builder.add(heard, builder.mul(i, step)))
                        return builder.load(there, align=4)

                    def remembered(i: ir.Value) -> ir.Value:
                        return builder.load(address(builder, last, i), align=4)

                    one = ir.Constant(units.type, 1)
                    sums = gather(inputs, one, told, sums)
                    first = times(builder, b, lanes)
                    before = load(builder, address(builder, last, first), lanes)
                    cell = address(builder, cells, first)
                    if gates == LSTM_GATES:
                        sums = gather(units, builder.add(one, inputs), remembered, sums)
                        result = _turn_lstm(builder, sums, cell, lanes)
                    else:
                        zero = constant(builder, 0.0, lanes)
                        bias = load(
                            builder,
                            address(builder, own, builder.sub(size, ir.Constant(size.type, lanes))),
                            lanes,
                        )
                        own_sums = gather(
                            units, builder.add(one, inputs), remembered, [zero, zero, bias]
                        )
                        result = _turn_gru(sums, own_sums, before)
                    result.store(address(builder, following, first))
                    return []

                loop(builder, blocks, [], block)

                def keep(b: ir.Value, _: list[Vector]) -> list[Vector]:
                    first = times(builder, b, lanes)
                    load(builder, address(builder, following, first), lanes).store(
                        address(builder, last, first)
                    )
                    return []

                loop(builder, blocks, [], keep)

                def tell(unit: ir.Value, _: list[Vector]) -> list[Vector]:
                    row = builder.add(target, builder.mul(unit, stride))
                    (there,) = pointers(builder, builder.add(row, time))
                    builder.store(builder.load(address(builder, last, unit), align=4), there)
                    return []

                loop(builder, units, [], tell)
                return []

            loop(builder, frames, [], frame)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 9), codegen

    return apply


def _turn_lstm(builder: ir.IRBuilder, sums: list[Vector], cell: ir.Value, lanes: int) -> Vector:
    """Store the next cells and return the next outputs; the gates are i, f, g, o."""
    let_in, keep, show = sigmoid(sums[0]), sigmoid(sums[1]), sigmoid(sums[3])
    before = load(builder, cell, lanes)
    after = keep.times_plus(before, let_in * tanh(sums[2]))
    after.store(cell)
    return show * tanh(after)


def _turn_gru(told: list[Vector], own: list[Vector], before: Vector) -> Vector:
    """Return the next outputs; the gates are r, z, n as in `torch.nn.GRU`."""
    reset, update = sigmoid(told[0] + own[0]), sigmoid(told[1] + own[1])
    new = tanh(reset.times_plus(own[2], told[2]))
    return update.times_plus(before - new, new)
