"""Playback of a sound file through the engine's output, in addition to the slots. [control]"""

from pathlib import Path

import numpy as np

from ..errors import RtAudioGenError
from ..realtime.hits.hits import Hit, Hits
from ..sound_files import read_sound

FADE_SECONDS = 0.03


class Audition:
    """Plays one file at a time, mono, as a hit; it belongs to no slot, ring or session."""

    def __init__(self, hits: Hits, sample_rate: int, channels: int) -> None:
        """Prepare for a stream of `sample_rate` Hz and `channels`."""
        self._hits, self._sample_rate, self._channels = hits, sample_rate, channels
        self._hit: Hit | None = None

    def play(self, path: Path) -> None:
        """Play a sound file once, from its start; fade out the previous one.

        RtAudioGenError, in one line, if it is not a sound.
        """
        mono, _ = read_sound(path, self._sample_rate)
        self.stop()
        audio = np.ascontiguousarray(np.repeat(mono[:, None], self._channels, axis=1))
        self._hit = self._hits.start(audio)
        if self._hit is None:
            raise RtAudioGenError(f"{path}: cannot be played while so many hits sound")

    def stop(self) -> None:
        """Fade out the sound that is being auditioned, if there is one."""
        if self._hit is not None:
            self._hits.stop(self._hit, FADE_SECONDS)
            self._hit = None
