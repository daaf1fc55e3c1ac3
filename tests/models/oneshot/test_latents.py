"""Latents are named, distributed as in training, and moved by the player's parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.latents import (
    DRIFT_HITS,
    Anchor,
    Name,
    Place,
    normals,
    of_hit,
    of_sample,
    stream,
)

LATENT = 100
PLAIN = Place(Anchor(3, 0, 0), None, 0.0, 0.0, 0.0, 0.0, 0)
CRITICAL = 1.95 / np.sqrt(12800)  # Kolmogorov-Smirnov: one in a thousand is farther

shares = st.floats(0.0, 1.0)
numbers = st.integers(0, (1 << 24) - 1)
anchors = st.builds(Anchor, st.just(3), st.integers(0, 127), st.integers(0, 127))
places = st.builds(
    Place, anchors, st.none() | st.builds(Anchor, st.just(7), st.integers(0, 127), st.just(0)),
    shares, shares, shares, shares, numbers,
)  # fmt: skip


def latent(place: Place, seed: int = 1) -> NDArray[np.float32]:
    return of_hit(seed, place, LATENT)


def distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))


def farthest_from_uniform(values: NDArray[np.float32]) -> float:
    """Return the largest deviation from the uniform distribution function in -1 … 1."""
    ordered = np.sort(values.ravel())
    return float(np.abs((ordered + 1) / 2 - np.arange(1, len(ordered) + 1) / len(ordered)).max())


@settings(max_examples=50)
@given(places, st.integers(0, (1 << 64) - 1))
def test_a_place_is_the_same_bits_every_time_and_within_range(place: Place, seed: int) -> None:
    here = of_hit(seed, place, LATENT)
    assert here.dtype == np.float32
    assert np.abs(here).max() <= 1
    np.testing.assert_array_equal(of_hit(seed, place, LATENT), here)


@pytest.mark.parametrize(
    "change",
    [{}, {"spread": 0.3}, {"spread": 1.0}, {"drift": 0.5, "spread": 0.2}, {"softness": 1.0},
     {"partner": Anchor(7, 0, 0), "blend": 0.5, "spread": 0.4}, {"drift": 1.0}],
    ids=str,
)  # fmt: skip
def test_wherever_hits_lie_their_latents_are_uniform(change: dict[str, float]) -> None:
    for mutations in (0, 9):
        many = []
        for number in range(128):
            place = PLAIN._replace(anchor=Anchor(3, number, mutations), number=5, **change)
            if place.partner is not None:
                place = place._replace(partner=Anchor(7, number, 0))
            many.append(latent(place, seed=number))
        assert farthest_from_uniform(np.array(many)) < CRITICAL


def test_hits_at_full_spread_are_uniform_and_independent() -> None:
    many = np.array([latent(PLAIN._replace(number=n, spread=1.0)) for n in range(128)])
    assert farthest_from_uniform(many) < CRITICAL
    correlations = np.corrcoef(many) - np.eye(128)
    assert np.abs(correlations).max() < 0.5  # of 100 numbers each: 0.1 is usual


@given(numbers)
def test_without_spread_it_is_always_this_hit(number: int) -> None:
    np.testing.assert_array_equal(latent(PLAIN._replace(number=number)), latent(PLAIN))


def test_the_more_spread_the_farther_from_the_anchor() -> None:
    away = [
        np.mean([distance(latent(PLAIN._replace(spread=s, number=n)), latent(PLAIN))
                 for n in range(20)])
        for s in (0.0, 0.01, 0.1, 0.3, 0.6, 1.0)
    ]  # fmt: skip
    assert away == sorted(away)
    assert 0 < away[1] < 0.03
    assert away[-1] == pytest.approx(np.sqrt(2 / 3), abs=0.03)  # two independent uniform numbers


def test_each_mutation_is_a_small_step_in_a_direction_of_its_own() -> None:
    steps = [latent(PLAIN._replace(anchor=Anchor(3, 0, n))) for n in range(40)]
    sizes = [distance(a, b) for a, b in zip(steps[1:], steps, strict=False)]
    assert min(sizes) > 0.05
    assert max(sizes) < 0.25
    assert distance(steps[0], steps[-1]) > 2 * max(sizes)
    first, second = steps[1] - steps[0], steps[2] - steps[1]
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.5


def test_a_cross_goes_from_one_parent_to_the_other() -> None:
    mother, father = latent(PLAIN), latent(PLAIN._replace(anchor=Anchor(7, 2, 1)))
    child = PLAIN._replace(partner=Anchor(7, 2, 1))
    np.testing.assert_array_equal(latent(child), mother)
    np.testing.assert_allclose(latent(child._replace(blend=1.0)), father, atol=1e-6)
    half = latent(child._replace(blend=0.5))
    assert distance(half, mother) == pytest.approx(distance(half, father), rel=0.25)
    assert distance(half, mother) < distance(mother, father)


def test_a_drift_walks_from_hit_to_hit_and_costs_no_more_later() -> None:
    walk = [latent(PLAIN._replace(drift=1.0, number=n)) for n in range(4 * DRIFT_HITS)]
    sizes = [distance(a, b) for a, b in zip(walk[1:], walk, strict=False)]
    assert min(sizes) > 0.02
    assert max(sizes) < 0.25
    assert distance(walk[0], walk[3 * DRIFT_HITS]) > 0.5
    late = latent(PLAIN._replace(drift=1.0, number=100_000))
    assert distance(late, latent(PLAIN._replace(drift=1.0, number=100_001))) < 0.25
    little = [latent(PLAIN._replace(drift=0.1, number=n)) for n in range(200)]
    assert max(distance(x, latent(PLAIN)) for x in little) < 0.2


def test_an_anchor_ignores_the_seed_but_hits_around_it_do_not() -> None:
    np.testing.assert_array_equal(latent(PLAIN, 1), latent(PLAIN, 2))
    near = PLAIN._replace(spread=0.3)
    assert distance(latent(near, 1), latent(near, 2)) > 0.1


def test_pads_and_anchors_have_sounds_of_their_own() -> None:
    several = [
        latent(PLAIN), latent(PLAIN._replace(anchor=Anchor(4, 0, 0))),
        latent(PLAIN._replace(anchor=Anchor(3, 1, 0))), latent(PLAIN._replace(spread=1.0)),
        of_sample(1, 1.0, 0, LATENT),
    ]  # fmt: skip
    for index, one in enumerate(several):
        for other in several[:index]:
            assert distance(one, other) > 0.5


@given(st.integers(0, (1 << 64) - 1), st.integers(0, 1000), shares)
def test_a_sample_is_named_by_its_seed(seed: int, around: int, spread: float) -> None:
    once = of_sample(seed, spread, around, LATENT)
    np.testing.assert_array_equal(of_sample(seed, spread, around, LATENT), once)
    assert np.abs(once).max() <= 1


def test_samples_at_full_spread_do_not_know_what_they_are_around() -> None:
    np.testing.assert_array_equal(of_sample(5, 1.0, 9, LATENT), of_sample(5, 1.0, 8, LATENT))


def test_samples_come_nearer_to_the_one_in_the_middle() -> None:
    middle = of_sample(9, 1.0, 0, LATENT)
    np.testing.assert_array_equal(of_sample(5, 0.0, 9, LATENT), middle)
    near, far = of_sample(5, 0.1, 9, LATENT), of_sample(5, 0.8, 9, LATENT)
    assert 0 < distance(near, middle) < 0.2 < distance(far, middle)
    many = [of_sample(seed, 0.5, 10_000 + seed, LATENT) for seed in range(128)]
    assert farthest_from_uniform(np.array(many)) < CRITICAL


def test_names_are_told_apart_and_order_counts() -> None:
    names = [(a, b, c) for a in range(20) for b in range(20) for c in range(20)]
    assert len({int(stream(*name)) for name in names}) == len(names)
    assert stream(1, 0) != stream(0, 1) != stream(1)
    assert normals(5, 1, Name.HIT).tolist() != normals(5, 1, Name.ANCHOR).tolist()
