"""The pitch tracker: right, causal, and the same code in compiled and plain form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.vqvae.shaped.config import PITCHES
from rtaudiogen.models.vqvae.shaped.pitch import (
    HIGHEST,
    LOWEST,
    code_of,
    codes_of,
    pitches_of,
    tracked,
)

RATE, STEP, AHEAD = 16000, 80, 160


def saw(pitch: float, seconds: float = 0.5) -> np.ndarray:
    periods = np.arange(round(seconds * RATE)) * pitch / RATE
    return (0.3 * (2 * (periods % 1) - 1)).astype(np.float32)


@pytest.mark.parametrize("pitch", [70.0, 110.0, 180.0, 260.0, 420.0])
def test_a_saw_has_its_pitch(pitch: float) -> None:
    found = tracked(saw(pitch), RATE, AHEAD)[20:90]
    assert (found > 0).all()
    assert np.abs(12 * np.log2(found / pitch)).max() < 0.2


def test_noise_and_silence_have_no_pitch() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE // 2).astype(np.float32)
    assert np.mean(tracked(noise, RATE, AHEAD) > 0) < 0.2
    assert not tracked(np.zeros(RATE // 2, np.float32), RATE, AHEAD).any()


def test_other_sample_rates_give_the_same_pitch() -> None:
    periods = np.arange(12000) * 150 / 24000
    found = tracked((periods % 1 - 0.5).astype(np.float32), 24000, 240)[20:90]
    assert np.abs(12 * np.log2(found / 150)).max() < 0.2


def test_a_pitch_knows_no_more_than_its_look_ahead() -> None:
    sound, moment = saw(130.0), 50
    before = tracked(sound, RATE, AHEAD)
    sound[moment * STEP + AHEAD :] = 0.7
    after = tracked(sound, RATE, AHEAD)
    np.testing.assert_array_equal(before[: moment + 1], after[: moment + 1])
    assert not np.array_equal(before, after)


@settings(max_examples=30, deadline=None)
@given(st.floats(LOWEST, HIGHEST))
def test_a_code_means_nearly_the_pitch_it_came_from(pitch: float) -> None:
    code = codes_of(np.array([pitch]))
    step = 12 * np.log2(HIGHEST / LOWEST) / (PITCHES - 2)
    assert abs(12 * np.log2(pitches_of(code)[0] / pitch)) <= 0.501 * step
    assert code_of(pitch) == code[0]


def test_an_unvoiced_pitch_has_code_0() -> None:
    assert code_of(0.0) == codes_of(np.zeros(1))[0] == 0
    assert pitches_of(np.zeros(1, np.int64))[0] == 0.0
    assert code_of(1e9) == PITCHES - 1
    assert code_of(1.0) == 1
