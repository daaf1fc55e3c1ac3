"""Samplers of codes, and the part of a compiled one that knows voices but not its network."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State
from rtaudiogen.realtime.render.worker_pool import WorkerPool

from ...compiled import state
from ...compiled.mulaw import LEVELS
from ...compiled.multicore import Multicore
from ...compiled.packing import Floats

Codes = NDArray[np.uint8]
Numbers = NDArray[np.int32]  # of voices

NO_LOGITS = np.zeros((0, 0, LEVELS), np.float32)


class CodeSampler(Protocol):
    """Draws codes for V independent voices that share one network; their state is explicit.

    The result is a function of state and arguments. A voice's bits depend neither on the other
    voices nor on how its frames are cut into calls.
    """

    @property
    def state(self) -> State:
        """Return the arrays by name, voices first. [render]"""

    def saved(self) -> State:
        """Return copies of `state`. [render]"""

    def restore(self, copies: State, /) -> None:
        """Continue bit for bit from copies of `state`; ValueError if shapes differ. [render]"""

    def reset_voice(self, voice: int) -> None:
        """Forget what a voice has played. [render]"""

    def sample(
        self, codes: Codes, conditioning: Floats, bias: Floats, uniforms: Floats,
        temperature: float | Floats, active: Numbers, frames: int, /,
    ) -> None:  # fmt: skip
        """Draw `frames` codes for each voice number in `active`. [render]

        Row v of each array is voice v's: `codes` (V, ≥ frames · N) is written, `conditioning` (V, ≥
        frames, C), `bias` (V, biases) and `uniforms` (V, ≥ frames · N) in [0, 1) are read, all
        C-contiguous. One row of `bias` or one `temperature` serves all voices.
        """

    def teacher_force(
        self, codes: Codes, conditioning: Floats, bias: Floats, active: Numbers
    ) -> Floats:
        """Return (V, frames, Σ counts) logits of each of `codes` (V, frames · N). [control]"""


class VoiceSampler:
    """A `CodeSampler` whose codes are drawn by compiled code, on one core or several."""

    counts: tuple[int, ...] = (LEVELS,)  # of the codes of each of N bands

    def __init__(
        self,
        state: Any,
        scratch: Callable[[], Any],
        voices: int,
        sample_rate: int = 0,
        pool: WorkerPool | None = None,
    ) -> None:
        """Silence a `state`, a named tuple of arrays, voices first. [control]

        `scratch` makes the memory of one call. With a `pool`, other cores help whenever one alone
        would be late at `sample_rate` Hz.
        """
        self.voices, self.arrays = voices, state
        self._sharing = Multicore(sample_rate, pool if voices > 1 else None)
        self._scratches = [scratch() for _ in range(self._sharing.hands)]
        self._temperatures = np.ones(voices, np.float32)
        for voice in range(voices):
            self.reset_voice(voice)

    @property
    def state(self) -> State:
        """Return the live arrays; copy them to save. [render]"""
        arrays: State = self.arrays._asdict()
        return arrays

    def saved(self) -> State:
        """Implement `CodeSampler.saved`."""
        return state.saved(self.state)

    def restore(self, copies: State) -> None:
        """Implement `CodeSampler.restore`."""
        state.restore(self.state, copies)

    def reset_voice(self, voice: int) -> None:
        """Implement `CodeSampler.reset_voice`."""
        raise NotImplementedError  # a family's sampler knows its network

    def draw(
        self, scratch: Any, active: Numbers, frames: int, conditioning: Floats, bias: Floats,
        uniforms: Floats, temperatures: Floats, codes: Codes, logits: Floats, forced: bool,
    ) -> None:  # fmt: skip
        """Draw `frames` codes for each voice in `active`, or read them if `forced`. [render]

        `logits` (V, frames, Σ counts) gets the first frames it has room for; the rest as in
        `sample`.
        """
        raise NotImplementedError  # a family's sampler knows its network

    def sample(
        self, codes: Codes, conditioning: Floats, bias: Floats, uniforms: Floats,
        temperature: float | Floats, active: Numbers, frames: int, /,
    ) -> None:  # fmt: skip
        """Implement `CodeSampler.sample`."""
        self._temperatures[:] = temperature

        def part(active: Numbers, hand: int) -> None:
            self.draw(
                self._scratches[hand], active, frames, conditioning, bias, uniforms,
                self._temperatures, codes, NO_LOGITS, False,
            )  # fmt: skip

        self._sharing.run(part, active, frames)

    def teacher_force(
        self, codes: Codes, conditioning: Floats, bias: Floats, active: Numbers
    ) -> Floats:
        """Implement `CodeSampler.teacher_force`."""
        frames = codes.shape[1] // len(self.counts)
        logits = np.zeros((len(codes), frames, sum(self.counts)), np.float32)
        unused = np.zeros(codes.shape, np.float32)
        self.draw(
            self._scratches[0], active, frames, conditioning, bias, unused,
            self._temperatures, codes, logits, True,
        )  # fmt: skip
        return logits
