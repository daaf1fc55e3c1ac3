"""Pool of finished hits, and the choice of the next hit to make.

A pad's hits are numbered; each number has one hit for every velocity layer in use. Only the worker
changes the ready hits, by replacing the mapping, so a thread that takes a hit needs no lock and
never waits.
"""

import time
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...generator import Audio, HitMaker

DEPTH = 4  # hits of a pad that are kept ready
_REST_SECONDS = 0.0005  # pause after each pad when all are updated
_TRIALS = 8  # velocities that are tried for every layer of a maker

Place = tuple[int, int]  # number, layer


class Ready(NamedTuple):
    """A finished hit."""

    recipe: Hashable
    audio: Audio


class Job(NamedTuple):
    """A hit to be made."""

    pad: int
    place: Place
    recipe: Hashable


class Pool:
    """The finished hits of one maker."""

    def __init__(self, maker: HitMaker) -> None:
        self._maker = maker
        self._ready: list[dict[Place, Ready]] = [{} for _ in range(maker.pads)]
        self._wanted: list[dict[Place, Hashable]] = [{} for _ in range(maker.pads)]
        self._last: list[Ready | None] = [None] * maker.pads
        self._struck = [0] * maker.pads  # by pad: the number of its last strike among all
        self._strikes = 0
        self._layers: tuple[int, ...] = (0,)
        self._seen: object = None

    # -- playing [midi] --------------------------------------------------------------------------

    def take(self, pad: int, layer: int) -> tuple[Audio, bool] | None:
        """Return the pad's next hit, and True if it is fresh; None if none is ready.

        A hit of another layer, or made for other values than at the last look, is stale.
        """
        number = int(self._maker.played[pad])
        self._strikes += 1
        self._struck[pad] = self._strikes
        ready = self._ready[pad]
        layers = [there for other, there in ready if other == number]
        if not layers:
            return None
        nearest = min(layers, key=lambda there: abs(there - layer))
        hit = ready[number, nearest]
        self._maker.played[pad] += 1
        self._last[pad] = hit
        return hit.audio, hit.recipe == self._wanted[pad].get((number, layer), hit.recipe)

    def last(self, pad: int) -> Audio | None:
        """Return the hit that a pad has played last, or would play first; None: there is none."""
        last = self._last[pad]
        return None if last is None else last.audio

    # -- making [worker] -------------------------------------------------------------------------

    def look(self, parameters: NDArray[np.float32], resets: int) -> None:
        """Determine the wanted hits; `resets` counts the resets of the generator."""
        seen = (parameters.tobytes(), resets)
        changed = seen != self._seen
        if changed:
            self._layers = self._layers_in_use(parameters)
        for pad in range(self._maker.pads):
            self._look_at(pad, parameters, changed)
            if changed:  # computing many recipes holds the interpreter; let other threads run
                time.sleep(_REST_SECONDS)
        self._seen = seen

    def _layers_in_use(self, parameters: NDArray[np.float32]) -> tuple[int, ...]:
        if self._maker.layers == 1:
            return (0,)
        velocities = np.linspace(1 / 127, 1.0, _TRIALS * self._maker.layers).tolist()
        return tuple(sorted({self._maker.layer_of(v, parameters) for v in velocities}))

    def _look_at(self, pad: int, parameters: NDArray[np.float32], changed: bool) -> None:
        first = int(self._maker.played[pad])
        if not changed and (first, self._layers[0]) == next(iter(self._wanted[pad]), None):
            return
        # compute all recipes again: those of a locked pad may depend on the strike
        wanted = {
            (number, layer): self._maker.recipe(pad, number, layer, parameters)
            for number in range(first, first + DEPTH)
            for layer in self._layers
        }
        self._wanted[pad] = wanted
        self._ready[pad] = {p: hit for p, hit in self._ready[pad].items() if p in wanted}

    def next_job(self) -> Job | None:
        """Return the most urgent hit, as of the last look.

        First come the pads with the fewest ready hits; of these, those that would have to repeat a
        hit rather than play a stale one; of these, the one that was struck last.
        """
        jobs = [job for pad in range(self._maker.pads) if (job := self._lacking(pad)) is not None]
        return min(jobs, key=self.urgency, default=None)

    def urgency(self, job: Job) -> tuple[int, bool, int]:
        """Return a key that is lowest for the most urgent job."""
        number = job.place[0]
        stale = job.place in self._ready[job.pad]
        return number - int(self._maker.played[job.pad]), stale, -self._struck[job.pad]

    def _lacking(self, pad: int) -> Job | None:
        ready = self._ready[pad]
        for place, recipe in self._wanted[pad].items():
            hit = ready.get(place)
            if hit is not None and hit.recipe == recipe:
                continue
            twins = [*ready.values(), self._last[pad]]
            twin = next((t for t in twins if t is not None and t.recipe == recipe), None)
            if twin is None:
                return Job(pad, place, recipe)
            ready = self._ready[pad] = {**ready, place: twin}
        return None

    def put(self, job: Job, audio: Audio) -> None:
        """Add the hit of a finished job."""
        hit = Ready(job.recipe, audio)
        self._ready[job.pad] = {**self._ready[job.pad], job.place: hit}
        if self._last[job.pad] is None:
            self._last[job.pad] = hit

    def fill(self) -> int:
        """Return how many hits in a row every pad has ready at least, as of the last look. [any]"""
        return min((self._fill_of(pad) for pad in range(self._maker.pads)), default=0)

    def _fill_of(self, pad: int) -> int:
        ready, wanted = self._ready[pad], self._wanted[pad]
        first = int(self._maker.played[pad])
        lacking = [
            place[0]
            for place, recipe in wanted.items()
            if place[0] >= first and (place not in ready or ready[place].recipe != recipe)
        ]
        end = max((number + 1 for number, _ in wanted), default=0)
        return max(0, min(lacking, default=end) - first)
