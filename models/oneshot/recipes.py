"""Recipe of a hit as plain numbers: equal recipes make equal bits."""

from typing import NamedTuple

import numpy as np

from .latents import Anchor, Place
from .pad_parameters import FARTHEST_PITCH, SHORTEST_DECAY, KitValues, PadValues

LAYERS = 4  # of velocity


class Recipe(NamedTuple):
    """All that a hit depends on except the network."""

    seed: int
    pad: int
    number: int
    anchor: int
    mutations: int
    partner: int  # the pad that the anchor is crossed with; -1: none
    partner_anchor: int
    partner_mutations: int
    kind: int  # its class
    partner_kind: int
    blend: float
    drift: float
    spread: float
    softness: float
    pitch: float  # semitones
    decay: float
    start: float  # ms
    reverse: int

    @property
    def place(self) -> Place:
        """Return the hit's place in latent space."""
        partner = Anchor(self.partner, self.partner_anchor, self.partner_mutations)
        return Place(
            Anchor(self.pad, self.anchor, self.mutations), partner if self.partner >= 0 else None,
            self.blend, self.drift, self.spread, self.softness, self.number,
        )  # fmt: skip


REALS = ("blend", "drift", "spread", "softness", "pitch", "decay", "start")
RECIPE = np.dtype(
    [
        (name, np.uint64 if name == "seed" else np.float64 if name in REALS else np.int64)
        for name in Recipe._fields
    ]
)


def recipe(
    seed: int, pad: int, number: int, layer: int, kit: KitValues, own: PadValues, mate: PadValues
) -> Recipe:
    """Return a hit's recipe; `mate` are the values of the pad that it is bred with. [any]

    Values without effect are 0, so that equal hits have equal recipes.
    """
    bred = round(own.breed) not in (0, pad + 1) and own.blend > 0
    spread = scaled(own.spread, kit.spread)
    layers_below = (LAYERS - 1 - layer) / (LAYERS - 1)
    return Recipe(
        seed=seed,
        pad=pad,
        number=number if spread > 0 or own.drift > 0 else 0,
        anchor=round(own.anchor),
        mutations=round(own.mutate),
        partner=round(own.breed) - 1 if bred else -1,
        partner_anchor=round(mate.anchor) if bred else 0,
        partner_mutations=round(mate.mutate) if bred else 0,
        kind=round(own.kind),
        partner_kind=round(mate.kind) if bred else 0,
        blend=own.blend if bred else 0.0,
        drift=own.drift,
        spread=spread,
        softness=kit.velocity_timbre * layers_below,
        pitch=min(max(own.pitch + kit.pitch, -FARTHEST_PITCH), FARTHEST_PITCH),
        decay=max(own.decay * kit.decay, SHORTEST_DECAY),
        start=own.start,
        reverse=round(own.reverse),
    )


def scaled(spread: float, master: float) -> float:
    """Return a pad's spread under the kit's: 0 at -1, its own at 0, 1 at 1."""
    return spread * (1.0 + master) if master < 0 else spread + master * (1.0 - spread)
