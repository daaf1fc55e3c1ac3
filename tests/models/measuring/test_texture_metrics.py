"""Measures of a texture: what stands out of its noise, and what lacks in its spectrum."""

import numpy as np
import pytest
from scipy.signal import lfilter

from rtaudiogen.models.measuring.texture_metrics import compared, octaves_error_db, prominence_db

RATE = 48000


def noise(seed: int = 0) -> np.ndarray:
    return (0.05 * np.random.default_rng(seed).standard_normal(5 * RATE)).astype(np.float32)


def tone(hertz: float, level: float) -> np.ndarray:
    turns = hertz * np.arange(5 * RATE) / RATE
    return (level * np.sin(2 * np.pi * turns)).astype(np.float32)


def test_noise_has_no_tones() -> None:
    assert prominence_db(noise(), RATE) == pytest.approx([1.6, 1.6], abs=0.2)


@pytest.mark.parametrize(("hertz", "where"), [(440.0, 0), (3000.0, 1)])
def test_a_tone_stands_out_where_it_is(hertz: float, where: int) -> None:
    found = prominence_db(noise() + tone(hertz, 0.2), RATE)
    assert found[where] > 10
    assert found[1 - where] < 2


def test_a_missing_octave_is_seen() -> None:
    recorded = noise()
    dull = lfilter([0.2], [1.0, -0.8], recorded).astype(np.float32)
    off = octaves_error_db(dull, recorded, RATE)
    assert off["100 Hz"] == pytest.approx(0.0, abs=0.2)
    assert (off["25600 Hz"] or 0.0) < -15
    assert octaves_error_db(recorded, tone(300, 0.5), RATE)["25600 Hz"] is None


def test_a_texture_equals_itself() -> None:
    same = compared(noise(), noise(), RATE)
    assert same["level_error_db"] == same["spectrum_error_db"] == 0.0
    assert same["tones_db"] == same["recorded_tones_db"]
    assert same["longest_still_seconds"] == 5
