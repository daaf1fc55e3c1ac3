"""Pair of mono resamplers, for a mono generator that pans its voices.

Each side has the bits of one mono resampler: a filter over two interleaved channels may add in
another order.
"""

import numpy as np

from ...generator import Audio, State
from ..nested_state import join, part
from .resampler import Resampler


class Pair:
    """A `Resampler` of two channels, used like one."""

    def __init__(self, rate_in: int, rate_out: int, max_out_frames: int) -> None:
        self._sides = [Resampler(rate_in, rate_out, 1, max_out_frames) for _ in range(2)]
        first = self._sides[0]
        self.up, self.down, self.delay_frames = first.up, first.down, first.delay_frames
        self.max_in_frames = first.max_in_frames
        self._block = np.zeros((self.max_in_frames, 2), np.float32)
        self._out = np.zeros((max_out_frames, 1), np.float32)

    def reset(self) -> None:
        """Implement `Resampler.reset`."""
        for side in self._sides:
            side.reset()

    def needs(self, out_frames: int) -> int:
        """Implement `Resampler.needs`."""
        return self._sides[0].needs(out_frames)

    def inlet(self, in_frames: int) -> Audio:
        """Implement `Resampler.inlet`."""
        return self._block[:in_frames]

    def process(self, in_frames: int, out: Audio) -> None:
        """Implement `Resampler.process`."""
        for channel, side in enumerate(self._sides):
            side.inlet(in_frames)[:, 0] = self._block[:in_frames, channel]
            side.process(in_frames, self._out[: len(out)])
            out[:, channel] = self._out[: len(out), 0]

    def save_state(self) -> State:
        """Implement `Resampler.save_state`."""
        left, right = self._sides
        return join(left=left.save_state(), right=right.save_state())

    def load_state(self, state: State) -> None:
        """Implement `Resampler.load_state`."""
        for side, name in zip(self._sides, ("left", "right"), strict=True):
            side.load_state(part(state, name))
