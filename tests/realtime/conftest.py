"""A device under the test's control, which calls the compiled callback at times it chooses."""

import ctypes
from collections.abc import Callable

import numpy as np
import pytest
from numba import carray, cfunc, int32, int64, types
from numpy.typing import NDArray

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.atomics import as_pointer
from rtaudiogen.realtime.callback.callback import callback
from rtaudiogen.realtime.callback.memory import AudioMemory

_now_ns = np.zeros(1, np.int64)
_NOW_ADDRESS = _now_ns.ctypes.data
_GUARD = np.float32(123.0)


@cfunc(int32(int32, types.voidptr))
def _fake_clock_gettime(clock_id, pair):
    seconds_and_ns = carray(pair, (2,), int64)
    seconds_and_ns[0] = 0
    seconds_and_ns[1] = carray(as_pointer(_NOW_ADDRESS), (1,), int64)[0]
    return 0


class FakeDevice:
    """A device that asks the callback for blocks. Time stands still unless the test moves it."""

    def __init__(self, memory: AudioMemory, output_channels: int | None = None) -> None:
        self.memory = memory
        self.channels = output_channels or memory.channels
        memory.prepare_device(self.channels)
        memory.slots[layout.TIMER] = _fake_clock_gettime.address
        self.now_seconds = 1.0

    def play(self, frames: int, flags: int = 0) -> NDArray[np.float32]:
        """Call the callback once, and return (frames, channels)."""
        _now_ns[0] = round(self.now_seconds * 1e9)
        out = np.full((frames + 1, self.channels), _GUARD)
        times = (ctypes.c_double * 3)(0.0, self.now_seconds, self.now_seconds + 0.25)
        status = callback.ctypes(
            None, out.ctypes.data, frames, ctypes.addressof(times), flags, self.memory.address
        )
        assert status == 0, "the callback must ask PortAudio to go on"
        assert (out[-1] == _GUARD).all(), "the callback wrote past its block"
        return out[:-1]

    def play_blocks(self, frames: int, blocks: int) -> NDArray[np.float32]:
        """Call the callback for several blocks, and return them joined."""
        return np.concatenate([self.play(frames) for _ in range(blocks)])


@pytest.fixture(scope="session")
def plug() -> Callable[..., FakeDevice]:
    """Return a function that connects a fake device to some memory."""
    return FakeDevice
