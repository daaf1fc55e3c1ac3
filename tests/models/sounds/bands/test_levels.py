"""Levels of a sound by band are measured, given to the network, and divided out."""

import numpy as np
import pytest

from rtaudiogen.models.sounds.bands import levels, pqmf
from rtaudiogen.models.sounds.bands.edges import edges_of, fits

RATE, BANDS = 48000, 3
EDGES = edges_of(RATE, BANDS)


def tone(frequency: float, seconds: float = 1.0, amplitude: float = 0.1) -> np.ndarray:
    turns = frequency / RATE * np.arange(int(seconds * RATE))
    return (amplitude * np.sin(2 * np.pi * turns)).astype(np.float32)


@pytest.mark.parametrize("frequency", [100.0, 1000.0, 3000.0, 10000.0, 20000.0])
def test_a_tone_has_its_level_in_its_fine_and_its_wide_band(frequency: float) -> None:
    row = levels.measured(tone(frequency), EDGES, BANDS, RATE)[10]
    fine = int(np.searchsorted(EDGES, frequency)) - 1
    wide = len(EDGES) - 1 + int(frequency // 8000)
    assert row[fine] == pytest.approx(-23.01, abs=0.1)
    assert row[wide] == pytest.approx(-23.01, abs=0.1)
    others = [value for column, value in enumerate(row) if column not in (fine, wide)]
    assert max(others) < -60


def test_points_follow_a_sound_twenty_times_a_second() -> None:
    sound = np.concatenate([tone(1000.0, 0.5, 0.01), tone(1000.0, 0.5, 0.1)])
    course = levels.measured(sound, EDGES, BANDS, RATE)[:, -BANDS]
    assert len(course) == 21
    assert course[8] == pytest.approx(-43, abs=0.3)
    assert course[12] == pytest.approx(-23, abs=0.3)
    at_frames = levels.at_frames(course[:, None], 0, 16000, RATE // BANDS)[:, 0]
    assert at_frames[800 * 8] == pytest.approx(course[8])
    assert at_frames[800 * 8 + 400] == pytest.approx((course[8] + course[9]) / 2)


def test_evened_bands_have_one_level_throughout() -> None:
    random = np.random.default_rng(0)
    waves = 10 ** (np.sin(np.arange(3 * RATE) / RATE * 2 * np.pi) / 2)  # 20 dB, one a second
    sound = (0.02 * waves * random.standard_normal(3 * RATE)).astype(np.float32)
    rows = pqmf.analysed(sound, BANDS)
    course = levels.measured(sound, EDGES, BANDS, RATE)
    wide = levels.at_frames(course[:, -BANDS:], 0, len(rows), RATE // BANDS)
    even = levels.evened(rows, wide)
    parts = even.reshape(30, -1, BANDS)
    powers = 10 * np.log10(np.mean(parts**2, axis=1))
    assert np.abs(powers - levels.DRAWN_DB).max() < 1.5


def test_told_levels_lie_between_the_floor_and_full_scale() -> None:
    told = levels.told(np.array([-200.0, levels.FLOOR_DB, levels.FLOOR_DB / 2, 0.0], np.float32))
    assert told.tolist() == [0.0, 0.0, 0.5, 1.0]


@pytest.mark.parametrize("bands", [2, 3, 4])
@pytest.mark.parametrize("rate", [12000, 44100 * 4, 48000])
def test_edges_of_any_rate_fit(rate: int, bands: int) -> None:
    assert fits(edges_of(rate, bands), rate, bands)


def test_edges_that_miss_a_wide_band_do_not_fit() -> None:
    assert not fits((0, 4000, 24000), RATE, BANDS)
    assert not fits((0, 16000, 8000, 24000), RATE, BANDS)
    assert not fits((0, 8000, 16000), RATE, BANDS)
    assert not fits((), RATE, BANDS)
