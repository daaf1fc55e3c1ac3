"""Tensors are checked once for all families, and restored as they are computed with."""

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.models.compiled import bfloat16
from rtaudiogen.models.compiled.packing import Matrix, checked, pack, random_tensors, rounded
from rtaudiogen.models.compiled.state import restore, saved

SHAPES = {"a": (16, 6), "b": (3,)}
MATRICES = [Matrix("first", "a", slice(4)), Matrix("second", "a", slice(4, None), slice(5))]


@pytest.fixture
def tensors() -> dict[str, np.ndarray]:
    return random_tensors(SHAPES, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"a": np.zeros((4, 4), np.float32)}, r"the prior's 'a' should be \(16, 6\), not \(4, 4\)"),
        ({"b": np.full(3, np.inf, np.float32)}, "the prior's 'b' contains numbers .* not finite"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    tensors: dict[str, np.ndarray], change: dict[str, np.ndarray], reason: str
) -> None:
    with pytest.raises(RtAudioGenError, match=reason):
        checked(SHAPES, tensors | change, "the prior")


def test_a_missing_tensor_is_refused(tensors: dict[str, np.ndarray]) -> None:
    del tensors["b"]
    with pytest.raises(RtAudioGenError, match="the model has no tensor 'b'"):
        checked(SHAPES, tensors)


def test_tensors_of_no_family_are_left_out(tensors: dict[str, np.ndarray]) -> None:
    assert list(checked(SHAPES, {**tensors, "c": np.zeros(1)})) == ["a", "b"]


def test_a_matrix_is_rounded_as_it_is_packed(tensors: dict[str, np.ndarray]) -> None:
    packed = pack(MATRICES, tensors)
    ours = rounded(MATRICES, SHAPES, tensors)
    first = packed.starts["second"][0]
    np.testing.assert_array_equal(bfloat16.unpack(packed.lanes[:first], 16, 4), ours["a"][:, :4])
    second = bfloat16.unpack(packed.lanes[first:], 16, 4)
    np.testing.assert_array_equal(second[:5, :2], ours["a"][:5, 4:])
    assert not second[5:].any()
    np.testing.assert_array_equal(ours["a"][5:, 4:], tensors["a"][5:, 4:])  # no product's
    assert 0 < np.abs(ours["a"] - tensors["a"]).max() < 2**-7 * np.abs(tensors["a"]).max()


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    live = {"a": np.zeros(2), "b": np.zeros(3)}
    for state in ({"a": np.ones(2)}, {"a": np.ones(2), "b": np.ones(2)}):
        with pytest.raises(ValueError, match="the state's 'b' is another network's"):
            restore(live, state)
    assert not live["a"].any()
    restore(live, saved({"a": np.ones(2), "b": np.ones(3)}))
    assert live["a"].all()
