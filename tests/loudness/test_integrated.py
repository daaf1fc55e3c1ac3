"""Loudness is that of Recommendation ITU-R BS.1770."""

import math

import numpy as np
import pytest

from rtaudiogen.generator import Audio
from rtaudiogen.loudness.integrated import RATE, integrated_lufs, lufs, weighting


def tone(hz: float, peak: float, seconds: float, channels: int = 1) -> Audio:
    time = np.arange(round(RATE * seconds)) / RATE
    return np.repeat((peak * np.sin(2 * np.pi * hz * time))[:, None], channels, 1).astype("f4")


def test_a_full_scale_tone_has_the_recommended_loudness() -> None:
    assert integrated_lufs(tone(997.0, 1.0, 5.0)) == pytest.approx(-3.01, abs=0.02)
    assert integrated_lufs(tone(997.0, 0.1, 5.0, channels=2)) == pytest.approx(-20.0, abs=0.02)


def test_low_tones_count_less_and_high_ones_more() -> None:
    middle = integrated_lufs(tone(997.0, 0.1, 3.0))
    assert integrated_lufs(tone(40.0, 0.1, 3.0)) < middle - 4.0
    assert integrated_lufs(tone(5000.0, 0.1, 3.0)) == pytest.approx(middle + 3.3, abs=0.3)


@pytest.mark.parametrize("hz", [40.0, 200.0, 997.0, 5000.0, 15000.0])
def test_a_partial_is_as_loud_as_its_sound(hz: float) -> None:
    power = 0.1**2 / 2 * weighting(np.array([hz]))
    assert lufs(power)[0] == pytest.approx(integrated_lufs(tone(hz, 0.1, 3.0)), abs=0.02)


def test_silence_and_far_quieter_parts_are_left_out() -> None:
    loud = tone(997.0, 0.3, 5.0)
    alone = integrated_lufs(loud)
    with_rests = np.concatenate([loud, np.zeros_like(loud), tone(997.0, 0.003, 10.0)])
    assert integrated_lufs(with_rests) == pytest.approx(alone, abs=0.15)
    assert integrated_lufs(np.zeros((RATE, 2), np.float32)) == -math.inf
    assert math.isfinite(integrated_lufs(tone(997.0, 0.3, 0.1)))
