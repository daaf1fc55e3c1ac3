"""Hits: finished one-shot buffers that the audio callback itself starts and mixes.

Their latency is one device block, whatever the ring's. There is a fixed table of records; a record
is free (then it is this class's to fill) or playing (then it is the callback's), and its state says
which, published by release stores. So nothing is queued, and nothing can overflow in the callback.
"""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numba import carray, float32, int64, njit, void
from numpy.typing import NDArray

from rtaudiogen.errors import UsageError
from rtaudiogen.realtime import layout
from rtaudiogen.realtime.atomics import as_pointer, load_acquire, store_release
from rtaudiogen.realtime.memory import FADE_SECONDS, AudioMemory
from rtaudiogen.realtime.ring import load

_ROOM_FOR_FADES = 8  # records kept for the fades of the oldest, when very many hits sound


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
        _stop_if_asked(slots, record)
        if _mix(slots, reals, record, bus, start, frames):
            slots[layout.HITS_ENDED] += 1
            store_release(slots, record + layout.HIT_STATE, layout.HIT_FREE)


@njit(inline="always", error_model="numpy")
def _begin(slots: NDArray[np.int64], record: int) -> None:
    wait_frames = 0
    if slots[record + layout.HIT_START] >= 0 and slots[layout.STREAM_START] >= 0:
        begin = slots[layout.STREAM_START] + slots[record + layout.HIT_START]
        wait_frames = max(0, begin - slots[layout.DEVICE_FRAMES])
    slots[record + layout.HIT_POSITION] = -wait_frames
    slots[record + layout.HIT_FADE_FRAMES] = 0
    slots[record + layout.HIT_STATE] = layout.HIT_PLAYING


@njit(inline="always", error_model="numpy")
def _stop_if_asked(slots: NDArray[np.int64], record: int) -> None:
    fade = load_acquire(slots, record + layout.HIT_STOP_FRAMES)
    if fade > 0 and slots[record + layout.HIT_FADE_FRAMES] == 0:
        slots[record + layout.HIT_FADE_FRAMES] = fade
        slots[record + layout.HIT_FADE_LEFT] = fade
        if slots[record + layout.HIT_POSITION] < 0:  # never sounded: nothing to fade
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
    """Add one hit; true if it has ended."""
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
            level = np.float32(left - i) / np.float32(fade)
        for channel in range(channels):
            gain = np.float32(reals[record + layout.HIT_GAIN_LEFT + (channel & 1)])
            bus[start + i, channel] += audio[position + i, channel] * (gain * level)
    slots[record + layout.HIT_POSITION] = position + frames
    slots[record + layout.HIT_FADE_LEFT] = left - frames
    return bool(position + frames >= length or (fade > 0 and left <= frames))


@njit(void(int64[::1], int64, int64), nogil=True, cache=True)
def _publish(slots: NDArray[np.int64], index: int, value: int) -> None:
    store_release(slots, index, value)


@dataclass(frozen=True)
class Hit:
    """A started hit, to stop it by."""

    record: int
    serial: int


class Hits:
    """Starts and stops hits from any control or midi thread.

    It keeps a reference to each buffer until the callback is done with it; a buffer must not be
    written to while it plays.
    """

    def __init__(self, memory: AudioMemory) -> None:
        self._memory = memory
        self._lock = Lock()  # between control and midi: the callback never sees it
        self._buffers: list[NDArray[np.float32] | None] = [None] * layout.HIT_COUNT
        self._serials = [0] * layout.HIT_COUNT
        self._started = 0
        self.refused = 0  # started when every record was busy

    def start(
        self,
        audio: NDArray[np.float32],
        gain_left: float = 1.0,
        gain_right: float | None = None,
        stream_frame: int | None = None,
    ) -> Hit | None:
        """Play `audio` (frames, channels) from the next callback's first frame on. [midi]

        With `stream_frame`, from exactly that frame if it has not been played yet. None if every
        record is busy. UsageError if the buffer's shape or type is not the stream's.
        """
        if audio.ndim != 2 or audio.shape[1] != self._memory.channels or len(audio) == 0:
            raise UsageError(
                f"a hit of shape {audio.shape} cannot be played: the stream needs"
                f" (frames, {self._memory.channels})"
            )
        if audio.dtype != np.float32 or not audio.flags.c_contiguous:
            raise UsageError("a hit must be contiguous float32")
        with self._lock:
            free = [index for index in range(layout.HIT_COUNT) if not self._is_busy(index)]
            if len(free) <= _ROOM_FOR_FADES:
                self._fade_oldest()
            if not free:
                self.refused += 1
                return None
            index = free[0]
            self._started += 1
            self._serials[index] = self._started
            self._buffers[index] = audio
            slots, record = self._memory.slots, _record(index)
            slots[record + layout.HIT_STOP_FRAMES] = 0
            slots[record + layout.HIT_ADDRESS] = audio.ctypes.data
            slots[record + layout.HIT_FRAMES] = len(audio)
            slots[record + layout.HIT_START] = -1 if stream_frame is None else stream_frame
            self._memory.reals[record + layout.HIT_GAIN_LEFT] = gain_left
            self._memory.reals[record + layout.HIT_GAIN_RIGHT] = (
                gain_left if gain_right is None else gain_right
            )
            _publish(slots, record + layout.HIT_STATE, layout.HIT_READY)
            return Hit(index, self._started)

    def stop(self, hit: Hit, fade_seconds: float = FADE_SECONDS) -> None:
        """Fade one hit out; nothing happens if it has ended. [midi]"""
        with self._lock:
            if self._serials[hit.record] == hit.serial:
                self._fade(hit.record, fade_seconds)

    def stop_all(self, fade_seconds: float = FADE_SECONDS) -> None:
        """Fade every hit out. [midi]"""
        with self._lock:
            for index in range(layout.HIT_COUNT):
                self._fade(index, fade_seconds)

    def sounding(self) -> int:
        """How many hits are started and have not ended. [any]"""
        with self._lock:
            return sum(self._is_busy(index) for index in range(layout.HIT_COUNT))

    def _is_busy(self, index: int) -> bool:
        if load(self._memory.slots, _record(index) + layout.HIT_STATE) != layout.HIT_FREE:
            return True
        self._buffers[index] = None
        return False

    def _fade(self, index: int, seconds: float) -> None:
        if self._is_busy(index):
            frames = max(1, round(seconds * self._memory.sample_rate))
            _publish(self._memory.slots, _record(index) + layout.HIT_STOP_FRAMES, frames)

    def _fade_oldest(self) -> None:
        slots = self._memory.slots
        sounding = [
            (self._serials[index], index)
            for index in range(layout.HIT_COUNT)
            if self._is_busy(index) and slots[_record(index) + layout.HIT_STOP_FRAMES] == 0
        ]
        if sounding:
            self._fade(min(sounding)[1], FADE_SECONDS)


def _record(index: int) -> int:
    return layout.HITS + index * layout.HIT_SLOTS
