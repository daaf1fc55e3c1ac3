"""Pitch errors and whistles are found in sounds that have none, some and many."""

import numpy as np
import pytest

from rtaudiogen.models.vqvae.measuring.hearing import pitch_errors, whistles_db

RATE = 16000


def saw(pitch: float) -> np.ndarray:
    return (0.3 * (np.arange(RATE) * pitch / RATE % 1 - 0.5)).astype(np.float32)


def test_a_sound_has_no_pitch_errors_against_itself() -> None:
    assert pitch_errors(saw(120), saw(120), RATE) == (0.0, 0.0)


def test_a_shifted_sound_is_all_errors_but_voiced() -> None:
    gross, voicing = pitch_errors(saw(160), saw(120), RATE)
    assert gross is not None
    assert gross > 95
    assert voicing is not None
    assert voicing < 5


def test_silence_has_the_wrong_voicing_and_no_pitch() -> None:
    gross, voicing = pitch_errors(np.zeros(RATE, np.float32), saw(120), RATE)
    assert gross is None
    assert voicing is not None
    assert voicing > 90
    assert pitch_errors(saw(120), saw(120), 22050) == (None, None), "a rate it does not track"


@pytest.mark.parametrize("share_db", [-30.0, -10.0])
def test_whistles_have_the_share_that_was_put_in(share_db: float) -> None:
    noise = np.random.default_rng(0).standard_normal(8 * RATE)
    above = 1 - 1500 / (RATE / 2)  # of the noise's power
    power = above * 10 ** (share_db / 10)
    line = np.sqrt(2 * power) * np.sin(2 * np.pi * 3000 * np.arange(8 * RATE) / RATE)
    found = whistles_db((0.1 * (noise + line)).astype(np.float32), RATE, 250.0)
    assert found == pytest.approx(share_db, abs=4.0)
    assert whistles_db(noise[:100].astype(np.float32), RATE, 250.0) is None
