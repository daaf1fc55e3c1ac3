"""The WaveNet plugins: the shared voices, with codes drawn by a WaveNet; torch is not imported."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Generator
from rtaudiogen.model_file import read_header, read_tensors

from ..playing.codes.generator import CodeGenerator, Tensors
from ..playing.codes.notes import NoteGenerator
from ..playing.codes.texture import TextureGenerator
from .config import WaveNetConfig
from .descriptor import read_config
from .kernels import fill_gate_bias
from .packing import pack
from .sampler import Sampler, gate_bias, sampler_on

if TYPE_CHECKING:
    from .device.sampler import DeviceSampler


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """The generator of a model file; it runs at its own rate, whatever the host's. [control]"""
    if descriptor.path is None:
        raise RtAudioGenError(f"model '{descriptor.id}' has no file")
    config = read_config(descriptor.path, read_header(descriptor.path))
    kind = NoteWaveNet if config.pitched else TextureWaveNet
    try:
        return kind(descriptor, config, read_tensors(descriptor.path))
    except (KeyError, ValueError) as error:
        raise RtAudioGenError(
            f"{descriptor.path}: the weights do not fit the configuration ({error})"
        ) from error


class WaveNetGenerator(CodeGenerator):
    """The network behind the voices."""

    config: WaveNetConfig

    def __init__(self, descriptor: Descriptor, config: WaveNetConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self.packed = pack(config, tensors)

    def new_sampler(self, voices: int, max_frames: int) -> "Sampler | DeviceSampler":
        """See CodeGenerator."""
        return sampler_on(self.device, self.packed, voices, self.config, max_frames)

    def new_bias(self, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """See CodeGenerator: the gates' biases."""
        return gate_bias(self.packed, embedding)

    def fill_bias(self, embedding: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        """See CodeGenerator."""
        fill_gate_bias(self.packed, embedding, bias)


class NoteWaveNet(WaveNetGenerator, NoteGenerator):
    """Played by notes."""


class TextureWaveNet(WaveNetGenerator, TextureGenerator):
    """A stream."""
