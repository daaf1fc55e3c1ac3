"""Ring: a single-producer single-consumer queue of float32 frames that never waits.

One element is one frame, so channels cannot shift against each other. Two counters grow for ever:
`WRITE` belongs to the producer, `READ` to the consumer; the difference is the number of frames in
the ring. The audio callback, the consumer of the engine's ring, moves `READ` on even when frames
are missing (see `stream.py`), so the difference may be negative: frames that the producer owes and
that will be dropped when they come. The producer may also declare a hole, frames that will never
come.
"""

from typing import Self

import numpy as np
from numba import float32, int64, void
from numba.types import Array
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit
from rtaudiogen.realtime.callback.atomics import load_acquire, store_release

# Slots of the header, int64. The two sides write to different cache lines (128 bytes on Apple's).
WRITE, HOLE_START, HOLE_END = 0, 1, 2  # written by the producer
READ, LARGEST_READ = 16, 17  # written by the consumer
TARGET = 32  # written by [control]
HEADER_SLOTS = 48

_SLOTS = int64[::1]
_FRAMES = float32[:, ::1]
_BLOCK = Array(float32, 2, "C", readonly=True)


@cached_njit(int64(_SLOTS, _FRAMES, _BLOCK), nogil=True, error_model="numpy")
def _write(
    slots: NDArray[np.int64], frames: NDArray[np.float32], block: NDArray[np.float32]
) -> int:
    capacity, channels = frames.shape
    write = slots[WRITE]
    space = min(capacity, capacity - (write - load_acquire(slots, READ)))
    count: int = min(block.shape[0], space)
    for i in range(count):
        for channel in range(channels):
            frames[(write + i) & (capacity - 1), channel] = block[i, channel]
    store_release(slots, WRITE, write + count)
    return count


@cached_njit(int64(_SLOTS, _FRAMES, _FRAMES), nogil=True, error_model="numpy")
def _read(slots: NDArray[np.int64], frames: NDArray[np.float32], out: NDArray[np.float32]) -> int:
    capacity, channels = frames.shape
    write = load_acquire(slots, WRITE)
    read = slots[READ]
    if slots[HOLE_START] <= read < slots[HOLE_END]:
        read = slots[HOLE_END]
    end = slots[HOLE_START] if slots[HOLE_END] > read else write
    count: int = max(0, min(out.shape[0], end - read))
    for i in range(count):
        for channel in range(channels):
            out[i, channel] = frames[(read + i) & (capacity - 1), channel]
    store_release(slots, READ, read + count)
    return count


@cached_njit(void(_SLOTS, int64), nogil=True, error_model="numpy")
def _skip(slots: NDArray[np.int64], count: int) -> None:
    if count <= 0:
        return
    write = slots[WRITE]
    # A hole whose end the consumer has not reached grows; frames written behind it are dropped.
    if load_acquire(slots, READ) >= slots[HOLE_END]:
        slots[HOLE_START] = write
    slots[HOLE_END] = write + count
    store_release(slots, WRITE, write + count)


@cached_njit(int64(Array(int64, 1, "C", readonly=True), int64), nogil=True)
def load(slots: NDArray[np.int64], index: int) -> int:
    """Return one shared slot with acquire semantics, for code that is not compiled."""
    value: int = load_acquire(slots, index)
    return value


class Ring:
    """A ring in memory that another object owns. Methods say which side may call them.

    `slots` (HEADER_SLOTS,); `frames` (capacity, channels), the capacity a power of two.
    """

    def __init__(self, slots: NDArray[np.int64], frames: NDArray[np.float32]) -> None:
        capacity = frames.shape[0]
        if capacity < 1 or capacity & (capacity - 1):
            raise ValueError(f"a ring needs a power of two of frames, not {capacity}")
        self._slots = slots
        self._frames = frames

    @classmethod
    def create(cls, capacity_frames: int, channels: int) -> Self:
        """Return an empty ring in memory of its own."""
        slots = np.zeros(HEADER_SLOTS, np.int64)
        return cls(slots, np.zeros((capacity_frames, channels), np.float32))

    @property
    def capacity_frames(self) -> int:
        """Frames that fit into the ring."""
        return int(self._frames.shape[0])

    @property
    def channels(self) -> int:
        """Values in a frame."""
        return int(self._frames.shape[1])

    @property
    def target_frames(self) -> int:
        """Frames that the producer keeps in the ring: its share of the latency."""
        return int(self._slots[TARGET])

    @target_frames.setter
    def target_frames(self, frames: int) -> None:
        self._slots[TARGET] = frames

    @property
    def written_frames(self) -> int:
        """Stream frame at which the next write begins. Any thread."""
        return int(load(self._slots, WRITE))

    @property
    def read_frames(self) -> int:
        """Stream frame that the consumer reads next. Any thread."""
        return int(load(self._slots, READ))

    @property
    def fill_frames(self) -> int:
        """Frames in the ring; negative: frames owed. Any thread."""
        return self.written_frames - self.read_frames

    @property
    def goal_frames(self) -> int:
        """Frames that the producer fills up to: the target, or the largest block if that is
        more.
        """
        goal = max(self.target_frames, int(self._slots[LARGEST_READ]))
        return min(goal, self.capacity_frames)

    def wanted_frames(self) -> int:
        """Return the frames missing to the goal, including owed ones. [render]

        Write blocks of any size as long as this is positive: stopping short of the goal would keep
        the consumer waiting for ever, and overshooting it by less than a block does no harm.
        """
        read, hole_end = self.read_frames, int(self._slots[HOLE_END])
        if read >= hole_end:
            return max(0, self.goal_frames - (self.written_frames - read))
        # The consumer may pass the hole's end anywhere in a block, and needs its goal after that.
        goal = self.goal_frames + int(self._slots[LARGEST_READ])
        return max(0, goal - (self.written_frames - hole_end))

    def write(self, block: NDArray[np.float32]) -> int:
        """Append (frames, channels); return how many frames found room. [render]"""
        return int(_write(self._slots, self._frames, block))

    def skip(self, frames: int) -> None:
        """Leave `frames` out: they will never come and are played as silence. [render]"""
        _skip(self._slots, frames)

    def read(self, out: NDArray[np.float32]) -> int:
        """Take up to len(out) frames; return their number. [consumer]"""
        return int(_read(self._slots, self._frames, out))
