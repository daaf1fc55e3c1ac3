"""The effect: an impulse response that its input is convolved with."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Audio, Descriptor, Events, State

from .convolution import Convolution
from .loudspeaker import even, loudspeaker

MOST_SECONDS = 6.0
SILENT = 1e-5  # of the peak: what lies below at the end is left out


class Cabinet:
    """An impulse response as an effect; without one of the user's, that of a loudspeaker."""

    delay_frames = 0
    input_delay_frames = 0

    def __init__(self, descriptor: Descriptor, sample_rate: int) -> None:
        self.descriptor, self.sample_rate = descriptor, sample_rate
        self._response = loudspeaker(sample_rate)

    def take(self, sound: NDArray[np.float32]) -> None:
        """Play this response, (frames,). [control], once, first

        RtAudioGenError for one that is silent, not finite, or longer than MOST_SECONDS.
        """
        if not np.isfinite(sound).all() or not np.abs(sound).max(initial=0.0) > 0.0:
            raise RtAudioGenError("the impulse response is silent or not finite")
        audible = np.flatnonzero(np.abs(sound) > SILENT * np.abs(sound).max())
        seconds = (audible[-1] + 1) / self.sample_rate
        if seconds > MOST_SECONDS:
            raise RtAudioGenError(
                f"an impulse response of {seconds:.1f} s: expected at most {MOST_SECONDS:g} s"
            )
        self._response = even(sound[: audible[-1] + 1], self.sample_rate)

    def prepare(self, max_frames: int, device: str = "cpu") -> None:
        """Transform the response, and compile. [control]"""
        self._convolution = Convolution(self._response)
        self._block = np.zeros(max_frames, np.float32)
        self._wet = np.zeros(max_frames, np.float32)
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Silence; nothing here is random. [render]"""
        self._convolution.reset()
        self._block[:] = 0.0

    def hear(self, block: Audio) -> None:
        """Take the input of the next `render`, (frames, 1). [render]"""
        heard = self._block[: len(block)]
        heard[:] = block[:, 0]
        heard[~(np.abs(heard) < 1e4)] = 0.0  # not finite, or on the way there

    def render(self, out: Audio, parameters: NDArray[np.float32], events: Events) -> None:
        """Fill `out` (frames, 1) with the input after the response. [render]"""
        level = np.float32(10.0 ** (np.clip(parameters[0], -40.0, 20.0) / 20.0))
        mix = np.float32(np.clip(parameters[1], 0.0, 100.0) / 100.0)
        heard, wet = self._block[: len(out)], self._wet[: len(out)]
        self._convolution.process(heard, wet)
        out[:, 0] = level * (mix * wet + (np.float32(1.0) - mix) * heard)
        heard[:] = 0.0

    def voice_levels(self) -> NDArray[np.float32]:
        """Return (1,): an effect has no voices. [render]"""
        return np.zeros(1, np.float32)

    def save_state(self) -> State:
        """Return copies. [render]"""
        return self._convolution.save_state()

    def load_state(self, state: State) -> None:
        """Continue from `save_state`; ValueError for another response's. [render]"""
        self._convolution.load_state(state)
