"""Streaming sample-rate conversion with explicit state: a polyphase windowed-sinc filter.

Between integer rates the ratio is L/M in lowest terms. Output frame n is the input, zero-stuffed to
L times its rate and filtered by a Kaiser-windowed sinc, at instant n·M of that rate: one of L
branches of the filter per output frame (Crochiere and Rabiner, Multirate Digital Signal Processing,
1983). The filter's centre lies on a whole output frame, so the delay is exact.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.kernel_cache import cached_njit

from ...generator import Audio, State

# From 16 kHz: -0.8 dB at 7.5 kHz, images below -68 dB from 8.2 kHz on, 2.5 ms of delay.
HALF_WIDTH_FRAMES = 40  # of the filter, in frames of the lower rate
CUTOFF = 0.967  # of the lower Nyquist, at -6 dB
STOPBAND_DB = 76.0


@lru_cache(maxsize=16)
def _design(up: int, down: int) -> tuple[NDArray[np.float32], int]:
    """Return branches (up, taps), newest input last, and the delay in output frames."""
    half_width = HALF_WIDTH_FRAMES * max(up, down)  # in instants of the high rate
    delay = -(-half_width // down)
    centre = delay * down
    taps = math.ceil((centre + half_width) / up) + 1
    x = (np.arange(taps * up) - centre) / half_width
    beta = 0.1102 * (STOPBAND_DB - 8.7)  # Kaiser, 1974
    window = np.i0(beta * np.sqrt(np.clip(1.0 - x * x, 0.0, None))) * (np.abs(x) < 1.0)
    prototype = window * np.sinc(x * HALF_WIDTH_FRAMES * CUTOFF)
    branches = prototype.reshape(taps, up).T[:, ::-1]
    branches /= branches.sum(axis=1, keepdims=True)  # each branch passes 0 Hz unchanged
    return np.ascontiguousarray(branches, np.float32), delay


class Resampler:
    """A pull interface: ask what n output frames `need`, write that many into `inlet`, then
    `process`.

    Equal rates pass through bit for bit and without delay.
    """

    def __init__(self, rate_in: int, rate_out: int, channels: int, max_out_frames: int) -> None:
        common = math.gcd(rate_in, rate_out)
        self.up, self.down = rate_out // common, rate_in // common  # L, M
        self._through = rate_in == rate_out
        if self._through:
            self._branches, self.delay_frames = np.ones((1, 1), np.float32), 0
        else:
            self._branches, self.delay_frames = _design(self.up, self.down)
        self._history = self._branches.shape[1] - 1  # input frames kept from block to block
        self.max_in_frames = -(-max_out_frames * self.down // self.up) + 1
        self._buffer = np.zeros((self._history + self.max_in_frames, channels), np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget the past; the first output frame lies at the first input frame. [render]"""
        self._buffer[:] = 0.0
        self._ahead = self.up  # instants from the newest input to the next output

    def needs(self, out_frames: int) -> int:
        """Return the input frames to be read for the next `out_frames`. [render]"""
        return (self._ahead + (out_frames - 1) * self.down) // self.up

    def inlet(self, in_frames: int) -> Audio:
        """Return (in_frames, channels) to write the input into. [render]"""
        return self._buffer[self._history : self._history + in_frames]

    def process(self, in_frames: int, out: Audio) -> None:
        """Fill `out` (frames, channels) from the inlet; in_frames = needs(frames). [render]"""
        if self._through:
            out[:] = self._buffer[:in_frames]
            return
        _filter(self._buffer, self._branches, self._ahead, self.down, out)
        self._buffer[: self._history] = self._buffer[in_frames : in_frames + self._history]
        self._ahead += out.shape[0] * self.down - in_frames * self.up

    def save_state(self) -> State:
        """Return copies of the state. [render]"""
        return {
            "history": self._buffer[: self._history].copy(),
            "ahead": np.array([self._ahead], np.int64),
        }

    def load_state(self, state: State) -> None:
        """Restore what `save_state` returned. [render]"""
        self._buffer[: self._history] = state["history"]
        self._ahead = int(state["ahead"][0])


@cached_njit(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _filter(
    buffer: NDArray[np.float32],
    branches: NDArray[np.float32],
    ahead: int,
    down: int,
    out: NDArray[np.float32],
) -> None:
    up, taps = branches.shape
    for n in range(out.shape[0]):
        instant = ahead + n * down
        first = instant // up - 1  # the newest input is buffer[first + taps - 1]
        branch = branches[instant % up]
        for channel in range(out.shape[1]):
            total = np.float32(0.0)
            for k in range(taps):
                total += branch[k] * buffer[first + k, channel]
            out[n, channel] = total
