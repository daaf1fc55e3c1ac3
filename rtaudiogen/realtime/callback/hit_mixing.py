"""Hits in the audio callback: begun at their frames, mixed, faded, ended.

A record is free (owned by `hits.Hits`) or playing (owned by the callback); its state says which,
published by release stores. So there is no queue, and nothing can overflow here.
"""

from typing import Any

import numpy as np
from numba import carray, float32, njit
from numpy.typing import NDArray

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.atomics import as_pointer, load_acquire, store_release

_NEVER = 1 << 60  # frames


@njit(inline="always", error_model="numpy")
def mix_hits(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> None:
    """Add every started hit to bus[start : start + frames]. [audio]"""
    for index in range(layout.HIT_COUNT):
        record = layout.HITS + index * layout.HIT_SLOTS
        state = load_acquire(slots, record + layout.HIT_STATE)
        if state == layout.HIT_FREE:
            continue
        if state == layout.HIT_READY:
            _begin(slots, record)
        _stop_if_asked(slots, record, frames)
        if _mix(slots, reals, record, bus, start, frames):
            slots[layout.HITS_ENDED] += 1
            store_release(slots, record + layout.HIT_STATE, layout.HIT_FREE)


@njit(inline="always", error_model="numpy")
def _frames_until(slots: NDArray[np.int64], stream_frame: int) -> Any:
    """Return the device frames from now to a stream frame, negative if it is past; -1 means now."""
    if stream_frame < 0:
        return 0
    if slots[layout.STREAM_START] < 0:
        return _NEVER
    return slots[layout.STREAM_START] + stream_frame - slots[layout.DEVICE_FRAMES]


@njit(inline="always", error_model="numpy")
def _begin(slots: NDArray[np.int64], record: int) -> None:
    wait_frames = _frames_until(slots, slots[record + layout.HIT_START])
    slots[record + layout.HIT_POSITION] = -max(0, wait_frames)
    slots[record + layout.HIT_FADE_FRAMES] = 0
    if wait_frames == _NEVER:  # there is no stream yet: try again next time
        return
    if wait_frames < 0:
        slots[layout.HITS_LATE] += 1
        slots[layout.HITS_LATEST_FRAMES] = max(slots[layout.HITS_LATEST_FRAMES], -wait_frames)
    slots[record + layout.HIT_STATE] = layout.HIT_PLAYING


@njit(inline="always", error_model="numpy")
def _stop_if_asked(slots: NDArray[np.int64], record: int, frames: int) -> None:
    fade = load_acquire(slots, record + layout.HIT_STOP_FRAMES)
    if fade <= 0 or slots[record + layout.HIT_FADE_FRAMES] != 0:
        return
    wait_frames = max(0, _frames_until(slots, slots[record + layout.HIT_STOP_AT]))
    if wait_frames >= frames:
        return
    begins_in = -slots[record + layout.HIT_POSITION]
    slots[record + layout.HIT_FADE_FRAMES] = fade
    slots[record + layout.HIT_FADE_LEFT] = fade + wait_frames
    if begins_in > 0 and begins_in >= wait_frames:  # never sounded: nothing to fade
        slots[record + layout.HIT_FADE_LEFT] = 0


@njit(inline="always", error_model="numpy")
def _mix(
    slots: NDArray[np.int64],
    reals: NDArray[np.float64],
    record: int,
    bus: NDArray[np.float32],
    start: int,
    frames: int,
) -> bool:
    """Add one hit; return True if it has ended."""
    channels = bus.shape[1]
    length = slots[record + layout.HIT_FRAMES]
    pointer = as_pointer(slots[record + layout.HIT_ADDRESS])
    audio = carray(pointer, (length, channels), float32)
    position = slots[record + layout.HIT_POSITION]
    fade = slots[record + layout.HIT_FADE_FRAMES]
    left = slots[record + layout.HIT_FADE_LEFT]
    first = max(0, -position)
    last = min(frames, length - position)
    if fade > 0:
        last = min(last, left)
    for i in range(first, last):
        level = np.float32(1)
        if fade > 0:
            level = min(level, np.float32(left - i) / np.float32(fade))
        for channel in range(channels):
            gain = np.float32(reals[record + layout.HIT_GAIN_LEFT + (channel & 1)])
            bus[start + i, channel] += audio[position + i, channel] * (gain * level)
    slots[record + layout.HIT_POSITION] = position + frames
    slots[record + layout.HIT_FADE_LEFT] = left - frames
    return bool(position + frames >= length or (fade > 0 and left <= frames))
