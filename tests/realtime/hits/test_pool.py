"""The pool of ready hits, and the order in which it makes new ones."""

import numpy as np
import pytest

from rtaudiogen.realtime.hits.pool import DEPTH, Pool

from ..drums import DRUMS, PADS, Drums

TUNE, LAYERS, KEPT = 0, 2, 4


@pytest.fixture
def drums():
    drums = Drums()
    drums.reset(1)
    return drums


def values(**moved):
    values = DRUMS.defaults()
    for id, value in moved.items():
        values[DRUMS.parameter_index(id)] = value
    return values


def work(pool, drums, parameters, resets=0, most=10_000):
    """Make missing hits until none is missing, and return the jobs in order."""
    done = []
    while len(done) < most:
        pool.look(parameters, resets)
        job = pool.next_job()
        if job is None:
            break
        pool.put(job, drums.make(job.recipe))
        done.append(job)
    return done


def test_every_pad_gets_one_hit_before_any_gets_a_second(drums):
    jobs = work(Pool(drums), drums, values())
    assert len(jobs) == PADS * DEPTH
    assert [job.place[0] for job in jobs] == sorted(job.place[0] for job in jobs)


def test_hits_are_taken_by_number_as_their_recipes_name_them(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    for number in range(DEPTH):
        audio, fresh = pool.take(5, 0)
        assert fresh
        np.testing.assert_array_equal(audio, drums.make(drums.recipe(5, number, 0, values())))
    assert drums.played.tolist() == [0] * 5 + [DEPTH] + [0] * 10
    assert pool.take(5, 0) is None
    assert drums.played[5] == DEPTH, "a strike that found nothing used up no number"


def test_the_emptiest_pad_is_served_first_then_the_last_struck(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    for pad in (3, 7, 3, 9):
        pool.take(pad, 0)
    assert pool.fill() == DEPTH - 2
    assert [job.pad for job in work(pool, drums, values())] == [3, 9, 3, 7]
    assert pool.fill() == DEPTH


def test_a_knob_makes_hits_stale_yet_playable_until_replaced(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    work(pool, drums, values(tune=3.0), most=1)  # pad 0, the first of them
    assert pool.fill() == 0
    assert pool.take(0, 0)[1]
    audio, fresh = pool.take(1, 0)
    assert not fresh
    np.testing.assert_array_equal(audio, drums.make(drums.recipe(1, 0, 0, values())))
    work(pool, drums, values(tune=3.0))
    assert pool.fill() == DEPTH
    audio, fresh = pool.take(1, 0)
    assert fresh
    np.testing.assert_array_equal(audio, drums.make(drums.recipe(1, 1, 0, values(tune=3.0))))


def test_a_pad_without_a_hit_goes_before_one_with_a_stale_hit(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    for _ in range(DEPTH):
        pool.take(6, 0)
    pool.take(2, 0)  # struck last, but stale ones are left
    (first,) = work(pool, drums, values(tune=1.0), most=1)
    assert first.pad == 6


def test_equal_recipes_are_made_once(drums):
    pool = Pool(drums)
    drums.made.clear()
    work(pool, drums, values(kept=7.0))  # pad 0 is locked
    assert sum(recipe[1] == 0 for recipe in drums.made) == 1
    first, _ = pool.take(0, 0)
    second, _ = pool.take(0, 0)
    assert first is second


def test_a_locked_pad_repeats_its_last_hit_without_making_it(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    for _ in range(3):
        last, _ = pool.take(0, 0)
    drums.made.clear()
    pool.look(values(kept=2.0), 0)  # number 2 was the last
    pool.next_job()
    assert pool.take(0, 0) == (last, True)
    assert not drums.made


def test_used_layers_are_made_and_a_neighbour_replaces_a_missing(drums):
    pool = Pool(drums)
    jobs = work(pool, drums, values(layers=3.0))
    assert len(jobs) == PADS * DEPTH * 3
    audio, fresh = pool.take(4, 2)
    assert fresh
    np.testing.assert_array_equal(audio, drums.make(drums.recipe(4, 0, 2, values())))
    work(pool, drums, values(layers=1.0))
    audio, fresh = pool.take(4, 2)
    np.testing.assert_array_equal(audio, drums.make(drums.recipe(4, 1, 0, values())))


def test_another_seed_replaces_everything(drums):
    pool = Pool(drums)
    work(pool, drums, values())
    pool.take(0, 0)
    drums.reset(2)
    jobs = work(pool, drums, values(), resets=1)
    assert len(jobs) == PADS * DEPTH
    audio, fresh = pool.take(0, 0)
    assert fresh
    np.testing.assert_array_equal(audio, drums.make(drums.recipe(0, 0, 0, values())))


def test_the_last_hit_is_the_last_played_or_else_the_first_made(drums):
    pool = Pool(drums)
    assert pool.last(0) is None
    work(pool, drums, values())
    first = pool.last(0)
    np.testing.assert_array_equal(first, drums.make(drums.recipe(0, 0, 0, values())))
    pool.take(0, 0)
    second, _ = pool.take(0, 0)
    assert pool.last(0) is second
