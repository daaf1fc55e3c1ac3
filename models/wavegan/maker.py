"""Maker of hits, with a renderer and memory of its own for one thread."""

from collections import OrderedDict
from functools import partial
from typing import Any

import numpy as np

from ..oneshot.finishing import PLAIN, Shape, Signal, finished
from ..oneshot.latents import of_hit, of_sample
from ..oneshot.recipes import Recipe
from ..oneshot.takes import TAKES, Take, best_take, heard
from .packing import Floats
from .renderer import AnyRenderer

REMEMBERED = 32  # hits that the next ones are compared with
PLAINLY: dict[str, Any] = {"pitch": 0.0, "decay": 1.0, "start": 0.0, "reverse": 0}  # of a recipe


class Maker:
    """Makes the best of `takes` renders of a recipe or a seed, on one thread."""

    def __init__(self, renderer: AnyRenderer, takes: int = TAKES) -> None:
        """Allocate. [control]"""
        self._config, self._renderer, self._takes = renderer.config, renderer, takes
        self._mixture = np.zeros(max(1, len(renderer.config.classes)), np.float32)
        self._last: OrderedDict[Recipe, Signal] = OrderedDict()  # hits' first takes, plain

    def make(self, recipe: Recipe) -> Signal:
        """Return a finished hit (frames,) in own memory. [any] ProcessorLostError as the
        renderer.
        """
        rate, shape = self._config.sample_rate, _shape(recipe)
        take = best_take(partial(self._raw, recipe), rate, self._before(recipe), self._takes)
        return take.plain if shape == PLAIN else finished(take.raw, rate, shape)

    def sample(self, kind: int, seed: int, spread: float, around: int) -> Signal:
        """Return a finished hit of a class for a seed, see `of_sample`; as `make`."""
        centre = self._sampled(kind, around, 1.0, around, 0).number if spread < 1 else 0
        return self._sampled(kind, seed, spread, around, centre).plain

    def _sampled(self, kind: int, seed: int, spread: float, around: int, centre: int) -> Take:
        def raw(take: int) -> Signal:
            latent = of_sample(seed, spread, around, self._config.latent, take, centre)
            return self._render(latent, ((kind, 1.0),))

        takes = self._takes if spread > 0 else 1  # without spread all are the same
        return best_take(raw, self._config.sample_rate, takes=takes)

    def _before(self, recipe: Recipe) -> Signal | None:
        """Return the first take of the hit before; None for the first hit."""
        if recipe.number == 0 or self._takes == 1:
            return None
        before = recipe._replace(number=recipe.number - 1, **PLAINLY)
        if before not in self._last:
            self._last[before] = heard(
                partial(self._raw, before), 0, self._config.sample_rate
            ).plain
            if len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
        return self._last[before]

    def _raw(self, recipe: Recipe, take: int) -> Signal:
        latent = of_hit(recipe.seed, recipe.place, self._config.latent, take)
        shares = (recipe.kind, 1.0 - recipe.blend), (recipe.partner_kind, recipe.blend)
        return self._render(latent, shares)

    def _render(self, latent: Floats, shares: tuple[tuple[int, float], ...]) -> Signal:
        """Return the network's output for classes with their shares, in the renderer's memory."""
        self._mixture[:] = 0
        for kind, share in shares:
            self._mixture[kind] += np.float32(share)
        return self._renderer.render(latent, self._mixture)


def _shape(recipe: Recipe) -> Shape:
    return Shape(recipe.pitch, recipe.decay, recipe.start, bool(recipe.reverse))
