"""Resampler of the input from the host's rate to the generator's, on the grid of the output.

Host frame n and model frame m lie at n/host and m/model seconds from the first, in both directions.
The output filter asks for model frames up to floor((N-1)·M/L) to give N host frames (host : model =
L : M); the input filter needs host frames up to floor(m·L/M) to give model frame m. For the last
requested m, m·L/M ≤ N-1: the host frames that have come are always enough. So input is never waited
for and never queued: less than one model frame remains, and the delay is exactly the filter's own.
"""

import math

import numpy as np

from ...generator import Audio, State
from ..nested_state import join, part
from .resampler import Resampler


class InputResampler:
    """Takes blocks of host frames, gives as many model frames as the output resampler needs.

    Equal rates pass through bit for bit and without delay.
    """

    def __init__(
        self,
        host_rate: int,
        model_rate: int,
        block_frames: int,
        max_frames: int,
        channels: int = 1,
    ) -> None:
        """Prepare for blocks of `block_frames` that become `max_frames` model frames at most.
        [control]
        """
        self._resampler = Resampler(host_rate, model_rate, channels, max_frames)
        most_left = math.ceil(host_rate / model_rate) + 1
        self._waiting = np.zeros((most_left + block_frames, channels), np.float32)
        self._waits = 0  # number of host frames in it
        self._out = np.zeros((max_frames, channels), np.float32)
        self.delay_frames = self._resampler.delay_frames  # model frames

    def take(self, block: Audio, frames: int) -> Audio:
        """Take `block` (block_frames, channels), return the next (frames, channels). [render]

        The result is overwritten by the next call.
        """
        end = self._waits + len(block)
        self._waiting[self._waits : end] = block
        out = self._out[:frames]
        used = self._resampler.needs(frames) if frames else 0
        if frames:
            self._resampler.inlet(used)[:] = self._waiting[:used]
            self._resampler.process(used, out)
        self._waits = end - used
        self._waiting[: self._waits] = self._waiting[used:end].copy()
        return out

    def reset(self) -> None:
        """Forget the past. [render]"""
        self._resampler.reset()
        self._waits = 0

    def save_state(self) -> State:
        """Return copies of the state. [render]"""
        own = {"waiting": self._waiting[: self._waits].copy()}
        return join(resampler=self._resampler.save_state(), own=own)

    def load_state(self, state: State) -> None:
        """Restore what `save_state` returned. [render]"""
        self._resampler.load_state(part(state, "resampler"))
        waiting = state["own/waiting"]
        self._waits = len(waiting)
        self._waiting[: self._waits] = waiting
