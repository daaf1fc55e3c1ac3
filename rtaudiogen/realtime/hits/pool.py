"""Which hits are ready to be played, and which one has to be made next.

A pad's hits are numbered; of each number there is one for every velocity layer in use. The worker
is the only one to change what is ready, and puts a new mapping in the old one's place, so whoever
takes a hit needs no lock and waits for nobody.
"""

import time
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...generator import Audio, HitMaker

DEPTH = 4  # numbers of a pad that are kept ready
_REST_SECONDS = 0.0005  # after each pad, when all are looked at
_TRIALS = 8  # velocities tried for every layer that a maker has

Place = tuple[int, int]  # number, layer


class Ready(NamedTuple):
    """A finished hit."""

    recipe: Hashable
    audio: Audio


class Job(NamedTuple):
    """A hit that has to be made."""

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
        self._struck = [0] * maker.pads  # how many strikes there had been at the pad's last one
        self._strikes = 0
        self._layers: tuple[int, ...] = (0,)
        self._seen: object = None

    # -- who plays [midi] ------------------------------------------------------------------------

    def take(self, pad: int, layer: int) -> tuple[Audio, bool] | None:
        """The pad's next hit, and whether it is a fresh one; None if it is not ready.

        Stale is a hit of another layer, or for other values than there were at the last look.
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
        """The hit that a pad has played last, or would play first; None: it never had one."""
        last = self._last[pad]
        return None if last is None else last.audio

    # -- who makes [worker] ----------------------------------------------------------------------

    def look(self, parameters: NDArray[np.float32], resets: int) -> None:
        """See what is wanted now; `resets` counts those of the generator."""
        seen = (parameters.tobytes(), resets)
        changed = seen != self._seen
        if changed:
            self._layers = self._layers_in_use(parameters)
        for pad in range(self._maker.pads):
            self._look_at(pad, parameters, changed)
            if changed:  # many recipes, all of them the interpreter's work: others want it, too
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
        # all recipes again: what a pad that was locked keeps may depend on the strike
        wanted = {
            (number, layer): self._maker.recipe(pad, number, layer, parameters)
            for number in range(first, first + DEPTH)
            for layer in self._layers
        }
        self._wanted[pad] = wanted
        self._ready[pad] = {p: hit for p, hit in self._ready[pad].items() if p in wanted}

    def next_job(self) -> Job | None:
        """The hit that is missed most, as of the last look.

        First the pads with the fewest ready; of these the ones that would have to repeat a hit,
        not only play a stale one; of these the one that was struck last.
        """
        jobs = [job for pad in range(self._maker.pads) if (job := self._lacking(pad)) is not None]
        return min(jobs, key=self.urgency, default=None)

    def urgency(self, job: Job) -> tuple[int, bool, int]:
        """The job with the least is the most urgent."""
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
        """A job is done."""
        hit = Ready(job.recipe, audio)
        self._ready[job.pad] = {**self._ready[job.pad], job.place: hit}
        if self._last[job.pad] is None:
            self._last[job.pad] = hit

    def fill(self) -> int:
        """How many hits in a row every pad has ready at least, as of the last look. [any]"""
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
