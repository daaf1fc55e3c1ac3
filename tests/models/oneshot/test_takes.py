"""The best of several takes of a hit is played."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.finishing import finished
from rtaudiogen.models.oneshot.takes import TAKES, best_take, likeness

RATE, FRAMES = 16000, 16384
Signal = NDArray[np.float32]


def drum(hz: float = 200.0, hole_db: float = 0.0) -> Signal:
    time = np.arange(FRAMES) / RATE
    hit = (0.5 * np.sin(2 * np.pi * hz * time) * np.exp(-time / 0.2)).astype(np.float32)
    hit[3000:4200] *= np.float32(10 ** (-hole_db / 20))
    return hit


class Renders:
    """Takes in order, counted; like a network, each overwrites the one before."""

    def __init__(self, *takes: Signal) -> None:
        self.asked: list[int] = []
        self._takes, self._out = takes, np.empty(FRAMES, np.float32)

    def __call__(self, number: int) -> Signal:
        self.asked.append(number)
        self._out[:] = self._takes[number % len(self._takes)]
        return self._out


def test_a_good_first_take_is_the_only_one() -> None:
    render = Renders(drum())
    assert best_take(render, RATE).number == 0
    assert render.asked == [0]


def test_the_first_take_without_a_hole_is_played() -> None:
    render = Renders(drum(hole_db=25.0), drum(hole_db=18.0), drum(300.0), drum())
    take = best_take(render, RATE)
    assert take.number == 2
    np.testing.assert_array_equal(take.raw, drum(300.0))
    np.testing.assert_array_equal(take.plain, finished(drum(300.0), RATE))


def test_the_best_of_bad_takes_is_played() -> None:
    holes = [20.0, 24.0, 16.0, 22.0]
    take = best_take(Renders(*[drum(hole_db=hole) for hole in holes]), RATE)
    assert take.number == holes.index(16.0)


def test_no_more_takes_are_made_than_asked_for() -> None:
    render = Renders(drum(hole_db=25.0))
    best_take(render, RATE)
    assert render.asked == list(range(TAKES))
    render.asked.clear()
    best_take(render, RATE, takes=1)
    assert render.asked == [0]


def test_a_hit_is_not_the_last_one_again() -> None:
    last = finished(drum(), RATE)
    assert likeness(last, last) > 0.999
    assert best_take(Renders(drum(), drum(230.0)), RATE, last).number == 1
    assert abs(likeness(last, finished(drum(2000.0), RATE))) < 0.1
