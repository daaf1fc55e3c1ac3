"""The generator network with memory of its own: a latent in, a waveform out, torch-free."""

from typing import Protocol

import numpy as np

from .config import WaveGANConfig
from .kernels import generate
from .packing import Floats, Packed, scratch_of


class AnyRenderer(Protocol):
    """The generator network on whatever processor; one thread's."""

    config: WaveGANConfig

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """(frames,) for a latent (latent,) and the classes' shares (classes, at least 1). [any]

        Overwritten by the next call. Milliseconds at most without the interpreter's lock.
        ProcessorLostError, unless it is the CPU's.
        """


def renderers(packed: Packed, device: str) -> tuple[AnyRenderer, AnyRenderer]:
    """For what sounds now, and for what is made ahead at the same time. [control]

    RtAudioGenError for a device that is not here. torch is imported for another than the CPU.
    """
    if device == "cpu":
        return Renderer(packed), Renderer(packed)
    from . import device_renderer

    return device_renderer.renderers(packed, device)


class Renderer:
    """One thread's; any number of them may share a `Packed`."""

    def __init__(self, packed: Packed) -> None:
        """Allocate. [control]"""
        self.packed, self.config = packed, packed.config
        self._scratch = scratch_of(packed.config)
        self._out = np.zeros(packed.config.frames, np.float32)

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """See AnyRenderer."""
        self._scratch.latent[: len(latent)] = latent
        generate(self.packed.weights, self._scratch, mixture, self._out)
        return self._out
