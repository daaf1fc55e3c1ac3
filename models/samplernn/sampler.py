"""The SampleRNN sampler for CPUs: bfloat16 weights, explicit state of some kilobytes a voice."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import State
from rtaudiogen.realtime.render.worker_pool import WorkerPool

from ..compiled.mulaw import LEVELS, SILENCE
from ..compiled.multicore import Multicore
from . import packing
from .kernels import sample
from .packing import Weights

NO_LOGITS = np.zeros((0, 0, LEVELS), np.float32)


class Sampler:
    """`voices` independent streams of codes that share one network.

    The result is a function of state and arguments. A voice's bits depend neither on the other
    voices nor on how its samples are cut into calls, nor on which core they are computed on.
    """

    def __init__(
        self, weights: Weights, voices: int, sample_rate: int = 0, pool: WorkerPool | None = None
    ) -> None:
        """Allocate and silence. [control] With a `pool`, other cores help where one is too slow."""
        self.weights, self.voices = weights, voices
        self._state = packing.state_of(weights, voices)
        self._multicore = Multicore(sample_rate, pool if voices > 1 else None)
        self._scratches = [packing.scratch_of(weights) for _ in range(self._multicore.hands)]
        self._temperatures = np.ones(voices, np.float32)
        self.rates = np.ones(2)  # of the slow and the middle tier's clock, 0: it stands still
        for voice in range(voices):
            self.reset_voice(voice)

    @property
    def state(self) -> State:
        """Return the live arrays by name, voices first; copy them to save. [render]"""
        return self._state._asdict()

    def saved(self) -> State:
        """Return copies of `state`. [render]"""
        return {name: array.copy() for name, array in self.state.items()}

    def restore(self, state: State) -> None:
        """Continue bit for bit from copies of `state`; ValueError if shapes differ. [render]"""
        for name, array in self.state.items():
            if name not in state or state[name].shape != array.shape:
                raise ValueError(f"the state's {name!r} is another network's")
        for name, array in self.state.items():
            array[...] = state[name]

    def reset_voice(self, voice: int) -> None:
        """Forget what a voice has played: its next sample begins a frame. [render]"""
        state, weights = self._state, self.weights
        state.hidden[voice] = 0.0
        state.slow_out[voice] = weights.slow_out_bias.reshape(state.slow_out[voice].shape)
        state.middle_out[voice] = weights.middle_out_bias.reshape(state.middle_out[voice].shape)
        state.codes[voice] = SILENCE
        state.position[voice] = 0
        state.clocks[voice] = 1.0  # the first step is due at any rate

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

        Row v of each array is voice v's: `codes` (V, ≥ frames) uint8 is written, `conditioning`
        (V, ≥ frames, C), `bias` (V, 5W) and `uniforms` (V, ≥ frames) in [0, 1) are float32 and
        read, all C-contiguous. One row of `bias` or one `temperature` serves all voices.
        """
        self._temperatures[:] = temperature

        def part(active: NDArray[np.int32], hand: int) -> None:
            sample(
                self.weights, self._state, self._scratches[hand], active, frames, conditioning,
                bias, uniforms, self._temperatures, self.rates, codes, NO_LOGITS, False,
            )  # fmt: skip

        self._multicore.run(part, active, frames)

    def teacher_force(
        self,
        codes: NDArray[np.uint8],
        conditioning: NDArray[np.float32],
        bias: NDArray[np.float32],
        active: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return (V, frames, 256) logits of each of `codes` (V, frames). [control]"""
        logits = np.zeros((*codes.shape, LEVELS), np.float32)
        unused = np.zeros(codes.shape, np.float32)
        sample(
            self.weights, self._state, self._scratches[0], active, codes.shape[1], conditioning,
            bias, unused, self._temperatures, self.rates, codes, logits, True,
        )  # fmt: skip
        return logits
