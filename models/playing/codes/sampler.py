"""The part of a compiled code sampler that knows voices and cores but not its network."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State
from rtaudiogen.realtime.render.worker_pool import WorkerPool

from ...compiled import state
from ...compiled.mulaw import LEVELS
from ...compiled.multicore import Multicore

NO_LOGITS = np.zeros((0, 0, LEVELS), np.float32)


class VoiceSampler:
    """`voices` independent streams of codes that share one network.

    The result is a function of state and arguments. A voice's bits depend neither on the other
    voices nor on how its frames are cut into calls, nor on which core they are computed on.
    """

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
        """Return the live arrays by name, voices first; copy them to save. [render]"""
        arrays: State = self.arrays._asdict()
        return arrays

    def saved(self) -> State:
        """Return copies of `state`. [render]"""
        return state.saved(self.state)

    def restore(self, copies: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if shapes differ. [render]"""
        state.restore(self.state, copies)

    def reset_voice(self, voice: int) -> None:
        """Forget what a voice has played. [render]"""
        raise NotImplementedError  # a family's sampler knows its network

    def draw(
        self, scratch: Any, active: NDArray[np.int32], frames: int,
        conditioning: NDArray[np.float32], bias: NDArray[np.float32],
        uniforms: NDArray[np.float32], temperatures: NDArray[np.float32],
        codes: NDArray[np.uint8], logits: NDArray[np.float32], forced: bool,
    ) -> None:  # fmt: skip
        """Draw `frames` codes for each voice in `active`, or read them if `forced`. [render]

        `logits` (V, frames, Σ counts) gets the first frames it has room for; the rest as in
        `sample`.
        """
        raise NotImplementedError  # a family's sampler knows its network

    def sample(
        self,
        codes: NDArray[np.uint8],
        conditioning: NDArray[np.float32],
        bias: NDArray[np.float32],
        uniforms: NDArray[np.float32],
        temperature: float | NDArray[np.float32],
        active: NDArray[np.int32],
        frames: int,
        /,
    ) -> None:
        """Draw `frames` codes for each voice number in `active`. [render]

        Row v of each array is voice v's: `codes` (V, ≥ frames · N) uint8 is written, `conditioning`
        (V, ≥ frames, C), `bias` (V, biases) and `uniforms` (V, ≥ frames · N) in [0, 1) are float32
        and read, all C-contiguous. One row of `bias` or one `temperature` serves all voices.
        """
        self._temperatures[:] = temperature

        def part(active: NDArray[np.int32], hand: int) -> None:
            self.draw(
                self._scratches[hand], active, frames, conditioning, bias, uniforms,
                self._temperatures, codes, NO_LOGITS, False,
            )  # fmt: skip

        self._sharing.run(part, active, frames)

    def teacher_force(
        self,
        codes: NDArray[np.uint8],
        conditioning: NDArray[np.float32],
        bias: NDArray[np.float32],
        active: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return (V, frames, Σ counts) logits of each of `codes` (V, frames · N). [control]"""
        frames = codes.shape[1] // len(self.counts)
        logits = np.zeros((len(codes), frames, sum(self.counts)), np.float32)
        unused = np.zeros(codes.shape, np.float32)
        self.draw(
            self._scratches[0], active, frames, conditioning, bias, unused,
            self._temperatures, codes, logits, True,
        )  # fmt: skip
        return logits
