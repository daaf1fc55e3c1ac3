"""The WaveNet generators: shared voices whose codes a WaveNet draws; torch is not imported."""

from typing import TYPE_CHECKING

from rtaudiogen.generator import Descriptor, Generator

from ..playing.bands.texture import BandTexture
from ..playing.codes.generator import CodeGenerator, Tensors
from ..playing.codes.notes import NoteGenerator
from ..playing.codes.texture import TextureGenerator
from ..playing.harmonic.generator import HarmonicNotes
from .config import WaveNetConfig
from .descriptor import FILES, ways
from .packing import Weights, pack
from .sampler import Sampler, sampler_on

if TYPE_CHECKING:
    from .device.sampler import DeviceSampler


def create(descriptor: Descriptor, sample_rate: int) -> Generator:
    """Return the generator of a model file; it runs at its own rate. [control]"""
    return FILES.created(descriptor, _kind)


def _kind(config: WaveNetConfig) -> "type[WaveNetGenerator]":
    if config.harmonic:
        return HarmonicWaveNet
    if config.pitched:
        return NoteWaveNet
    return BandWaveNet if config.bands > 1 else TextureWaveNet


class WaveNetGenerator(CodeGenerator):
    """A code generator whose network is a WaveNet."""

    config: WaveNetConfig
    packed: Weights

    def pack(self, tensors: Tensors) -> Weights:
        """Implement `CodeGenerator.pack`."""
        return pack(self.config, tensors)

    def new_sampler(self, voices: int, max_frames: int) -> "Sampler | DeviceSampler":
        """Implement `CodeGenerator.new_sampler`."""
        return sampler_on(self.device, self.packed, voices, self.config, max_frames)


class NoteWaveNet(WaveNetGenerator, NoteGenerator):
    """A WaveNet played by notes."""


class HarmonicWaveNet(WaveNetGenerator, HarmonicNotes):
    """A WaveNet played by notes whose partials come from a bank of oscillators."""

    def __init__(self, descriptor: Descriptor, config: WaveNetConfig, tensors: Tensors) -> None:
        super().__init__(descriptor, config, tensors)
        self.ways = ways(config)


class TextureWaveNet(WaveNetGenerator, TextureGenerator):
    """A WaveNet played as a stream."""


class BandWaveNet(WaveNetGenerator, BandTexture):
    """A WaveNet played as a stereo stream, drawn in bands."""
