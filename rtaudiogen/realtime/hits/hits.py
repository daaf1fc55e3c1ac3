"""Hits: finished one-shot buffers that the audio callback itself starts and mixes.

Their latency is one device block, whatever the ring's. There is a fixed table of records, which
`hit_mixing` plays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numba import int64, void
from numpy.typing import NDArray

from rtaudiogen.errors import UsageError
from rtaudiogen.kernel_cache import cached_njit
from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.atomics import load_acquire, store_release
from rtaudiogen.realtime.callback.memory import FADE_SECONDS, AudioMemory

_ROOM_FOR_FADES = 8  # records that are kept free while the oldest of very many hits fade


@cached_njit(void(int64[::1], int64, int64), nogil=True)
def _publish(slots: NDArray[np.int64], index: int, value: int) -> None:
    store_release(slots, index, value)


@cached_njit(void(int64[::1], int64[::1]), nogil=True)
def _read_states(slots: NDArray[np.int64], states: NDArray[np.int64]) -> None:
    for index in range(layout.HIT_COUNT):
        states[index] = load_acquire(slots, layout.HITS + index * layout.HIT_SLOTS)


@dataclass(frozen=True)
class Hit:
    """Handle of a started hit, to stop it."""

    record: int
    serial: int


class Hits:
    """Starts and stops hits from any control or midi thread.

    It keeps a reference to each buffer until the callback is done with it; a buffer must not be
    written to while it plays.
    """

    def __init__(self, memory: AudioMemory) -> None:
        self._memory = memory
        self._lock = Lock()  # between control and midi; the callback never takes it
        self._buffers: list[NDArray[np.float32] | None] = [None] * layout.HIT_COUNT
        self._serials = [0] * layout.HIT_COUNT
        self._states = np.zeros(layout.HIT_COUNT, np.int64)
        self._started = 0
        self.refused = 0  # strikes when every record was busy

    def start(
        self,
        audio: NDArray[np.float32],
        gain_left: float = 1.0,
        gain_right: float | None = None,
        stream_frame: int | None = None,
    ) -> Hit | None:
        """Play `audio` (frames, channels) from the next callback's first frame on. [midi]

        With `stream_frame`, from exactly that frame on; at once if it has been played. None if
        every record is busy. UsageError if the buffer's shape or type is not the stream's.
        """
        if audio.ndim != 2 or audio.shape[1] != self._memory.channels or len(audio) == 0:
            raise UsageError(
                f"a hit of shape {audio.shape} cannot be played: the stream needs"
                f" (frames, {self._memory.channels})"
            )
        if audio.dtype != np.float32 or not audio.flags.c_contiguous:
            raise UsageError("a hit must be contiguous float32")
        with self._lock:
            busy = self._busy()
            if len(busy) >= layout.HIT_COUNT - _ROOM_FOR_FADES:
                self._fade_oldest(busy)
            if len(busy) == layout.HIT_COUNT:
                self.refused += 1
                return None
            index = int(self._states.argmin())  # HIT_FREE is the lowest state
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

    def stop(
        self, hit: Hit, fade_seconds: float = FADE_SECONDS, stream_frame: int | None = None
    ) -> None:
        """Fade one hit out, at once or from a frame on; do nothing if it has ended. [midi]

        Of several stops the earliest counts.
        """
        with self._lock:
            if self._serials[hit.record] == hit.serial and hit.record in self._busy():
                self._fade(hit.record, fade_seconds, -1 if stream_frame is None else stream_frame)

    def stop_all(self, fade_seconds: float = FADE_SECONDS) -> None:
        """Fade every hit out. [any]"""
        with self._lock:
            for index in self._busy():
                self._fade(index, fade_seconds)

    def sounding(self) -> int:
        """Return the number of hits that are started and have not ended. [any]"""
        with self._lock:
            return len(self._busy())

    def still(self, hits: Iterable[Hit]) -> list[Hit]:
        """Return the hits that have not ended. [any]"""
        with self._lock:
            busy = set(self._busy())
            return [h for h in hits if h.record in busy and self._serials[h.record] == h.serial]

    def _busy(self) -> list[int]:
        """Return the records that the callback owns; release the buffers of all others."""
        _read_states(self._memory.slots, self._states)
        busy = []
        for index, state in enumerate(self._states.tolist()):
            if state != layout.HIT_FREE:
                busy.append(index)
            else:
                self._buffers[index] = None
        return busy

    def _fade(self, index: int, seconds: float, stream_frame: int = -1) -> None:
        slots, record = self._memory.slots, _record(index)
        at = int(slots[record + layout.HIT_STOP_AT])
        asked = slots[record + layout.HIT_STOP_FRAMES] > 0
        if not asked or stream_frame < at:
            slots[record + layout.HIT_STOP_AT] = stream_frame
        if not asked:
            frames = max(1, round(seconds * self._memory.sample_rate))
            _publish(slots, record + layout.HIT_STOP_FRAMES, frames)

    def _fade_oldest(self, busy: list[int]) -> None:
        slots = self._memory.slots
        sounding = [
            (self._serials[index], index)
            for index in busy
            if slots[_record(index) + layout.HIT_STOP_FRAMES] == 0
        ]
        if sounding:
            self._fade(min(sounding)[1], FADE_SECONDS)


def _record(index: int) -> int:
    return layout.HITS + index * layout.HIT_SLOTS
