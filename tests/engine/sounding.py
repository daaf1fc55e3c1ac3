"""An output without a device: the compiled callback, called by hand."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.realtime.callback.callback import callback
from rtaudiogen.realtime.callback.memory import AudioMemory

SAMPLE_RATE = 48000


class Output:
    """An output that plays rendered noise; `heard` keeps what the device was given."""

    def __init__(self, tap_seconds: float = 2.0) -> None:
        self.memory = AudioMemory.create(SAMPLE_RATE, 256, 2, tap_seconds=tap_seconds)
        self.heard: list[NDArray[np.float32]] = []
        self._noise = np.random.default_rng(1)
        self._times = (ctypes.c_double * 3)()

    def play(self, frames: int, block_frames: int = 256, rendered: bool = True) -> None:
        """Call back until `frames` are played; without rendering, the ring runs empty."""
        for start in range(0, frames, block_frames):
            count = min(block_frames, frames - start)
            if rendered:
                wanted = max(self.memory.ring.wanted_frames(), count)
                noise = self._noise.uniform(-0.88, 0.88, (wanted, 2))
                self.memory.ring.write(noise.astype(np.float32))
            block = np.empty((count, 2), np.float32)
            arguments = (None, block.ctypes.data, count, ctypes.addressof(self._times), 0)
            callback.ctypes(*arguments, self.memory.address)
            self.heard.append(block)

    def all_heard(self) -> NDArray[np.float32]:
        """Return everything heard, (frames, channels)."""
        return np.concatenate(self.heard)
