"""Maker of hits, with a renderer and memory of its own for one thread."""

import numpy as np

from ..oneshot.finishing import Shape, Signal, finished
from ..oneshot.latents import of_hit
from ..oneshot.recipes import Recipe
from .packing import Floats
from .renderer import AnyRenderer


class Maker:
    """Makes sound from a recipe, or from a point in latent space, on one thread."""

    def __init__(self, renderer: AnyRenderer) -> None:
        """Allocate. [control]"""
        self._config, self._renderer = renderer.config, renderer
        self._mixture = np.zeros(max(1, len(renderer.config.classes)), np.float32)

    def make(self, recipe: Recipe) -> Signal:
        """Return a finished hit (frames,) in own memory. [any] ProcessorLostError as the
        renderer.
        """
        latent = of_hit(recipe.seed, recipe.place, self._config.latent)
        shape = Shape(recipe.pitch, recipe.decay, recipe.start, bool(recipe.reverse))
        shares = (recipe.kind, 1.0 - recipe.blend), (recipe.partner_kind, recipe.blend)
        return self.shaped(latent, shares, shape)

    def shaped(self, latent: Floats, shares: tuple[tuple[int, float], ...], shape: Shape) -> Signal:
        """Return a finished hit of a latent (latent,), and of classes with their shares; as
        `make`.
        """
        self._mixture[:] = 0
        for kind, share in shares:
            self._mixture[kind] += np.float32(share)
        raw = self._renderer.render(latent, self._mixture)
        return finished(raw, self._config.sample_rate, shape)
