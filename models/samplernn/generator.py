"""The SampleRNN generators: shared voices, and tiers with clocks; torch is not imported."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Generator
from rtaudiogen.realtime.render.worker_pool import WorkerPool, worker_pool

from ..compiled.mulaw import SILENCE
from ..playing.codes.generator import CodeGenerator, Tensors
from ..playing.codes.notes import NoteGenerator
from ..playing.codes.sampler import VoiceSampler
from ..playing.codes.walking_texture import WalkingTexture
from .config import FILES, SampleRNNConfig
from .kernels import sample
from .packing import State, Weights, pack, scratch_of, state_of


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return the generator of a model file; it runs at its own rate. [control]"""
    return FILES.created(
        descriptor, lambda config: NoteSampleRNN if config.pitched else TextureSampleRNN
    )


class Sampler(VoiceSampler):
    """A `VoiceSampler` of SampleRNN; a voice's state is a few kilobytes."""

    arrays: State

    def __init__(
        self, weights: Weights, voices: int, sample_rate: int = 0, pool: WorkerPool | None = None
    ) -> None:
        self.weights = weights
        self.rates = np.ones(2)  # of the slow and the middle tier's clock, 0: it stands still
        super().__init__(
            state_of(weights, voices), lambda: scratch_of(weights), voices, sample_rate, pool
        )

    def reset_voice(self, voice: int) -> None:
        """Implement `VoiceSampler.reset_voice`: the next sample begins a frame."""
        state, weights = self.arrays, self.weights
        state.hidden[voice] = 0.0
        state.slow_out[voice] = weights.slow_out.bias.reshape(state.slow_out[voice].shape)
        state.middle_out[voice] = weights.middle_out.bias.reshape(state.middle_out[voice].shape)
        state.codes[voice] = SILENCE
        state.position[voice] = 0
        state.clocks[voice] = 1.0  # the first step is due whatever the rate

    def draw(self, scratch: Any, active: NDArray[np.int32], frames: int, *arguments: Any) -> None:
        """Implement `VoiceSampler.draw`."""
        sample(self.weights, self.arrays, scratch, self.rates, active, frames, *arguments)


class SampleRNNGenerator(CodeGenerator):
    """A code generator whose network is a SampleRNN."""

    config: SampleRNNConfig
    packed: Weights
    sampler: Sampler

    def pack(self, tensors: Tensors) -> Weights:
        """Implement `CodeGenerator.pack`."""
        return pack(self.config, tensors)

    def new_sampler(self, voices: int, max_frames: int) -> Sampler:
        """Implement `CodeGenerator.new_sampler`."""
        if self.device != "cpu":
            raise RtAudioGenError(f"device '{self.device}': a SampleRNN is sampled on 'cpu'")
        return Sampler(self.packed, voices, self.sample_rate, worker_pool())

    def read_parameters(self, values: dict[str, float]) -> None:
        """Implement `CodeGenerator.read_parameters`."""
        super().read_parameters(values)
        self.sampler.rates[:] = values["slow_clock"], values["middle_clock"]


class NoteSampleRNN(SampleRNNGenerator, NoteGenerator):
    """A SampleRNN played by notes."""


class TextureSampleRNN(SampleRNNGenerator, WalkingTexture):
    """A SampleRNN played as a stream."""

    marked = "hidden", "slow_out", "middle_out", "clocks"
