"""The generator network with memory of its own: a latent in, a waveform out, torch-free."""

import numpy as np

from .kernels import generate
from .packing import Floats, Packed, scratch_of


class Renderer:
    """One thread's; any number of them may share a `Packed`."""

    def __init__(self, packed: Packed) -> None:
        """Allocate. [control]"""
        self.packed = packed
        self._scratch = scratch_of(packed.config)
        self._out = np.zeros(packed.config.frames, np.float32)

    def render(self, latent: Floats, mixture: Floats) -> Floats:
        """(frames,) for a latent (latent,) and the classes' shares (classes, at least 1). [any]

        Overwritten by the next call. Milliseconds without the interpreter's lock.
        """
        self._scratch.latent[: len(latent)] = latent
        generate(self.packed.weights, self._scratch, mixture, self._out)
        return self._out
