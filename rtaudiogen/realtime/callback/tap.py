"""Tap: a copy of the output for the recorder and the scopes.

It is a ring that the audio callback writes without ever waiting. Any number of readers, in any
process, each keep a position of their own; one that falls behind by the whole ring loses the oldest
frames and is told how many. Tap positions are device frames (`Counters.device_frames`).
"""

import numpy as np
from numba import float32, int64, njit
from numba.types import Array
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit
from rtaudiogen.realtime.callback.atomics import fence, load_acquire, store_release
from rtaudiogen.realtime.callback.ring import load

# Slots of its section, int64. Writer: [audio]
RESERVED, WRITTEN = range(2)
SECTION_SLOTS = 16

_SLOTS = Array(int64, 1, "C", readonly=True)
_TAP = Array(float32, 2, "C", readonly=True)


@njit(inline="always", error_model="numpy")
def reserve(slots: NDArray[np.int64], frames: int) -> None:
    """Announce that the next `frames` are about to overwrite the oldest ones. [audio]"""
    store_release(slots, RESERVED, slots[WRITTEN] + frames)
    fence()


@njit(inline="always", error_model="numpy")
def publish(slots: NDArray[np.int64]) -> None:
    """Announce that the reserved frames are written. [audio]"""
    store_release(slots, WRITTEN, slots[RESERVED])


@cached_njit(int64(_SLOTS, _TAP, int64, float32[:, ::1]), nogil=True, error_model="numpy")
def copy(
    slots: NDArray[np.int64],
    tap: NDArray[np.float32],
    position: int,
    out: NDArray[np.float32],
) -> int:
    """Copy the frames from `position` on; return their number, -1 if they were overwritten."""
    capacity, channels = tap.shape
    count: int = min(out.shape[0], load_acquire(slots, WRITTEN) - position)
    for i in range(count):
        for channel in range(channels):
            out[i, channel] = tap[(position + i) & (capacity - 1), channel]
    fence()
    if load_acquire(slots, RESERVED) - position > capacity:
        return -1
    return count


class TapReader:
    """One reader's position in the tap."""

    def __init__(self, slots: NDArray[np.int64], tap: NDArray[np.float32]) -> None:
        self._slots = slots
        self._tap = tap
        self.position = self.written_frames  # device frame that the next read begins with
        self.lost_frames = 0  # overwritten before they were read

    @property
    def written_frames(self) -> int:
        """Device frame up to which the tap is written."""
        return int(load(self._slots, WRITTEN))

    def read(self, out: NDArray[np.float32]) -> int:
        """Take up to len(out) frames into `out` (frames, channels); return their number. [writer]

        If this reader was too slow, `lost_frames` grows and `position` jumps over the lost ones.
        """
        count: int = copy(self._slots, self._tap, self.position, out)
        if count < 0:
            # Half the ring away from the overwriting, so that the next read does not lose again.
            next_position = self.written_frames - len(self._tap) // 2
            self.lost_frames += next_position - self.position
            self.position = next_position
            count = max(0, copy(self._slots, self._tap, self.position, out))
        self.position += count
        return count

    def latest(self, out: NDArray[np.float32]) -> int:
        """Copy the last len(out) frames, independent of `position`; return the first one's
        position.

        Frames before the memory's first are zero. At most half of the tap's length.
        """
        start = self.written_frames - len(out)
        missing = max(0, -start)
        out[:missing] = 0
        if copy(self._slots, self._tap, start + missing, out[missing:]) < 0:
            out[:] = 0
        return start
