"""Vector functions that families share, against numpy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.models.compiled.elementwise import elu_to, move
from rtaudiogen.models.compiled.vectors import place

SIZE = 32


@njit(error_model="numpy")
def _elu(x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
    elu_to(len(x), place(x, 0), place(y, 0))


@njit(error_model="numpy")
def _move(size: int, x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
    move(size, place(x, 0), place(y, 0))


def elu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    y = np.full_like(x, 9.0)
    _elu(x, y)
    return y


@settings(deadline=None)
@given(arrays(np.float32, SIZE, elements=st.floats(-50, 50, width=32)))
def test_elu_is_x_above_zero_and_an_exponential_below(x: NDArray[np.float32]) -> None:
    y = elu(x)
    np.testing.assert_array_equal(y[x >= 0], x[x >= 0])
    np.testing.assert_allclose(y[x < 0], np.expm1(x[x < 0].astype(np.float64)), atol=1e-6)


def test_elu_of_numbers_without_measure_does_no_harm() -> None:
    x = np.zeros(SIZE, np.float32)
    x[:4] = np.nan, -np.inf, -3e38, 3e38
    np.testing.assert_array_equal(elu(x)[:5], np.float32([-1, -1, -1, 3e38, 0]))


@pytest.mark.parametrize("size", [0, 1, 15, 17, SIZE])
def test_a_move_copies_as_many_numbers_as_it_says(size: int) -> None:
    x, y = np.arange(1, SIZE + 1, dtype=np.float32), np.zeros(SIZE, np.float32)
    _move(size, x, y)
    np.testing.assert_array_equal(y[:size], x[:size])
    assert not y[size:].any()
