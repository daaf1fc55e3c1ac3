"""What is heard, for a front end's meters and pictures: the newest frames of the engine's tap."""

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError

MOST_SECONDS = 0.25  # that one call returns; what is older has been seen by nobody and is left out


class Ear:
    """Reads along in another process's audio memory, which it never disturbs. [control]"""

    def __init__(self) -> None:
        self._name = ""
        self._memory: object = None  # keeps the mapping
        self._frames = np.empty((0, 2), np.float32)

    def frames(self, name: str) -> NDArray[np.float32]:
        """(frames, channels) since the last call, from the memory of that name; a view until then.

        Empty where there is no such memory, and at the first call for a new one.
        """
        if name != self._name:
            self._attach(name)
        if self._memory is None:
            return self._frames[:0]
        behind = self._tap.written_frames - self._tap.position
        self._tap.position += max(0, behind - len(self._frames))
        return self._frames[: self._tap.read(self._frames)]

    def _attach(self, name: str) -> None:
        from ..realtime.callback.memory import AudioMemory  # brings the compiler along

        self._memory = None
        self._name = ""
        try:
            memory = AudioMemory.attach(name)
        except (RtAudioGenError, OSError, ValueError):  # the engine has just gone, or is beginning
            return
        self._tap = memory.tap()
        shape = int(MOST_SECONDS * memory.sample_rate), memory.channels
        self._frames = np.zeros(shape, np.float32)
        self._memory, self._name = memory, name
