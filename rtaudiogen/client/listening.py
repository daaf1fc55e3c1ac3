"""Reader of the engine's tap, for a front end's meters and scopes."""

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError

MOST_SECONDS = 0.25  # the longest sound that a call returns; older frames are left out


class TapListener:
    """Reads another process's audio memory without disturbing it. [control]"""

    def __init__(self) -> None:
        self._name = ""
        self._memory: object = None  # keeps the mapping alive
        self._frames = np.empty((0, 2), np.float32)

    def frames(self, name: str) -> NDArray[np.float32]:
        """Return (frames, channels) since the last call from the memory `name`; a view until the
        next.

        Empty if there is no such memory, and at the first call for a new one.
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
        except (RtAudioGenError, OSError, ValueError):  # the engine has just ended or started
            return
        self._tap = memory.tap()
        shape = int(MOST_SECONDS * memory.sample_rate), memory.channels
        self._frames = np.zeros(shape, np.float32)
        self._memory, self._name = memory, name
