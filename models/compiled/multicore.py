"""Computation of a block's voices on several cores, as many as the previous blocks required."""

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.realtime.render.worker_pool import WorkerPool

TOGETHER = 4  # voices that share a weight after loading it
ALONE = 0.6  # share of the available time below which one core is enough
FORGETS = 0.02  # share by which the estimated cost rises towards a slower block

Draw = Callable[[NDArray[np.int32], int], object]  # gets voices, and the worker's number


class Multicore:
    """Division of a block's voices among cores, if one core alone would be late. [render]

    That load counts these voices and the other slots', because slots play one after the other.
    `sample_rate` in Hz is that of the frames. A block is cut by voices, never by frames.
    """

    def __init__(self, sample_rate: int, pool: WorkerPool | None) -> None:
        self.hands = 1 if pool is None else 1 + pool.helpers
        self._sample_rate, self._pool = sample_rate, pool
        self._seconds = math.inf  # of a voice's frame on one core: the recent minimum

    def run(self, draw: Draw, active: NDArray[np.int32], frames: int) -> None:
        """Call `draw` for the voices of `active`, all together or in parts."""

        def timed(voices: NDArray[np.int32], hand: int) -> None:
            begun = time.perf_counter()
            draw(voices, hand)
            if hand == 0:
                self._note((time.perf_counter() - begun) / (len(voices) * frames))

        if len(active) * frames == 0:
            return
        helpers = self._helpers(len(active), frames)
        if self._pool is None or helpers == 0:
            timed(active, 0)
            return
        size = part_size(len(active), 1 + helpers)
        parts = [active[first : first + size] for first in range(0, len(active), size)]
        self._pool.share(lambda part, hand: timed(parts[part], hand), len(parts), helpers)

    def _note(self, seconds: float) -> None:
        """Take in the cost of a voice's frame. Disturbances only make a measurement longer."""
        if seconds < self._seconds:
            self._seconds = seconds
        else:
            self._seconds += FORGETS * (seconds - self._seconds)

    def _helpers(self, voices: int, frames: int) -> int:
        """Return the number of helpers needed to have everything within `ALONE`."""
        if self._pool is None or math.isinf(self._seconds):
            return 0
        seconds = voices * self._seconds  # of a frame
        cores = max(seconds * self._sample_rate, self._pool.demand.note(seconds * frames))
        return min(max(math.ceil(cores / ALONE), 1), voices, self.hands) - 1


def part_size(voices: int, hands: int) -> int:
    """Return the voices of a part: many share weights better, few end more evenly."""
    for size in (TOGETHER, TOGETHER // 2):
        if voices >= 2 * size * hands:
            return size
    return -(-voices // hands)
