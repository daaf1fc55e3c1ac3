"""Frames of a prior that are drawn before they are wanted, in slices. [render]

A frame depends on the prior's state and on the arguments of the draw alone. So a frame that was
drawn ahead is known by both, and used only where both are the same again: bits do not depend on
it.
"""

import struct
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.layers import Floats
from ...playing.spread_work import SpreadWork
from .kernels import begin_frame, draw_stage, end_frame
from .memory import scratch_of, state_of
from .sampler import RESTLESS, PriorSampler

Known = tuple[bytes, NDArray[np.uint16], list[NDArray[Any]]]  # name, codes, state after it
KNOWN = 3  # frames: the next one, the one after it, and the one that has just been used


class DrawsAhead:
    """The frames of a prior's only voice."""

    def __init__(self, prior: PriorSampler) -> None:
        """Allocate and compile. [control]"""
        self._prior, config = prior, prior.config
        self._known: deque[Known] = deque(maxlen=KNOWN)
        self._state, self._scratch = state_of(prior.weights, 1), scratch_of(prior.weights)
        self._key, self._temperature, self._top_k, self._surprise = b"", 1.0, 0, 0.0
        self._label = np.zeros(len(config.labels), np.float32)
        self._uniforms = np.zeros(config.stages, np.float32)
        self._codes = np.zeros(config.stages, np.uint16)
        stages = [lambda stage=stage: self._draw_stage(stage) for stage in range(config.stages)]
        self._work = SpreadWork(config.hop, [self._begin, *stages, self._end])
        self.expect(self._label, 1.0, 1, self._uniforms)
        self._work.finish()
        self.forget()

    def sample(
        self, label_weights: Floats, temperature: float, top_k: int, uniforms: Floats,
        codes: NDArray[np.uint16],
    ) -> None:  # fmt: skip
        """Draw the next frame, as `PriorSampler.sample`."""
        key = self._named(label_weights, temperature, top_k, uniforms)
        if key == self._key:
            self._work.finish()
        live = self._prior.state.values()
        for known, drawn, after in self._known:
            if known == key:
                codes[:] = drawn
                for array, value in zip(live, after, strict=True):
                    array[:] = value
                return
        self._prior.sample(0, label_weights, temperature, top_k, uniforms, codes, RESTLESS)
        self._known.append((key, codes.copy(), [array.copy() for array in live]))

    def expect(
        self, label_weights: Floats, temperature: float, top_k: int, uniforms: Floats
    ) -> None:
        """Begin to draw the frame that such a `sample` would draw now."""
        self._work.drop()
        self._key = self._named(label_weights, temperature, top_k, uniforms)
        if any(known == self._key for known, _, _ in self._known):
            return
        for name, live in self._prior.state.items():
            getattr(self._state, name)[:] = live
        self._label[:], self._uniforms[:] = label_weights, uniforms
        self._temperature, self._top_k, self._surprise = temperature, top_k, 0.0
        self._work.begin(lambda: None)

    def go_on(self, position: int) -> None:
        """Do the slices that are due once `position` frames of the present hop were played."""
        self._work.go_on(position)

    def begin_anew_if_stuck(self) -> None:
        """Let the next frame begin a sound, if the prior has long drawn no surprise."""
        if self._prior.stuck(0):
            self._prior.reset_voice(0)

    def forget(self) -> None:
        """Throw all work away."""
        self._work.drop()
        self._known.clear()
        self._key = b""

    def _named(
        self, label_weights: Floats, temperature: float, top_k: int, uniforms: Floats
    ) -> bytes:
        """Return everything that a frame drawn now depends on."""
        arrays = *self._prior.state.values(), label_weights, uniforms
        return b"".join(a.tobytes() for a in arrays) + struct.pack("dq", temperature, top_k)

    def _begin(self) -> None:
        self._temperature = begin_frame(
            self._prior.weights, self._state, self._scratch, 0, self._label,
            float(self._temperature), RESTLESS,
        )  # fmt: skip

    def _draw_stage(self, stage: int) -> None:
        self._surprise += draw_stage(
            self._prior.weights, self._scratch, stage, self._temperature, self._top_k,
            self._uniforms, self._codes,
        )  # fmt: skip

    def _end(self) -> None:
        end_frame(
            self._prior.weights, self._state, 0, self._codes, self._surprise, self._prior.share
        )
        self._known.append(
            (self._key, self._codes.copy(), [a.copy() for a in self._state._asdict().values()])
        )
