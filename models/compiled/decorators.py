"""Decorators of compiled code on the render path: without reference counts, without allocation.

`_nrt=False` leaves out numba's memory manager: reference counts would cost half the time of some
kernels, and allocation becomes an error of compilation. Parts are inlined because a call would push
every word of every array in its arguments.
"""

from typing import Any

from numba import njit

from rtaudiogen.kernel_cache import cached_njit

part: Any = njit(nogil=True, error_model="numpy", forceinline=True, _nrt=False)
whole_call: Any = cached_njit(nogil=True, error_model="numpy", _nrt=False)
