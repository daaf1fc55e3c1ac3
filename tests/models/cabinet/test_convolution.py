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


@pytest.mark.parametrize("frames", [100, 200, 300])
def test_a_saved_state_of_another_response_is_refused(frames: int) -> None:
    longer, shorter = Convolution(noise(900, 1)), Convolution(noise(frames, 1))
    for one, other in ((longer, shorter), (shorter, longer)):
        with pytest.raises(ValueError, match="another network's"):
            one.load_state(other.save_state())


@pytest.mark.parametrize("place", [(500, 3), (-50, 10**6)])
def test_places_of_a_damaged_state_stay_inside(place: tuple[int, int]) -> None:
    convolution = Convolution(noise(900, 1))
    convolution.load_state({**convolution.save_state(), "place": np.array(place)})
    out = np.full(1000, np.nan, np.float32)
    convolution.process(noise(1000, 2), out)
    assert np.isfinite(out).all()
