"""The convolution of a stream is the convolution of the whole, however it is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.cabinet.convolution import PART, Convolution


def noise(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, frames).astype(np.float32)


def streamed(convolution: Convolution, signal: np.ndarray, sizes: list[int]) -> np.ndarray:
    out, position, turn = np.full_like(signal, np.nan), 0, 0
    while position < len(signal):
        end = position + sizes[turn % len(sizes)]
        convolution.process(signal[position:end], out[position:end])
        position, turn = end, turn + 1
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5 * PART + 3), st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_any_response_in_any_blocks_is_the_whole_convolution(frames: int, sizes: list[int]) -> None:
    response, signal = noise(frames, 1), noise(1500, 2)
    expected = np.convolve(signal.astype(float), response)[: len(signal)]
    out = streamed(Convolution(response), signal, sizes)
    np.testing.assert_allclose(out, expected, atol=2e-5 * np.abs(expected).max())
    np.testing.assert_array_equal(out, streamed(Convolution(response), signal, [128]))


@pytest.mark.parametrize("frames", [1, PART, PART + 1, 10 * PART])
def test_the_answer_begins_at_once_and_ends_with_the_response(frames: int) -> None:
    signal = np.zeros(frames + 4 * PART, np.float32)
    signal[5] = 1.0
    response = noise(frames, 3)
    out = streamed(Convolution(response), signal, [77])
    np.testing.assert_allclose(out[5 : 5 + frames], response, atol=1e-5)
    assert np.abs(out[5 + frames :]).max() < 1e-5
    assert not out[:5].any()


def test_a_saved_state_of_another_response_is_refused() -> None:
    longer, shorter = Convolution(noise(900, 1)), Convolution(noise(300, 1))
    with pytest.raises(ValueError, match="broadcast"):
        shorter.load_state(longer.save_state())
