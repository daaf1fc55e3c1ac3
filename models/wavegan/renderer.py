"""Renderer of the generator network with memory of its own: latent in, waveform out, without
torch.
"""

from typing import Protocol

import numpy as np

from .config import WaveGANConfig
from .kernels import generate
from .packing import Floats, Packed, scratch_of


class AnyRenderer(Protocol):
    """The generator network on some processor, for one thread."""

    config: WaveGANConfig

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """Return (frames,) for a latent (latent,) and the classes' shares (classes, at least 1).
        [any]

        The next call overwrites it. It takes milliseconds at most, without the interpreter's lock.
        ProcessorLostError, except on the CPU.
        """


def renderers(packed: Packed, device: str) -> tuple[AnyRenderer, AnyRenderer]:
    """Return one renderer for hits that sound now, and one for hits made ahead meanwhile. [control]

    RtAudioGenError for a device that is missing. torch is imported only for devices other than the
    CPU.
    """
    if device == "cpu":
        return Renderer(packed), Renderer(packed)
    from . import device_renderer

    return device_renderer.renderers(packed, device)


class Renderer:
    """Renderer on the CPU for one thread; any number of them may share a `Packed`."""

    def __init__(self, packed: Packed) -> None:
        """Allocate. [control]"""
        self.packed, self.config = packed, packed.config
        self._scratch = scratch_of(packed.config)
        self._out = np.zeros(packed.config.frames, np.float32)

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """Implement `AnyRenderer.render`."""
        self._scratch.latent[: len(latent)] = latent
        generate(self.packed.weights, self._scratch, mixture, self._out)
        return self._out
