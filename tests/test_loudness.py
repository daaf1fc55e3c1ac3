"""Loudness is that of the Recommendation, and timbres get the gains of their model."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.generator import Audio, Descriptor, Parameter
from rtaudiogen.loudness import RATE, Levels, integrated_lufs
from rtaudiogen.models.sine import SINE

LABELS = ("piano", "organ", "harp")
TIMBRES = (
    Parameter("timbre", "Timbre", 0.0, 2.0, 0.0, labels=LABELS),
    Parameter("morph_to", "Morph to", 0.0, 2.0, 2.0, stepped=True, labels=LABELS),
    Parameter("morph", "Morph", 0.0, 1.0, 0.0),
)


def tone(hz: float, peak: float, seconds: float, channels: int = 1) -> Audio:
    time = np.arange(round(RATE * seconds)) / RATE
    return np.repeat((peak * np.sin(2 * np.pi * hz * time))[:, None], channels, 1).astype("f4")


def test_a_full_scale_tone_has_the_loudness_of_the_recommendation() -> None:
    assert integrated_lufs(tone(997.0, 1.0, 5.0)) == pytest.approx(-3.01, abs=0.02)
    assert integrated_lufs(tone(997.0, 0.1, 5.0, channels=2)) == pytest.approx(-20.0, abs=0.02)


def test_low_tones_count_less_and_high_ones_more() -> None:
    middle = integrated_lufs(tone(997.0, 0.1, 3.0))
    assert integrated_lufs(tone(40.0, 0.1, 3.0)) < middle - 4.0
    assert integrated_lufs(tone(5000.0, 0.1, 3.0)) == pytest.approx(middle + 3.3, abs=0.3)


def test_silence_and_far_quieter_parts_are_left_out() -> None:
    loud = tone(997.0, 0.3, 5.0)
    alone = integrated_lufs(loud)
    with_rests = np.concatenate([loud, np.zeros_like(loud), tone(997.0, 0.003, 10.0)])
    assert integrated_lufs(with_rests) == pytest.approx(alone, abs=0.15)
    assert integrated_lufs(np.zeros((RATE, 2), np.float32)) == -math.inf
    assert math.isfinite(integrated_lufs(tone(997.0, 0.3, 0.1)))


def model(gains: tuple[float, ...]) -> Descriptor:
    return replace(SINE, parameters=TIMBRES, gains_db=gains)


def values(timbre: float, morph_to: float = 2.0, morph: float = 0.0) -> NDArray[np.float32]:
    return np.array([timbre, morph_to, morph], np.float32)


def test_a_timbre_gets_its_own_gain() -> None:
    levels = Levels(model((0.0, 6.0, -20.0)))
    assert levels.factor(values(0.0)) == 1.0
    assert levels.factor(values(2.0)) == pytest.approx(0.1)
    assert levels.factor(values(0.5)) == pytest.approx(10 ** (3.0 / 20))
    assert levels.factor(values(1.0, 2.0, 0.5)) == pytest.approx(10 ** (-7.0 / 20))
    assert levels.factor(values(7.0)) == pytest.approx(0.1), "held within its range"


def test_a_model_of_one_timbre_has_one_gain_and_a_strangers_none() -> None:
    assert Levels(replace(SINE, gains_db=(-6.0,))).factor(SINE.defaults()) == pytest.approx(
        0.501187
    )
    assert Levels(SINE).factor(SINE.defaults()) == 1.0
