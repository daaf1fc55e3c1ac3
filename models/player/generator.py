"""A loop that is read at any speed."""

import math

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import no_events
from rtaudiogen.generator import Audio, Descriptor, Events, State
from rtaudiogen.kernel_cache import cached_njit

from .riff import riff

SEAM_SECONDS = 0.005  # over which the loop fades at its ends


class Player:
    """Plays a sound in a loop; without one of the user's, a riff."""

    delay_frames = 0

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._sound = riff(sample_rate)
        self._position = np.zeros(1)  # in frames of the sound
        ranges = [(p.minimum, p.maximum) for p in descriptor.parameters]
        self._lowest, self._highest = np.array(ranges, np.float32).T

    def take(self, sound: NDArray[np.float32]) -> None:
        """Play this sound, (frames,). [control], once, first

        RtAudioGenError for one that is not finite, or shorter than two seams.
        """
        shortest = 2 * round(SEAM_SECONDS * self.sample_rate)
        if len(sound) < shortest or not np.isfinite(sound).all():
            milliseconds = 1000.0 * len(sound) / self.sample_rate
            raise RtAudioGenError(
                f"a sound of {milliseconds:.1f} ms, or not finite: expected 10 ms or more"
            )
        self._sound = sound.copy()

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Compile. [control]"""
        self.render(np.zeros((1, 1), np.float32), self.descriptor.defaults(), no_events())
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Go back to the beginning; nothing here is random. [render]"""
        self._position[:] = 0.0

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 1). [render]"""
        level, speed = np.clip(parameters, self._lowest, self._highest).tolist()
        seam = SEAM_SECONDS * self.sample_rate
        _render(out, self._sound, self._position, 10.0 ** (level / 20.0), speed, seam)

    def voice_levels(self) -> NDArray[np.float32]:
        """Return (1,): the level of a stream that never ends. [render]"""
        return np.ones(1, np.float32)

    def save_state(self) -> State:
        """Return copies. [render]"""
        return {"position": self._position.copy()}

    def load_state(self, state: State) -> None:
        """Continue from `save_state`, within this sound. [render]"""
        self._position[:] = state["position"] % len(self._sound)  # the file may be shorter by now


@cached_njit(nogil=True)
def _render(out, sound, position, level, speed, seam):  # type: ignore[no-untyped-def]  # numba's own types
    frames = sound.shape[0]
    here = position[0]
    for n in range(out.shape[0]):
        whole = math.floor(here)
        x = here - whole
        first = int(whole) - 1
        a, b = sound[first % frames], sound[(first + 1) % frames]
        c, d = sound[(first + 2) % frames], sound[(first + 3) % frames]
        slope, bend = 0.5 * (c - a), a - 2.5 * b + 2.0 * c - 0.5 * d  # Catmull-Rom
        value = b + x * (slope + x * (bend + x * (0.5 * (d - a) + 1.5 * (b - c))))
        to_end = min(here, frames - here)
        out[n, 0] = level * value * min(1.0, to_end / seam)
        here = (here + speed) % frames
    position[0] = here
