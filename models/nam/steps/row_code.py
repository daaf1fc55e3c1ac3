"""Steps of a program as vector code, which holds successive frames of a row. [render]"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...compiled.vectors import (
    INDEX,
    LANES,
    Vector,
    address,
    broadcast,
    constant,
    load,
    loop,
    pointers,
    times,
)

FRAME_BYTES = 4
VECTOR_BYTES = FRAME_BYTES * LANES
ADDRESS, STRIDE, CHANNELS, BEFORE = 0, 1, 2, 3  # of a resolved tap; BEFORE: rows before it


def product(width: int, vectors: int, based: bool) -> Any:
    """Return an intrinsic that computes `width` outputs of a product for `groups` · `vectors`.

    Its arguments: groups, first tap (an address of resolved taps), number of taps, weights (taps,
    channels, width), bias, base, stride of base, target, stride of target. All are addresses and
    bytes.
    """

    @intrinsic
    def apply(  # type: ignore[no-untyped-def]  # numba's own types
        typing_context, groups, taps, count, weights, bias, base, base_stride, target, stride
    ):
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            groups, taps, count, weights, bias, base, base_stride, target, stride = arguments

            def frames(group: ir.Value, _: list[Vector]) -> list[Vector]:
                time = times(builder, group, vectors * VECTOR_BYTES)
                sums = [constant(builder, 0.0)] * (width * vectors)
                table = builder.inttoptr(taps, INDEX.as_pointer())

                def tap(number: ir.Value, sums: list[Vector]) -> list[Vector]:
                    entry = times(builder, number, 4)
                    source, step, channels, before = (
                        builder.load(address(builder, table, entry, column)) for column in range(4)
                    )
                    first = builder.add(weights, times(builder, before, width * FRAME_BYTES))
                    source = builder.add(source, time)

                    def channel(i: ir.Value, sums: list[Vector]) -> list[Vector]:
                        row = builder.add(source, builder.mul(i, step))
                        inputs = [_vector(builder, row, v) for v in range(vectors)]
                        numbers = builder.add(first, times(builder, i, width * FRAME_BYTES))
                        (numbers,) = pointers(builder, numbers)
                        results = []
                        for output in range(width):
                            number = builder.load(address(builder, numbers, output), align=4)
                            factor = broadcast(builder, number)
                            for v in range(vectors):
                                total = sums[output * vectors + v]
                                results.append(factor.times_plus(inputs[v], total))
                        return results

                    return loop(builder, channels, sums, channel)

                sums = loop(builder, count, sums, tap)
                (constants,) = pointers(builder, bias)
                for index, total in enumerate(sums):
                    output, v = divmod(index, vectors)
                    # added last: what is large would round every step of the sum
                    number = builder.load(address(builder, constants, output), align=4)
                    total = total + broadcast(builder, number)
                    if based:
                        row = builder.add(base, times(builder, base_stride, output))
                        total = total + _vector(builder, builder.add(row, time), v)
                    row = builder.add(target, times(builder, stride, output))
                    (there,) = pointers(builder, builder.add(row, time))
                    total.store(address(builder, there, v * LANES))
                return []

            loop(builder, groups, [], frames)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 9), codegen

    return apply


def _vector(builder: Any, place: ir.Value, number: int) -> Vector:
    (start,) = pointers(builder, place)
    return load(builder, address(builder, start, number * LANES))


def rows(function: Callable[..., Vector], sources: int, constants: int = 0) -> Any:
    """Return an intrinsic that applies a function to `channels` rows of `count` vectors.

    Its arguments: channels, count, target, its stride, first source (an address of resolved taps),
    constants (channels, `constants`). All are addresses and bytes.
    """

    @intrinsic
    def apply(typing_context, channels, count, target, stride, taps, numbers):  # type: ignore[no-untyped-def]  # numba's own types
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            channels, count, target, stride, taps, numbers = arguments
            table = builder.inttoptr(taps, INDEX.as_pointer())
            places = [builder.load(address(builder, table, 4 * s)) for s in range(sources)]
            steps = [builder.load(address(builder, table, 4 * s + STRIDE)) for s in range(sources)]
            (table_of_constants,) = pointers(builder, numbers)

            def channel(c: ir.Value, _: list[Vector]) -> list[Vector]:
                first = times(builder, c, constants)
                given = [
                    broadcast(builder, builder.load(address(builder, table_of_constants, first, k)))
                    for k in range(constants)
                ]
                inputs = [
                    builder.add(start, builder.mul(step, c))
                    for start, step in zip(places, steps, strict=True)
                ]
                output = builder.add(target, builder.mul(stride, c))

                def frames(i: ir.Value, _: list[Vector]) -> list[Vector]:
                    time = times(builder, i, VECTOR_BYTES)
                    values = [_vector(builder, builder.add(row, time), 0) for row in inputs]
                    (there,) = pointers(builder, builder.add(output, time))
                    function(*values, *given).store(there)
                    return []

                loop(builder, count, [], frames)
                return []

            loop(builder, channels, [], channel)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 6), codegen

    return apply
