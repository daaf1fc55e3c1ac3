"""Voices of a block on as many cores as it takes, judged by what the blocks before have cost."""

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.realtime.render.worker_pool import Crew

TOGETHER = 4  # voices that share a weight once it is loaded
ALONE = 0.6  # share of the time there is: with less than that, one core is enough
FORGETS = 0.02  # by which the cost is taken to have risen, at a block that took longer

Draw = Callable[[NDArray[np.int32], int], object]  # gets voices, and the number of the hand


class Sharing:
    """With a crew, its helpers take voices whenever one core alone would be late. [render]

    So it would be for these voices alone, or together with what others ask of the crew: several
    slots play one after the other. `sample_rate` in Hz is that of the frames. A block is cut by
    voices, never by frames.
    """

    def __init__(self, sample_rate: int, crew: Crew | None) -> None:
        self.hands = 1 if crew is None else 1 + crew.helpers
        self._sample_rate, self._crew = sample_rate, crew
        self._seconds = math.inf  # a voice's frame, on one core: the least that was seen of late

    def run(self, draw: Draw, active: NDArray[np.int32], frames: int) -> None:
        """Have `draw` called for the voices of `active`, all together or in parts."""

        def timed(voices: NDArray[np.int32], hand: int) -> None:
            begun = time.perf_counter()
            draw(voices, hand)
            if hand == 0:
                self._note((time.perf_counter() - begun) / (len(voices) * frames))

        if len(active) * frames == 0:
            return
        helpers = self._helpers(len(active), frames)
        if self._crew is None or helpers == 0:
            timed(active, 0)
            return
        size = part_size(len(active), 1 + helpers)
        parts = [active[first : first + size] for first in range(0, len(active), size)]
        self._crew.share(lambda part, hand: timed(parts[part], hand), len(parts), helpers)

    def _note(self, seconds: float) -> None:
        """What a voice's frame has cost. What disturbs a measurement makes it longer."""
        if seconds < self._seconds:
            self._seconds = seconds
        else:
            self._seconds += FORGETS * (seconds - self._seconds)

    def _helpers(self, voices: int, frames: int) -> int:
        """That it takes to have everything within `ALONE`."""
        if self._crew is None or math.isinf(self._seconds):
            return 0
        seconds = voices * self._seconds  # of a frame
        cores = max(seconds * self._sample_rate, self._crew.demand.note(seconds * frames))
        return min(max(math.ceil(cores / ALONE), 1), voices, self.hands) - 1


def part_size(voices: int, hands: int) -> int:
    """Voices of a part: many, since they share weights; few, since hands are to end together."""
    for size in (TOGETHER, TOGETHER // 2):
        if voices >= 2 * size * hands:
            return size
    return -(-voices // hands)
