"""The clock of `time.perf_counter`, read from compiled code without the GIL.

The function of the operating system is called through its address in the shared memory, so compiled
code stays cacheable, and a test can put a clock of its own there.
"""

import ctypes
import sys
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

_WINDOWS = sys.platform == "win32"
_WINDLL: Any = getattr(ctypes, "windll", None)  # there alone
_CLOCK_ID = 8 if sys.platform == "darwin" else 1  # CLOCK_UPTIME_RAW, CLOCK_MONOTONIC
_NS_PER_SECOND = 10**9


def _windows_frequency() -> int:
    frequency = ctypes.c_int64()
    _WINDLL.kernel32.QueryPerformanceFrequency(ctypes.byref(frequency))
    return frequency.value


_TICKS_PER_SECOND = _windows_frequency() if _WINDOWS else _NS_PER_SECOND


def system_timer() -> int:
    """Return the address of the function that `now_ns` calls; 0 if there is none."""
    try:
        library = _WINDLL.kernel32 if _WINDOWS else ctypes.CDLL(None)
        function = library.QueryPerformanceCounter if _WINDOWS else library.clock_gettime
    except (AttributeError, OSError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0


@intrinsic
def _call_timer(typing_context: Any, address: Any) -> Any:
    """Return the two numbers of clock_gettime, or the ticks of QueryPerformanceCounter and 0."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, integer = ir.IntType(64), ir.IntType(32)
        pair = cgutils.alloca_once(builder, ir.ArrayType(word, 2))
        builder.store(ir.Constant(pair.type.pointee, None), pair)
        before = [] if _WINDOWS else [integer(_CLOCK_ID)]
        kinds = [*(value.type for value in before), pair.type]
        function = builder.inttoptr(arguments[0], ir.FunctionType(integer, kinds).as_pointer())
        builder.call(function, [*before, pair])
        numbers = builder.load(pair)
        values = [builder.extract_value(numbers, index) for index in range(2)]
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(types.int64, 2)(types.int64), codegen


@njit(inline="always", error_model="numpy")
def now_ns(address: int) -> Any:
    """Return nanoseconds on the clock of time.perf_counter_ns. [audio]"""
    first, second = _call_timer(address)
    if _WINDOWS:
        whole = first // _TICKS_PER_SECOND
        rest = first - whole * _TICKS_PER_SECOND
        return whole * _NS_PER_SECOND + rest * _NS_PER_SECOND // _TICKS_PER_SECOND
    return first * _NS_PER_SECOND + second
