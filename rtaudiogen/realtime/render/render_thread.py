"""The render thread: keeps the ring filled to its goal, block by block.

Stream time, which the device counts, and render time, which the generators count, are the same as
long as the machine keeps up. When it falls behind by more than `LATE_SECONDS`, the missing stretch
is skipped, because it would never be heard: render time then runs `skipped_frames` behind. After a
skip the ring is filled ahead of time, which would be ahead of the input. So if there is an input,
the thread waits until it is there, unless the machine is too slow to wait.
"""

import threading
import time
from collections.abc import Callable

import numpy as np

from rtaudiogen.generator import Audio
from rtaudiogen.realtime.callback.capture import Capture
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.render.scheduling import raise_priority
from rtaudiogen.realtime.render.skip_policy import SkipPolicy
from rtaudiogen.realtime.render.worker_pool import worker_pool

LATE_SECONDS = 0.05
JOIN_SECONDS = 5.0


class RenderThread:
    """Calls `render(out)` with (block_frames, channels) float32 whenever the ring has room.

    `capture`: the input that `render` reads, if it reads any.
    """

    def __init__(
        self,
        render: Callable[[Audio], None],
        memory: AudioMemory,
        block_frames: int,
        capture: Capture | None = None,
    ) -> None:
        self._render = render
        self._capture = capture
        self._ring = memory.ring
        late_frames = int(LATE_SECONDS * memory.sample_rate)
        self._skip_policy = SkipPolicy(memory, block_frames, late_frames)
        self._block = np.zeros((block_frames, memory.channels), np.float32)
        self._nap_seconds = 0.4 * block_frames / memory.sample_rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="render", daemon=True)
        self.skipped_frames = 0  # written by [render] only
        self.blocks = 0  # written by [render] only: its advance shows that the thread lives
        self.priority = "not started"

    def start(self) -> None:
        """Start to fill the ring. [control]"""
        self._thread.start()

    def stop(self) -> None:
        """Finish the present block and end. [control]"""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        self.priority = raise_priority()
        worker_pool().hurry()
        while not self._stop.is_set():
            skipped = self._skip_policy.frames_to_skip()
            self._ring.skip(skipped)
            self.skipped_frames += skipped
            if self._ring.wanted_frames() <= 0 or self._is_early():
                time.sleep(self._nap_seconds)
                continue
            self._render(self._block)
            self._ring.write(self._block)
            self.blocks += 1

    def _is_early(self) -> bool:
        """Return True if the next block's input is not there yet and can be waited for."""
        if self._capture is None or not self._skip_policy.patient:
            return False
        return not self._capture.has_arrived()
