"""Vector functions against numpy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numba import njit
from numpy.typing import NDArray

from rtaudiogen.models.compiled.categorical import softmax
from rtaudiogen.models.compiled.vectors import place
from rtaudiogen.models.wavenet.activations import gate

SIZE = 32
anything = st.floats(width=32)
moderate = st.floats(-20, 20, width=32)


@njit(error_model="numpy")
def _gate(
    ab: NDArray[np.float32], z: NDArray[np.float32], hidden: NDArray[np.float32],
    history: NDArray[np.float32], bias: NDArray[np.float32],
) -> None:  # fmt: skip
    gate(len(z), place(ab, 0), place(z, 0), place(hidden, 0), place(history, 0), place(bias, 0))


@njit(error_model="numpy")
def _softmax(x: NDArray[np.float32], scale: float, sums: NDArray[np.float32]) -> None:
    softmax(len(x), place(x, 0), np.float32(scale), place(sums, 0))


def gated(ab: NDArray[np.float32]) -> NDArray[np.float32]:
    z, rest = np.zeros(SIZE, np.float32), np.zeros((3, SIZE), np.float32)
    _gate(ab, z, rest[0], rest[1], rest[2])
    return z


@settings(deadline=None)
@given(arrays(np.float32, 2 * SIZE, elements=moderate))
def test_the_gate_is_tanh_times_sigmoid(ab: NDArray[np.float32]) -> None:
    a, b = ab.astype(np.float64).reshape(2, SIZE)
    np.testing.assert_allclose(gated(ab), np.tanh(a) / (1 + np.exp(-b)), atol=5e-7)


@settings(deadline=None)
@given(arrays(np.float32, 2 * SIZE, elements=anything))
def test_the_gate_of_any_number_at_all_lies_within_one(ab: NDArray[np.float32]) -> None:
    assert (np.abs(gated(ab)) <= 1).all()


def test_the_gate_keeps_its_input_as_history_and_adds_the_bias() -> None:
    hidden, history = np.arange(SIZE, dtype=np.float32), np.zeros(SIZE, np.float32)
    ab, bias = np.zeros(2 * SIZE, np.float32), np.full(SIZE, 0.5, np.float32)
    _gate(ab, np.zeros(SIZE, np.float32), hidden, history, bias)
    np.testing.assert_array_equal(history, np.arange(SIZE))
    np.testing.assert_array_equal(hidden, np.arange(SIZE) + 0.5)


@settings(deadline=None)
@given(arrays(np.float32, SIZE, elements=moderate), st.floats(0.25, 4))
def test_softmax_gives_relative_probabilities_and_their_sums(
    logits: NDArray[np.float32], scale: float
) -> None:
    x, sums = logits.copy(), np.zeros(SIZE // 16, np.float32)
    _softmax(x, scale, sums)
    expected = np.exp(np.float32(scale) * (logits.astype(np.float64) - logits.max()))
    np.testing.assert_allclose(x, expected, rtol=2e-5, atol=1e-29)
    np.testing.assert_allclose(sums, expected.reshape(-1, 16).sum(1), rtol=2e-5, atol=16e-29)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
@settings(deadline=None)
@given(logits=arrays(np.float32, SIZE, elements=anything))
def test_softmax_of_any_numbers_is_finite_and_positive(
    scale: float, logits: NDArray[np.float32]
) -> None:
    sums = np.zeros(SIZE // 16, np.float32)
    _softmax(logits, scale, sums)
    assert ((logits > 0) & (logits <= 1)).all()
    assert (sums > 0).all()
