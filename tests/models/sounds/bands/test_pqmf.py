"""The filter bank restores a sound, and each band holds its own part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.sounds.bands import pqmf

RATE = 48000


def noise(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(frames).astype(np.float32)


def db(power: float) -> float:
    return float(10 * np.log10(power + 1e-20))


@pytest.mark.parametrize("bands", [2, 3, 4])
def test_noise_comes_back_with_an_error_of_65_db(bands: int) -> None:
    sound = noise(12000)
    back = pqmf.synthesised(pqmf.analysed(sound, bands))[: len(sound)]
    middle = slice(500, -500)
    error = back[middle] - sound[middle]
    assert db(np.mean(sound[middle] ** 2) / np.mean(error**2)) > 65


@settings(deadline=None, max_examples=30)
@given(frequency=st.floats(200, 23800))
def test_a_tone_is_in_the_band_of_its_frequency(frequency: float) -> None:
    tone = np.sin(2 * np.pi * frequency / RATE * np.arange(6000)).astype(np.float32)
    powers = np.mean(pqmf.analysed(tone, 3)[200:-200] ** 2, axis=0)
    own = min(int(frequency // 8000), 2)
    away = min(abs(frequency - edge) for edge in (8000, 16000))
    others = [power for band, power in enumerate(powers) if band != own]
    if away > 1000:
        assert db(max(others) / powers[own]) < -60


def test_noise_of_the_lowest_band_ends_a_kilohertz_above_it() -> None:
    rows = np.zeros((8192, 3), np.float32)
    rows[:, 0] = noise(8192)
    spectrum = np.abs(np.fft.rfft(pqmf.synthesised(rows))) ** 2
    frequencies = np.linspace(0, RATE / 2, len(spectrum))
    inside = spectrum[frequencies < 7500].mean()
    assert db(spectrum[frequencies > 9000].mean() / inside) < -60


def test_a_single_band_is_the_sound_itself() -> None:
    sound = noise(100)
    assert np.array_equal(pqmf.analysed(sound, 1)[:, 0], sound)
