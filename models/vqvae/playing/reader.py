"""Reading of a code stream: at any rate, in a window, with adjustable disorder.

Between two code frames lies the mixture of their latents, so a slow reading glides; at rate 1 every
frame is read as it was encoded. All of this runs once a code frame, on the render thread.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...compiled.random_numbers import uniform
from ..coders import Coder
from .material import Material

NUMBERS = 64  # random numbers that one reading of a code frame may use
SCATTERED, PLACE, JITTERED, SWAPPED = 0, 1, 2, 4  # which they are; from SWAPPED on two a stage


@dataclass
class Reading:
    """A player's settings of reading, the same for the stream and the notes."""

    rate: float = 1.0
    scatter: float = 0.0
    jitter: float = 0.0
    swap: float = 0.0
    stages: int = 1
    shift: float = 0.0  # semitones, where the coder knows the pitch


class Reader:
    """Reads latents from a material."""

    def __init__(self, packed: Coder, material: Material) -> None:
        """Allocate, and compile for the kind of codes. [control]"""
        self._packed, self.material = packed, material
        self.place = 0.0  # of the last reading, in code frames
        self.codes = np.zeros(packed.config.stages, np.uint16)  # of the code frame read there
        self._following = np.zeros_like(self.codes)  # of the one after it
        self._next = np.zeros(packed.config.point, np.float32)
        packed.latent_of(self.codes, 1, self._next)

    def read(
        self, place: float, first: int, end: int, wishes: Reading, stream: np.uint64, number: int,
        out: NDArray[np.float32],
    ) -> float:  # fmt: skip
        """Write the latent at `place` in the window [first, end); return the next place. [render]

        `stream` and `number`, the reading's own, name the random numbers.
        """
        base = number * NUMBERS
        place = self._within(place, first, end)
        if wishes.scatter and uniform(stream, base + SCATTERED) < wishes.scatter**2:
            reach = wishes.scatter * (end - first)
            offset = (uniform(stream, base + PLACE) - 0.5) * reach
            place = self._within(math.floor(place + offset), first, end)
        self.place = place
        frame = math.floor(place)
        fraction = place - frame
        if wishes.jitter:
            drawn = uniform(stream, base + JITTERED)
            frame += (drawn < wishes.jitter / 2) - (drawn > 1 - wishes.jitter / 2)
        self._latent(frame, first, end, wishes, stream, base, self.codes, out)
        if fraction:
            self._latent(frame + 1, first, end, wishes, stream, base, self._following, self._next)
            out *= np.float32(1 - fraction)
            self._next *= np.float32(fraction)
            out += self._next
        return self._within(place + wishes.rate, first, end)

    def _latent(
        self, frame: int, first: int, end: int, wishes: Reading, stream: np.uint64, base: int,
        codes: NDArray[np.uint16], out: NDArray[np.float32],
    ) -> None:  # fmt: skip
        codes[:] = self.material.codes[first + (frame - first) % (end - first)]
        if wishes.swap:
            for stage in range(wishes.stages):
                if uniform(stream, base + SWAPPED + 2 * stage) < wishes.swap:
                    drawn = uniform(stream, base + SWAPPED + 2 * stage + 1)
                    codes[stage] = self.material.codes[int(drawn * len(self.material.codes)), stage]
        self._packed.latent_of(codes, wishes.stages, out)

    @staticmethod
    def _within(place: float, first: int, end: int) -> float:
        """Return the place wrapped into the window; NaN becomes its beginning."""
        length = end - first
        wrapped = (place - first) % length if math.isfinite(place) else 0.0
        return first + (wrapped if wrapped < length else 0.0)
