"""LLVM vectors for numba: formulas written once, emitted for the widest vectors of the CPU.

Numba compiles scalars; whether a loop becomes vector code, and whether its sums stay in registers,
is then LLVM's guess. Here an `@intrinsic` writes vector instructions itself: `Vector` turns Python
operators into LLVM instructions, `loop` keeps the sums of a loop in registers.

Such code passes memory as a *place*: the address of a 4-byte number, an int64 from `place`. A
function of places is called through registers; one of arrays would push seven words for each.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic
from numpy.typing import NDArray

FLOAT, INT, INDEX = ir.FloatType(), ir.IntType(32), ir.IntType(64)


def vector_lanes() -> int:
    """Return how many float32 the widest registers of the CPU hold that numba compiles for."""
    features = config.CPU_FEATURES
    if features is None:
        features = llvm.get_host_cpu_features().flatten()
    enabled = features.split(",")
    return 16 if "+avx512f" in enabled else 8 if "+avx2" in enabled else 4


LANES = vector_lanes()
CACHE_LINE = 64  # bytes


def aligned_zeros(*shape: int) -> NDArray[np.float32]:
    """Return a float32 array that begins at a cache line, so that no vector spans two lines."""
    size = 4 * math.prod(shape)
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(np.float32).reshape(shape)


def aligned(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of an array of 4-byte numbers that begins at a cache line."""
    copy = aligned_zeros(*array.shape).view(array.dtype)
    copy[...] = array
    return copy


class Vector:
    """An LLVM vector of float32 or int32 that Python's operators compute with."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
        self.builder, self.value = builder, value
        self.lanes = int(value.type.count)

    def _other(self, other: "Vector | float") -> ir.Value:
        if isinstance(other, Vector):
            return other.value
        return ir.Constant(self.value.type, [other] * self.lanes)

    def _new(self, value: ir.Value) -> "Vector":
        return Vector(self.builder, value)

    def __add__(self, other: "Vector | float") -> "Vector":
        return self._new(self.builder.fadd(self.value, self._other(other)))

    def __sub__(self, other: "Vector | float") -> "Vector":
        return self._new(self.builder.fsub(self.value, self._other(other)))

    def __mul__(self, other: "Vector | float") -> "Vector":
        return self._new(self.builder.fmul(self.value, self._other(other)))

    def __truediv__(self, other: "Vector | float") -> "Vector":
        return self._new(self.builder.fdiv(self.value, self._other(other)))

    def at_least(self, bound: "Vector | float") -> "Vector":
        """Return max(self, bound); NaN becomes the bound."""
        above = self.builder.fcmp_ordered(">", self.value, self._other(bound))
        return self._new(self.builder.select(above, self.value, self._other(bound)))

    def at_most(self, bound: "Vector | float") -> "Vector":
        """Return min(self, bound); NaN becomes the bound."""
        below = self.builder.fcmp_ordered("<", self.value, self._other(bound))
        return self._new(self.builder.select(below, self.value, self._other(bound)))

    def times_plus(self, factor: "Vector | float", addend: "Vector | float") -> "Vector":
        """Return self · factor + addend, rounded once if the CPU can."""
        kind = self.value.type
        name = f"llvm.fmuladd.v{self.lanes}f32"
        function = cgutils.get_or_insert_function(
            self.builder.module, ir.FunctionType(kind, [kind] * 3), name
        )
        arguments = [self.value, self._other(factor), self._other(addend)]
        return self._new(self.builder.call(function, arguments))

    def bits(self) -> "Vector":
        """Return the same bits as int32."""
        return self._new(self.builder.bitcast(self.value, ir.VectorType(INT, self.lanes)))

    def floats(self) -> "Vector":
        """Return the same bits as float32."""
        return self._new(self.builder.bitcast(self.value, ir.VectorType(FLOAT, self.lanes)))

    def shifted(self, places: int) -> "Vector":
        """Return the int32 bits moved left."""
        return self._new(self.builder.shl(self.value, self._other(places)))

    def plus_bits(self, other: "Vector") -> "Vector":
        """Return the int32 sum, wrapping."""
        return self._new(self.builder.add(self.value, other.value))

    def store(self, pointer: ir.Value) -> None:
        """Store to memory of any alignment."""
        typed = self.builder.bitcast(pointer, self.value.type.as_pointer())
        self.builder.store(self.value, typed, align=4)

    def _part(self, first: int, count: int) -> "Vector":
        order = ir.Constant(ir.VectorType(INT, count), list(range(first, first + count)))
        undefined = ir.Constant(self.value.type, ir.Undefined)
        return self._new(self.builder.shuffle_vector(self.value, undefined, order))

    def fold(self, combine: Callable[["Vector", "Vector"], "Vector"]) -> ir.Value:
        """Return one scalar of all lanes, combining halves until one is left."""
        vector = self
        while vector.lanes > 1:
            half = vector.lanes // 2
            vector = combine(vector._part(0, half), vector._part(half, half))
        return self.builder.extract_element(vector.value, ir.Constant(INT, 0))


def load(builder: ir.IRBuilder, pointer: ir.Value, lanes: int = LANES) -> Vector:
    """Return `lanes` float32 from memory of any alignment."""
    typed = builder.bitcast(pointer, ir.VectorType(FLOAT, lanes).as_pointer())
    return Vector(builder, builder.load(typed, align=4))


def constant(builder: ir.IRBuilder, number: float, lanes: int = LANES) -> Vector:
    """Return a constant float32 in every lane."""
    return Vector(builder, ir.Constant(ir.VectorType(FLOAT, lanes), [number] * lanes))


def broadcast(builder: ir.IRBuilder, scalar: ir.Value, lanes: int = LANES) -> Vector:
    """Return a float32 in every lane."""
    undefined = ir.Constant(ir.VectorType(FLOAT, lanes), ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(INT, 0))
    order = ir.Constant(ir.VectorType(INT, lanes), [0] * lanes)
    return Vector(builder, builder.shuffle_vector(first, undefined, order))


def address(builder: ir.IRBuilder, pointer: ir.Value, *offsets: ir.Value | int) -> ir.Value:
    """Return the pointer moved by a sum of offsets, in elements."""
    for offset in offsets:
        index = ir.Constant(INDEX, offset) if isinstance(offset, int) else offset
        pointer = builder.gep(pointer, [index])
    return pointer


def times(builder: ir.IRBuilder, index: ir.Value, factor: int) -> ir.Value:
    """Return index · factor."""
    return builder.mul(index, ir.Constant(index.type, factor))


def loop(
    builder: ir.IRBuilder,
    count: ir.Value,
    start: Sequence[Vector],
    body: Callable[[ir.Value, list[Vector]], Sequence[Vector]],
) -> list[Vector]:
    """Run `body(step, sums)` `count` times; it returns the sums of the next step."""
    before = builder.block
    head = builder.append_basic_block("head")
    inside = builder.append_basic_block("body")
    after = builder.append_basic_block("after")
    builder.branch(head)

    builder.position_at_end(head)
    step = builder.phi(count.type)
    step.add_incoming(ir.Constant(count.type, 0), before)
    sums = [builder.phi(vector.value.type) for vector in start]
    for phi, vector in zip(sums, start, strict=True):
        phi.add_incoming(vector.value, before)
    builder.cbranch(builder.icmp_signed("<", step, count), inside, after)

    builder.position_at_end(inside)
    results = body(step, [Vector(builder, phi) for phi in sums])
    step.add_incoming(builder.add(step, ir.Constant(count.type, 1)), builder.block)
    for phi, vector in zip(sums, results, strict=True):
        phi.add_incoming(vector.value, builder.block)
    builder.branch(head)

    builder.position_at_end(after)
    return [Vector(builder, phi) for phi in sums]


def sweep(builder: ir.IRBuilder, size: ir.Value, body: Callable[[ir.Value], None]) -> None:
    """Run `body(first element)` for each vector of `size` elements, a multiple of 16."""

    def step(number: ir.Value, _: list[Vector]) -> list[Vector]:
        body(times(builder, number, LANES))
        return []

    loop(builder, builder.sdiv(size, ir.Constant(size.type, LANES)), [], step)


def pointers(builder: ir.IRBuilder, *places: ir.Value) -> list[ir.Value]:
    """Return places as float pointers."""
    return [builder.inttoptr(place, FLOAT.as_pointer()) for place in places]


@intrinsic
def place(typing_context, array, element):  # type: ignore[no-untyped-def]  # numba's own types
    """Return the address of an element, counted flat, of a contiguous array of 4-byte numbers."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.add(builder.ptrtoint(data, INDEX), times(builder, arguments[1], 4))

    return types.int64(array, types.int64), codegen
