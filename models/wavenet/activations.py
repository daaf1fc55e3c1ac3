"""The gate and the softmax's exponentials as vector code."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..vectors import LANES, Vector, address, array_pointer, broadcast, load, loop

LOG2E = 1.4426950408889634
# 2^f on [-0.5, 0.5], relative error 2e-7: minimax in f, lowest power first
EXP2 = (0.99999994, 0.69315308, 0.24015361, 0.055826318, 0.0089893397, 0.0018775767)
ROUNDER = 12582912.0  # 1.5 · 2^23: adding it leaves a float's nearest integer in its low bits


def exp2(x: Vector) -> Vector:
    """2^x for -126 ≤ x ≤ 126."""
    rounded = x + ROUNDER
    fraction = x - (rounded - ROUNDER)
    power = fraction.times_plus(EXP2[5], EXP2[4])
    for coefficient in EXP2[3::-1]:
        power = power.times_plus(fraction, coefficient)
    return power.bits().plus_bits(rounded.bits().shifted(23)).floats()


def gated(a: Vector, b: Vector) -> Vector:
    """tanh(a) · sigmoid(b) = (1 - p) / ((1 + p) (1 + q)), p = e^-2a, q = e^-b; NaN gives a number."""
    p = exp2((a * (-2 * LOG2E)).at_least(-60.0).at_most(60.0))
    q = exp2((b * -LOG2E).at_least(-60.0).at_most(60.0))
    one = Vector(a.builder, ir.Constant(a.value.type, [1.0] * a.lanes))
    return (one - p) / ((p + 1.0) * (q + 1.0))


@intrinsic
def gate(typing_context, ab, ab_at, size, z, z_at):  # type: ignore[no-untyped-def]
    """z[z_at + i] = tanh(ab[ab_at + i]) · sigmoid(ab[ab_at + size + i]), i < size, a multiple of 16."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = array_pointer(context, builder, signature.args[0], arguments[0])
        target = array_pointer(context, builder, signature.args[3], arguments[3])
        _, ab_at, size, _, z_at = arguments

        def body(step: ir.Value, carried: list[Vector]) -> list[Vector]:
            i = builder.mul(step, ir.Constant(step.type, LANES))
            a = load(builder, address(builder, source, ab_at, i))
            b = load(builder, address(builder, source, ab_at, size, i))
            gated(a, b).store(address(builder, target, z_at, i))
            return carried

        loop(builder, builder.udiv(size, ir.Constant(size.type, LANES)), [], body)
        return context.get_dummy_value()

    return types.void(ab, ab_at, size, z, z_at), codegen


@intrinsic
def exponentials(typing_context, x, x_at, size, highest, scale):  # type: ignore[no-untyped-def]
    """x ← e^((x - highest) · scale) in place for `size` elements, a multiple of 16; 0 becomes 2^-100."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = array_pointer(context, builder, signature.args[0], arguments[0])
        _, x_at, size, highest, scale = arguments
        top, factor = broadcast(builder, highest), broadcast(builder, scale) * LOG2E

        def body(step: ir.Value, carried: list[Vector]) -> list[Vector]:
            i = builder.mul(step, ir.Constant(step.type, LANES))
            place = address(builder, source, x_at, i)
            power = (load(builder, place) - top) * factor
            exp2(power.at_least(-100.0).at_most(0.0)).store(place)
            return carried

        loop(builder, builder.udiv(size, ir.Constant(size.type, LANES)), [], body)
        return context.get_dummy_value()

    return types.void(x, x_at, size, types.float32, types.float32), codegen
