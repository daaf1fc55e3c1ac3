"""The Fréchet distance agrees with its closed form and known properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.oneshot.judging.frechet import Gaussian, frechet_distance, gaussian


def covariance(dimensions: int, seed: int) -> np.ndarray:
    draws = np.random.default_rng(seed).standard_normal((dimensions + 3, dimensions))
    return draws.T @ draws / (dimensions + 3)


def test_axis_aligned_gaussians_have_the_closed_form_distance() -> None:
    one = Gaussian(np.array([1.0, 2.0]), np.diag([4.0, 9.0]))
    other = Gaussian(np.array([4.0, -2.0]), np.diag([1.0, 25.0]))
    assert frechet_distance(one, other) == pytest.approx(3**2 + 4**2 + (2 - 1) ** 2 + (3 - 5) ** 2)


@given(seed=st.integers(0, 1000), dimensions=st.integers(1, 12))
def test_the_distance_equals_that_by_the_matrix_square_root(seed: int, dimensions: int) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    one = Gaussian(np.full(dimensions, 0.5), covariance(dimensions, seed))
    other = Gaussian(np.zeros(dimensions), covariance(dimensions, seed + 1))
    root = linalg.sqrtm(one.covariance @ other.covariance).real
    wanted = 0.25 * dimensions + np.trace(one.covariance + other.covariance - 2 * root)
    assert frechet_distance(one, other) == pytest.approx(wanted, abs=1e-6)
    assert frechet_distance(other, one) == pytest.approx(wanted, abs=1e-6)


def test_a_set_moved_elsewhere_is_as_far_as_it_was_moved() -> None:
    points = np.random.default_rng(0).standard_normal((10, 32))  # fewer than dimensions
    assert frechet_distance(gaussian(points), gaussian(points)) == pytest.approx(0, abs=1e-6)
    moved = gaussian(points + 0.5)
    assert frechet_distance(gaussian(points), moved) == pytest.approx(32 * 0.25, rel=1e-6)


def test_a_weight_is_a_point_so_many_times() -> None:
    points = np.random.default_rng(0).standard_normal((5, 3))
    weighed = gaussian(points, np.array([3.0, 1.0, 1.0, 2.0, 1.0]))
    repeated = gaussian(np.repeat(points, [3, 1, 1, 2, 1], axis=0))
    assert frechet_distance(weighed, repeated) == pytest.approx(0, abs=1e-6)


def test_points_of_one_dimension_have_a_covariance_too() -> None:
    ones, threes = np.ones((4, 1)), np.full((4, 1), 3.0)
    assert frechet_distance(gaussian(ones), gaussian(threes)) == pytest.approx(4.0)
