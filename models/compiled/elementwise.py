"""Elementwise functions as vector code that families share, on places (see `vectors`). [render]"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .decorators import part
from .vectors import Vector, address, broadcast, constant, load, pointers, sweep

LOG2E = 1.4426950408889634
# 2^f for |f| ≤ 1/2 with relative error 9e-8, exact at 0: nearly minimax least squares
EXP2 = (1.0, 0.6931469776, 0.2402224209, 0.0555073374, 0.0096715126, 0.0013264727)
ROUNDER = 12582912.0  # 1.5 · 2^23: added to a float it leaves the nearest integer in the low bits
SMALLEST = 1e-30  # of what a network is told: subnormal numbers are slow on some CPUs


@part
def normal(value: np.float32) -> np.float32:
    """Return `value`, or 0 if it is nearly 0."""
    return value if abs(value) > SMALLEST else np.float32(0.0)


def exp2(x: Vector) -> Vector:
    """Return 2^x for -126 ≤ x ≤ 126."""
    rounded = x + ROUNDER
    fraction = x - (rounded - ROUNDER)
    power = fraction.times_plus(EXP2[-1], EXP2[-2])
    for coefficient in EXP2[-3::-1]:
        power = power.times_plus(fraction, coefficient)
    return power.bits().plus_bits(rounded.bits().shifted(23)).floats()


def elu(x: Vector) -> Vector:
    """Return x above 0, e^x - 1 below, absolute error 2e-7; -1 for NaN."""
    below = exp2((x * LOG2E).at_least(-100.0).at_most(0.0)) - 1.0
    return x.at_least(0.0) + below


def sigmoid(x: Vector) -> Vector:
    """Return 1 / (1 + e^-x), never NaN."""
    power = exp2((x * -LOG2E).at_least(-60.0).at_most(60.0))
    return constant(x.builder, 1.0) / (power + 1.0)


def tanh(x: Vector) -> Vector:
    """Return the hyperbolic tangent, never NaN; the absolute error is below 2e-7."""
    power = exp2((x * (-2 * LOG2E)).at_least(-60.0).at_most(60.0))
    return (constant(x.builder, 1.0) - power) / (power + 1.0)


def gated(a: Vector, b: Vector) -> Vector:
    """Return tanh(a) · sigmoid(b) = (1 - p) / ((1 + p) (1 + q)), p = e^-2a, q = e^-b; never NaN."""
    p = exp2((a * (-2 * LOG2E)).at_least(-60.0).at_most(60.0))
    q = exp2((b * -LOG2E).at_least(-60.0).at_most(60.0))
    return (constant(a.builder, 1.0) - p) / ((p + 1.0) * (q + 1.0))


def elementwise(function: Callable[[Vector], Vector]) -> Any:
    """Return an intrinsic of (size, source, target): target = function(source).

    `size` elements, a multiple of 16; `target` may be `source`.
    """

    @intrinsic
    def apply(typing_context, size, source, target):  # type: ignore[no-untyped-def]  # numba's own types
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            source, target = pointers(builder, *arguments[1:])

            def body(i: ir.Value) -> None:
                x = load(builder, address(builder, source, i))
                function(x).store(address(builder, target, i))

            sweep(builder, arguments[0], body)
            return context.get_dummy_value()

        return types.void(*[types.int64] * 3), codegen

    return apply


elu_to = elementwise(elu)
rectify_to = elementwise(lambda x: x.at_least(0.0))
squash = elementwise(tanh)
copy = elementwise(lambda x: x)


@intrinsic
def leak(typing_context, size, source, target, slope):  # type: ignore[no-untyped-def]  # numba's own types
    """Set target = source above 0, slope · source below; `size` elements, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = pointers(builder, *arguments[1:3])
        slope = broadcast(builder, arguments[3])

        def body(i: ir.Value) -> None:
            x = load(builder, address(builder, source, i))
            below = x.at_most(0.0) * slope
            (x.at_least(0.0) + below).store(address(builder, target, i))

        sweep(builder, arguments[0], body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3, types.float32), codegen


@intrinsic
def gate(typing_context, size, ab, target):  # type: ignore[no-untyped-def]  # numba's own types
    """Set target = tanh(ab[:size]) · sigmoid(ab[size:]); `size` elements, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size = arguments[0]
        ab, target = pointers(builder, *arguments[1:])

        def body(i: ir.Value) -> None:
            a = load(builder, address(builder, ab, i))
            b = load(builder, address(builder, ab, size, i))
            gated(a, b).store(address(builder, target, i))

        sweep(builder, size, body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def move(typing_context, size, source, target):  # type: ignore[no-untyped-def]  # numba's own types
    """Set target = source, `size` elements, any number of them; the two must not overlap."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, target = pointers(builder, *arguments[1:])
        cgutils.raw_memcpy(builder, target, source, arguments[0], 4)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def add(typing_context, size, first, second, target):  # type: ignore[no-untyped-def]  # numba's own types
    """Set target = first + second, `size` elements, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second, target = pointers(builder, *arguments[1:])

        def body(i: ir.Value) -> None:
            total = load(builder, address(builder, first, i)) + load(
                builder, address(builder, second, i)
            )
            total.store(address(builder, target, i))

        sweep(builder, arguments[0], body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), codegen


@intrinsic
def rectify(typing_context, size, x):  # type: ignore[no-untyped-def]  # numba's own types
    """Set x = max(x, 0) in place, `size` elements, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (x,) = pointers(builder, arguments[1])

        def body(i: ir.Value) -> None:
            load(builder, address(builder, x, i)).at_least(0.0).store(address(builder, x, i))

        sweep(builder, arguments[0], body)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 2), codegen
