"""The audio callback: compiled, without the GIL, over fixed memory.

It runs on the device's own thread. It keeps the input, copies from the ring, mixes hits, fades,
counts and feeds the tap; it never allocates, locks, calls Python or fails. Devices get it as a
plain C function pointer with the signature of PortAudio's PaStreamCallback and the memory's address
as user data.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, cfunc, float32, float64, int64, njit, types
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import sources_digest
from rtaudiogen.realtime.callback import (
    input_mixing,
    layout,
    ring,
    tap,
    timer,
)
from rtaudiogen.realtime.callback.atomics import offset
from rtaudiogen.realtime.callback.capture import keep
from rtaudiogen.realtime.callback.delay_locked_loop import SECTION_SLOTS, observe
from rtaudiogen.realtime.callback.hit_mixing import mix_hits
from rtaudiogen.realtime.callback.output import guard, master, mute, to_device
from rtaudiogen.realtime.callback.stream import play_stream

# PortAudio's `unsigned long`: 32 bit on Windows.
_ULONG = types.uint64 if ctypes.sizeof(ctypes.c_ulong) == 8 else types.uint32
SIGNATURE = types.int32(types.voidptr, types.voidptr, _ULONG, types.voidptr, _ULONG, types.voidptr)
_UNDERFLOW_FLAG = 4  # paOutputUnderflow
_MOST_CHUNK_FRAMES = 4096  # a longer block is done in pieces


@njit(inline="always", error_model="numpy")
def _note_call(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    times: NDArray[np.float64],  # PaStreamCallbackTimeInfo: input, now, output
    flags: int,
) -> Any:
    """Count the call; return its time in nanoseconds. [audio]"""
    slots[layout.CALLS] += 1
    slots[layout.DEVICE_FLAGS] |= flags
    if flags & _UNDERFLOW_FLAG:
        slots[layout.DEVICE_UNDERFLOWS] += 1
    if times[2] > times[1]:
        reals[layout.DEVICE_LATENCY_SECONDS] = times[2] - times[1]
    if 0.0 < times[0] < times[1]:
        reals[layout.INPUT_LATENCY_SECONDS] = times[1] - times[0]
    now = np.int64(times[1] * 1e9)
    if slots[layout.TIMER] != 0:
        now = timer.now_ns(slots[layout.TIMER])
    if slots[layout.LAST_CALL_NS] != 0:
        gap = now - slots[layout.LAST_CALL_NS]
        slots[layout.LONGEST_GAP_NS] = max(slots[layout.LONGEST_GAP_NS], gap)
    slots[layout.LAST_CALL_NS] = now
    return now


@njit(inline="always", error_model="numpy")
def _fill(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    header: NDArray[np.int64],
    frames: NDArray[np.float32],
    cursors: NDArray[np.int64],
    bus: NDArray[np.float32],  # the tap's storage: the output is made there and copied
    out: NDArray[np.float32],
) -> None:
    """Fill `out` completely. [audio]"""
    header[ring.LARGEST_READ] = max(header[ring.LARGEST_READ], out.shape[0])
    slots[layout.BLOCK_SIZES] |= out.shape[0]
    done = 0
    while done < out.shape[0]:
        start = cursors[tap.WRITTEN] & (bus.shape[0] - 1)
        count = min(out.shape[0] - done, bus.shape[0] - start, _MOST_CHUNK_FRAMES)
        tap.reserve(cursors, count)
        play_stream(slots, reals, header, frames, bus, start, count)
        mix_hits(slots, reals, bus, start, count)
        mute(slots, bus, start, count)
        master(slots, reals, bus, start, count)
        guard(slots, reals, bus, start, count)
        to_device(bus, start, count, out, done)
        tap.publish(cursors)
        slots[layout.DEVICE_FRAMES] += count
        done += count


def _build(sources: str, cache: bool) -> Any:
    def stream_callback(
        heard: Any, buffer: Any, frame_count: Any, times: Any, flags: Any, memory: Any
    ) -> int:
        sources  # noqa: B018  (a variable of the function is part of the cache's key)
        slots = carray(memory, (layout.SLOTS,), int64)
        reals = carray(memory, (layout.SLOTS,), float64)
        now_ns = _note_call(slots, reals, carray(times, (3,), float64), np.int64(flags))

        line = offset(memory, layout.CLOCK * 8)
        observe(
            carray(line, (SECTION_SLOTS,), int64),
            carray(line, (SECTION_SLOTS,), float64),
            slots[layout.DEVICE_FRAMES],
            now_ns * 1e-9,
            slots[layout.SAMPLE_RATE],
        )

        header = carray(offset(memory, layout.RING * 8), (ring.HEADER_SLOTS,), int64)
        cursors = carray(offset(memory, layout.TAP * 8), (tap.SECTION_SLOTS,), int64)
        channels = slots[layout.CHANNELS]
        ring_frames = slots[layout.RING_FRAMES]
        samples = offset(memory, layout.SLOTS_BYTES)
        frames = carray(samples, (ring_frames, channels), float32)
        taps = offset(samples, ring_frames * channels * 4)
        bus = carray(taps, (slots[layout.TAP_FRAMES], channels), float32)
        kept = offset(taps, slots[layout.TAP_FRAMES] * channels * 4)
        mix = offset(memory, layout.INPUT_MIX * 8)
        keep(
            slots,
            reals,
            carray(offset(memory, layout.INPUT * 8), (tap.SECTION_SLOTS,), int64),
            carray(mix, (input_mixing.SECTION_SLOTS,), int64),
            carray(mix, (input_mixing.SECTION_SLOTS,), float64),
            carray(kept, (slots[layout.INPUT_FRAMES], 1), float32),
            carray(heard, (np.int64(frame_count), slots[layout.INPUT_CHANNELS]), float32),
        )
        out = carray(buffer, (np.int64(frame_count), slots[layout.OUTPUT_CHANNELS]), float32)
        _fill(slots, reals, header, frames, cursors, bus, out)
        return 0

    return cfunc(SIGNATURE, nopython=True, error_model="numpy", cache=cache)(stream_callback)


def compile_callback(cache: bool = True) -> Any:
    """Return the compiled callback, a numba CFunc: `.address`, `.ctypes`. [control]"""
    return _build(sources_digest(__name__), cache)


callback = compile_callback()
Callback = Callable[..., int]
