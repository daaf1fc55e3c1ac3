"""Makes hits with memory of its own: one of it for each thread."""

import numpy as np

from .finishing import Shape, Signal, finished
from .latents import of_hit
from .packing import Floats, Packed
from .recipes import Recipe
from .renderer import Renderer


class Maker:
    """One thread's way from a recipe, or from a place in latent space, to sound."""

    def __init__(self, packed: Packed) -> None:
        """Allocate. [control]"""
        self._config = packed.config
        self._renderer = Renderer(packed)
        self._mixture = np.zeros(max(1, len(packed.config.classes)), np.float32)

    def make(self, recipe: Recipe) -> Signal:
        """A finished hit (frames,) of its own memory. [any]"""
        latent = of_hit(recipe.seed, recipe.place, self._config.latent)
        shape = Shape(recipe.pitch, recipe.decay, recipe.start, bool(recipe.reverse))
        shares = (recipe.kind, 1.0 - recipe.blend), (recipe.partner_kind, recipe.blend)
        return self.shaped(latent, shares, shape)

    def shaped(self, latent: Floats, shares: tuple[tuple[int, float], ...], shape: Shape) -> Signal:
        """A finished hit at a latent (latent,), of classes and how much of each. [any]"""
        self._mixture[:] = 0
        for kind, share in shares:
            self._mixture[kind] += np.float32(share)
        raw = self._renderer.render(latent, self._mixture)
        return finished(raw, self._config.sample_rate, shape)
