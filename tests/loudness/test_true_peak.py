"""True peak measures between the frames, at any block size."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.loudness.true_peak import TruePeak

RATE = 48000


def decibels(level: float) -> float:
    return 20 * math.log10(level)


def sine(share: float, degrees: float, frames: int = 4800, channels: int = 2) -> np.ndarray:
    """Return (frames, channels) of full scale at `share` of the sample rate."""
    wave = np.sin(2 * np.pi * share * np.arange(frames) + math.radians(degrees))
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def test_a_tone_whose_peaks_lie_between_frames_is_full_scale():
    wave = sine(1 / 4, 45)
    assert decibels(np.abs(wave).max()) == pytest.approx(-3.01, abs=0.01)
    meter = TruePeak()
    meter.measure(wave)  # past its beginning, which is a step
    assert decibels(meter.measure(wave)) == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("share", [1 / 1000, 1 / 100, 1 / 20, 1 / 6])
@pytest.mark.parametrize("degrees", [0, 30, 45, 67.5, 90])
def test_a_sine_of_full_scale_reads_full_scale_at_every_phase(share, degrees):
    meter = TruePeak()
    meter.measure(sine(share, degrees))
    level = decibels(meter.measure(sine(share, degrees + 360 * share * 4800)))
    assert level == pytest.approx(0.0, abs=0.3)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_the_cut_into_blocks_changes_nothing(sizes, seed):
    noise = np.random.default_rng(seed).uniform(-1, 1, (sum(sizes), 2)).astype(np.float32)
    whole, parts = TruePeak(), TruePeak()
    cuts = np.split(noise, np.cumsum(sizes)[:-1])
    assert max(parts.measure(part) for part in cuts) == pytest.approx(
        whole.measure(noise), rel=1e-5
    )


def test_true_peak_is_at_least_the_highest_frame_of_any_channel():
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (1000, 2)).astype(np.float32)
    noise[500, 1] = -0.9
    assert TruePeak().measure(noise) >= np.float32(0.9)


def test_no_frames_measure_0_and_a_bad_value_is_infinite_once():
    meter = TruePeak()
    assert meter.measure(np.zeros((0, 2), np.float32)) == 0.0
    broken = np.zeros((10, 2), np.float32)
    broken[3] = np.nan
    assert meter.measure(broken) == math.inf
    assert meter.measure(np.zeros((100, 2), np.float32)) == 0.0


def test_another_number_of_channels_begins_anew():
    meter = TruePeak()
    meter.measure(sine(1 / 4, 45))
    assert meter.measure(np.zeros((100, 1), np.float32)) == 0.0
