"""A device with an input, under the test's control, and a render thread that echoes."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.callback import callback
from rtaudiogen.realtime.callback.capture import Capture
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.render.skip_policy import SkipPolicy

RATE = 48000
TARGET = 1024
QUANTUM = 128


def numbered(start: int, frames: int) -> NDArray[np.float32]:
    """Return frames that encode their device frame, exactly in float32, within ±1 and not 0."""
    return ((np.arange(start, start + frames) % 65536 + 65536) / 2**18).astype(np.float32)


class Duplex:
    """A device with an input, and a render thread that gives back what it hears."""

    def __init__(self, target: int = TARGET, inputs: int = 1, patience: int = 2400) -> None:
        self.memory = AudioMemory.create(RATE, target)
        self.memory.prepare_device(2, inputs)
        self.memory.slots[layout.TIMER] = 0
        self.capture = Capture(self.memory, QUANTUM)
        self._skip_policy = SkipPolicy(self.memory, QUANTUM, patience)
        self._heard = np.zeros((QUANTUM, 1), np.float32)
        self._inputs = inputs
        self.skipped = 0
        self.played = np.zeros(0, np.float32)

    @property
    def frames(self) -> int:
        return len(self.played)

    def render(self, quanta: int = 1000) -> None:
        """Render as `RenderThread` does, but at most `quanta` quanta."""
        ring = self.memory.ring
        while quanta:
            skipped = self._skip_policy.frames_to_skip()
            ring.skip(skipped)
            self.skipped += skipped
            early = self._skip_policy.patient and not self.capture.has_arrived()
            if ring.wanted_frames() <= 0 or early:
                return
            self.capture.read(self._heard)
            ring.write(np.repeat(self._heard, 2, axis=1))
            quanta -= 1

    def call(self, frames: int, heard: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Call the callback once and return its output; the input is numbered unless given."""
        if heard is None:
            heard = np.repeat(numbered(self.frames, frames)[:, None], self._inputs, axis=1)
        heard = np.ascontiguousarray(heard, np.float32)
        out = np.zeros((frames, 2), np.float32)
        times = (ctypes.c_double * 3)(0.75, 1.0, 1.25)
        callback.ctypes(
            heard.ctypes.data, out.ctypes.data, frames, ctypes.addressof(times), 0,
            self.memory.address,
        )  # fmt: skip
        self.played = np.concatenate([self.played, out[:, 0]])
        return out

    def run(self, *blocks: int) -> "Duplex":
        self.render()
        for frames in blocks:
            self.call(frames)
            self.render()
        return self

    def expected(self, delay: int) -> NDArray[np.float32]:
        """Return what is played if every frame is heard from the stream's start on."""
        start = self.memory.counters().stream_start
        out = numbered(-delay, self.frames)
        out[: max(start, 0) + delay] = 0.0
        return out
