"""Atomic loads and stores for indices that two threads share, usable inside compiled code.

A plain store publishes an index in program order on x86 only. On ARM the index may become visible
before the frames that it covers, so every shared index goes through acquire and release here (LLVM
`load atomic` / `store atomic`: `ldar` and `stlr` on aarch64, plain moves on x86-64).
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

_BYTES = 8


def _element(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic
def load_acquire(typing_context: Any, slots: Any, index: Any) -> Any:
    """Return slots[index]; everything stored before its store_release is visible afterwards."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _element(context, builder, signature.args[0], *arguments)
        return builder.load_atomic(pointer, "acquire", _BYTES)

    return types.int64(slots, types.intp), codegen


@intrinsic
def store_release(typing_context: Any, slots: Any, index: Any, value: Any) -> Any:
    """Set slots[index] to `value` after everything that was stored before."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _element(context, builder, signature.args[0], *arguments[:2])
        builder.store_atomic(arguments[2], pointer, "release", _BYTES)
        return context.get_dummy_value()

    return types.void(slots, types.intp, types.int64), codegen


@intrinsic
def fence(typing_context: Any) -> Any:
    """Keep every load and store on its side; needed where data is read before its index."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def offset(typing_context: Any, pointer: Any, size_bytes: Any) -> Any:
    """Return the pointer `size_bytes` further on."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return types.voidptr(types.voidptr, types.int64), codegen


@intrinsic
def as_pointer(typing_context: Any, address: Any) -> Any:
    """Return the pointer of an address that is kept in a slot."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen
