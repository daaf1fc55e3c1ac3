"""The render limiter holds true peaks, glides, and changes nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.loudness.true_peak import TruePeak
from rtaudiogen.realtime.signal.limiter import LOOK_AHEAD_SECONDS, RELEASE_DB_PER_SECOND, Limiter
from rtaudiogen.realtime.signal.safety import CEILING

RATE = 48000
Signal = NDArray[np.float32]


def limited(signal: Signal, limiter: Limiter | None = None, size: int = 128) -> Signal:
    limiter = limiter or Limiter(RATE)
    out = signal.copy()
    for start in range(0, len(out), size):
        limiter.process(out[start : start + size])
    return out


def tone(hz: float, amplitude: float, frames: int) -> Signal:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def noise(frames: int, loudness: float, seed: int = 0) -> Signal:
    return (loudness * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


@pytest.mark.parametrize("rate", [4000, 16000, 44100, 48000, 96000])
def test_the_limiter_has_its_stated_delay_below_2_ms(rate: int) -> None:
    limiter = Limiter(rate)
    signal = np.zeros((400, 2), np.float32)
    signal[0] = 0.5
    assert np.argmax(limited(signal, limiter)[:, 0]) == limiter.delay_frames
    assert limiter.delay_frames / rate <= max(LOOK_AHEAD_SECONDS + 0.5 / rate, 9 / rate)


def test_below_the_ceiling_no_bit_changes() -> None:
    signal = np.random.default_rng(0).uniform(-0.3, 0.3, (5000, 2)).astype(np.float32)
    late = Limiter(RATE).delay_frames
    np.testing.assert_array_equal(limited(signal)[late:], signal[:-late])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), loudness=st.floats(0.0, 1000.0))
def test_nothing_leaves_above_the_ceiling(seed: int, loudness: float) -> None:
    assert np.abs(limited(noise(1500, loudness, seed))).max() <= CEILING


@pytest.mark.parametrize("hz", [997.0, 11025.3, 12000.0, 15000.0])
def test_peaks_between_the_frames_are_limited_too(hz: float) -> None:
    turned = tone(hz, 2.0, 9600)
    turned[:, 1] = np.roll(turned[:, 0], 1)
    out, meter = limited(turned), TruePeak()
    meter.measure(out[:2400])
    assert 20 * np.log10(meter.measure(out[2400:])) < -1.0 + 0.2


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_block_sizes_change_no_bit(sizes: list[int]) -> None:
    signal = noise(3000, 0.6)
    limiter, parts, start = Limiter(RATE), [], 0
    while start < len(signal):
        part = signal[start : start + sizes[len(parts) % len(sizes)]].copy()
        limiter.process(part)
        parts.append(part)
        start += len(part)
    np.testing.assert_array_equal(np.concatenate(parts), limited(signal))


def test_a_peak_does_not_tick() -> None:
    signal = tone(200.0, 0.4, 9600)
    signal[4000:4040] += tone(1200.0, 2.0, 40)
    out = limited(signal)[Limiter(RATE).delay_frames :]
    gain = out[:, 0] / np.where(signal[: len(out), 0] == 0.0, 1.0, signal[: len(out), 0])
    held = np.abs(signal[: len(out), 0]) > 0.05
    steps = np.abs(np.diff(gain[held])) / np.diff(np.flatnonzero(held))
    assert gain[held].min() < 0.6
    assert steps.max() < 0.05, "the gain glides to the peak and back"
    np.testing.assert_array_equal(out[:3900], signal[:3900])


def test_the_limiter_releases_slowly_and_then_changes_no_bit() -> None:
    limiter = Limiter(RATE)
    limited(np.full((512, 2), 3.0, np.float32), limiter)
    assert limiter.gain < 0.5
    quiet = np.full((RATE, 2), 0.25, np.float32)
    out = limited(quiet, limiter)[2 * limiter.delay_frames :]
    levels_db = 20 * np.log10(out[:, 0] / 0.25)
    rate = (levels_db[RATE // 4] - levels_db[0]) * 4
    assert rate == pytest.approx(RELEASE_DB_PER_SECOND, rel=0.05)
    np.testing.assert_array_equal(out[-100:], quiet[-100:])
    assert limiter.gain == 1.0


def test_a_lower_ceiling_leaves_room_for_a_gain_behind_it() -> None:
    limiter, signal = Limiter(RATE), noise(3000, 1.0)
    limiter.process(signal, float(CEILING) / 2)
    assert np.abs(signal).max() <= CEILING / 2


def test_saved_state_continues_bit_for_bit() -> None:
    signal = noise(6000, 0.7)
    limiters = [Limiter(RATE), Limiter(RATE)]
    limited(signal[:3001], limiters[0])
    limiters[1].load_state(limiters[0].save_state())
    first, second = (limited(signal[3001:], limiter) for limiter in limiters)
    np.testing.assert_array_equal(first, second)
