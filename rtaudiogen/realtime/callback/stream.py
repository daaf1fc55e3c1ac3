"""Stream from the ring to the output, also when frames are missing.

The rule: once started, stream frame s is played at device frame STREAM_START + s or not at all. The
read position moves with the device even when the ring is empty; frames that come later are skipped.
So latency is constant, and nothing stale is queued.

* Waiting: silence until the ring has reached its goal; then the first frame, without a fade.
* Playing: a bit-exact copy. When frames are missing, the last present ones fade out (or, if there
  are too few, the last played one is held and fades), and an underrun episode begins.
* Starved: silence until the ring holds its goal again *ahead* of the read position; then fade in.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.atomics import load_acquire, store_release
from rtaudiogen.realtime.callback.ring import (
    HOLE_END,
    HOLE_START,
    LARGEST_READ,
    READ,
    TARGET,
    WRITE,
)


@njit(inline="always", error_model="numpy")
def play_stream(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    header: NDArray[np.int64],
    ring: NDArray[np.float32],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Fill bus[start : start + frames] from the ring. [audio]"""
    write = load_acquire(header, WRITE)
    read = header[READ]
    if slots[layout.STATE] == layout.WAITING:
        read = max(read, header[HOLE_END])
    _begin_when_ready(slots, header, write, read, ring.shape[0])
    if slots[layout.STATE] == layout.WAITING:
        bus[start : start + frames] = np.float32(0)
        return
    available = 0
    falls_at = 0
    if slots[layout.STATE] == layout.PLAYING:
        end = min(write, header[HOLE_START]) if header[HOLE_END] > read else write
        available = min(max(end - read, 0), frames)
        falls_at = frames
        if available < frames:
            falls_at = max(0, available - slots[layout.FADE_FRAMES])
            slots[layout.STATE] = layout.STARVED
            slots[layout.EPISODE_LOST_FRAMES] = 0
            if slots[layout.MUTE_LEVEL] > 0:
                slots[layout.EPISODES] += 1
    _copy(slots, reals, ring, read, available, falls_at, bus, start, frames)
    _count_lost(slots, frames - available)
    store_release(header, READ, read + frames)


@njit(inline="always", error_model="numpy")
def _begin_when_ready(
    slots: NDArray[np.int64], header: NDArray[np.int64], write: int, read: int, capacity: int
) -> None:
    goal = min(max(header[TARGET], header[LARGEST_READ]), capacity)
    if write - read < goal or read < header[HOLE_END]:
        return
    if slots[layout.STATE] == layout.WAITING:
        slots[layout.LEVEL] = slots[layout.FADE_FRAMES]
        slots[layout.STREAM_START] = slots[layout.DEVICE_FRAMES] - read
    elif slots[layout.STATE] == layout.PLAYING or slots[layout.LEVEL] > 0:
        return  # let a fade-out finish
    slots[layout.STATE] = layout.PLAYING
    slots[layout.RESUMED] += 1


@njit(inline="always", error_model="numpy")
def _copy(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    ring: NDArray[np.float32],
    read: int,
    available: int,
    falls_at: int,
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    mask = ring.shape[0] - 1
    full = slots[layout.FADE_FRAMES]
    level = slots[layout.LEVEL]
    for i in range(frames):
        level = min(level + 1, full) if i < falls_at else max(level - 1, 0)
        gain = np.float32(level) / np.float32(full)
        for channel in range(ring.shape[1]):
            if i < available:
                value = ring[(read + i) & mask, channel]
                reals[layout.HELD + channel] = value
            else:
                value = np.float32(reals[layout.HELD + channel])
            bus[start + i, channel] = value * gain
    slots[layout.LEVEL] = level


@njit(inline="always", error_model="numpy")
def _count_lost(slots: NDArray[np.int64], frames: int) -> None:
    if frames == 0 or slots[layout.MUTE_LEVEL] == 0:
        return
    slots[layout.LOST_FRAMES] += frames
    slots[layout.EPISODE_LOST_FRAMES] += frames
    slots[layout.LONGEST_EPISODE_FRAMES] = max(
        slots[layout.LONGEST_EPISODE_FRAMES], slots[layout.EPISODE_LOST_FRAMES]
    )
