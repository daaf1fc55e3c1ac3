"""Listening to a sound file through the engine's own output, beside all that plays. [control]"""

from pathlib import Path

import numpy as np

from ..errors import RtAudioGenError
from ..realtime.hits.hits import Hit, Hits
from ..sound_files import read_sound

FADE_SECONDS = 0.03


class Audition:
    """Plays one file at a time, mono, as a hit: no slot, no ring, and no session knows of it."""

    def __init__(self, hits: Hits, sample_rate: int, channels: int) -> None:
        """`sample_rate` in Hz and `channels` are the stream's."""
        self._hits, self._sample_rate, self._channels = hits, sample_rate, channels
        self._hit: Hit | None = None

    def play(self, path: Path) -> None:
        """Play a sound file from its beginning, once; what was auditioned before fades out.

        RtAudioGenError, in one line, for what is no sound.
        """
        mono, _ = read_sound(path, self._sample_rate)
        self.stop()
        audio = np.ascontiguousarray(np.repeat(mono[:, None], self._channels, axis=1))
        self._hit = self._hits.start(audio)
        if self._hit is None:
            raise RtAudioGenError(f"{path}: too many hits sound at once to play it, too")

    def stop(self) -> None:
        """Fade out what is being auditioned, if anything is."""
        if self._hit is not None:
            self._hits.stop(self._hit, FADE_SECONDS)
            self._hit = None
