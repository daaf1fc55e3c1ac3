"""The resampler converts rates exactly, immediately and cleanly."""

import itertools

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.realtime.signal.resampler import Resampler

RATES = (16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)
PAIRS = [pair for pair in itertools.product(RATES, RATES) if pair[0] != pair[1]]
Signal = NDArray[np.float32]


def convert(signal: Signal, resampler: Resampler, sizes: list[int]) -> Signal:
    """Resample in blocks of `sizes` until the input is used up, and return (frames, channels)."""
    parts = [np.zeros((0, signal.shape[1]), np.float32)]
    position = 0
    for size in itertools.cycle(sizes):
        needed = resampler.needs(size)
        if position + needed > len(signal):
            return np.concatenate(parts)
        resampler.inlet(needed)[:] = signal[position : position + needed]
        out = np.full((size, signal.shape[1]), np.nan, np.float32)
        resampler.process(needed, out)
        parts.append(out)
        position += needed
    raise AssertionError


def tone(frequency: float, rate: int, seconds: float = 0.4) -> Signal:
    time = np.arange(round(rate * seconds)) / rate
    return np.sin(2 * np.pi * frequency * time).astype(np.float32)[:, None]


def spectrum_db(signal: Signal) -> NDArray[np.float64]:
    """Return the level of every bin; 0 dB is a full-scale sine."""
    window = np.kaiser(len(signal), 20.0)
    return 20 * np.log10(np.abs(np.fft.rfft(signal * window)) * 2 / window.sum() + 1e-12)


def whole_cycles(frequency: float, rate_out: int, frames: int) -> float:
    """Return the nearest frequency that falls on a bin of a spectrum of `frames`."""
    return round(frequency * frames / rate_out) * rate_out / frames


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_an_impulse_comes_out_at_the_computed_delay(rate_in: int, rate_out: int) -> None:
    resampler = Resampler(rate_in, rate_out, 1, 64)
    signal = np.zeros((rate_in // 20, 1), np.float32)
    signal[0] = 1.0
    answer = convert(signal, resampler, [64])[:, 0]
    assert np.argmax(np.abs(answer)) == resampler.delay_frames
    assert resampler.delay_frames == -(-40 * rate_out // min(rate_in, rate_out))


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_the_delay_is_the_same_at_every_frequency(rate_in: int, rate_out: int) -> None:
    resampler = Resampler(rate_in, rate_out, 1, 128)
    frequency = 0.3 * min(rate_in, rate_out)
    out = convert(tone(frequency, rate_in, 0.1), resampler, [128])[:, 0]
    later = np.arange(len(out)) - resampler.delay_frames
    expected = np.sin(2 * np.pi * frequency * later / rate_out)
    settled = slice(2 * resampler.delay_frames + 2, None)
    assert np.abs(out - expected)[settled].max() < 2e-4


@pytest.mark.parametrize(("rate_in", "rate_out"), PAIRS)
def test_the_passband_is_flat_and_nothing_else_sounds(rate_in: int, rate_out: int) -> None:
    frames = round(0.2 * rate_out)
    for share in (0.05, 0.4, 0.8):
        frequency = whole_cycles(share * min(rate_in, rate_out) / 2, rate_out, frames)
        out = convert(tone(frequency, rate_in), Resampler(rate_in, rate_out, 1, 128), [128])
        levels = spectrum_db(out[-frames:, 0])
        tone_bin = round(frequency * frames / rate_out)
        assert abs(levels[tone_bin]) < 0.1
        levels[max(0, tone_bin - 12) : tone_bin + 13] = -200.0
        assert levels.max() < -80.0


def level_db(frequency: float, rate_in: int, rate_out: int, heard: float) -> float:
    """Return the level that a full-scale tone of one frequency leaves at another."""
    frames = rate_out // 5  # bins of 5 Hz
    out = convert(tone(frequency, rate_in), Resampler(rate_in, rate_out, 1, 128), [128])
    return float(spectrum_db(out[-frames:, 0])[round(heard / 5)])


@pytest.mark.parametrize(("rate_in", "rate_out"), [(16000, 48000), (48000, 16000)])
def test_the_band_of_16_khz_ends_between_7_5_and_8_2_khz(rate_in: int, rate_out: int) -> None:
    assert level_db(7500.0, rate_in, rate_out, 7500.0) > -1.0
    for beyond in (8200.0, 8300.0, 8500.0, 9000.0, 12000.0, 15000.0):
        mirrored = 16000.0 - beyond
        image = (mirrored, beyond) if rate_in < rate_out else (beyond, mirrored)
        assert level_db(image[0], rate_in, rate_out, image[1]) < -60.0
    resampler = Resampler(rate_in, rate_out, 1, 128)
    assert resampler.delay_frames / rate_out == 0.0025


def test_noise_of_16_khz_leaves_no_image_from_8_2_khz_on() -> None:
    noise = np.random.default_rng(5).standard_normal((32000, 1)).astype(np.float32)
    out = convert(noise, Resampler(16000, 48000, 1, 128), [128])[-48000:, 0]
    power = np.abs(np.fft.rfft(out * np.kaiser(48000, 20.0))) ** 2  # bins of 1 Hz
    assert 10 * np.log10(power[8200:].mean() / power[1000:7000].mean()) < -60.0


def test_tones_above_the_new_band_are_gone() -> None:
    frames = 4800
    out = convert(tone(29000.0, 96000), Resampler(96000, 48000, 1, 128), [128])
    assert spectrum_db(out[-frames:, 0]).max() < -80.0


@pytest.mark.parametrize(("rate_in", "rate_out"), [(16000, 48000), (16000, 44100), (44100, 48000)])
def test_the_resampler_agrees_with_soxr_in_the_passband(rate_in: int, rate_out: int) -> None:
    noise = np.random.default_rng(1).standard_normal(rate_in // 2)
    spectrum = np.fft.rfft(noise)
    spectrum[int(0.75 * len(spectrum)) :] = 0.0
    band = np.fft.irfft(spectrum).astype(np.float32)[:, None] * np.float32(0.2)
    resampler = Resampler(rate_in, rate_out, 1, 128)
    ours = convert(band, resampler, [128])[resampler.delay_frames :, 0]
    theirs = soxr.resample(band[:, 0], rate_in, rate_out, quality="HQ")[: len(ours)]
    middle = slice(2000, len(theirs) - 2000)
    error = np.sqrt(np.mean((ours[: len(theirs)] - theirs)[middle] ** 2))
    assert 20 * np.log10(error / np.sqrt(np.mean(theirs[middle] ** 2))) < -70.0


def test_equal_rates_pass_bit_for_bit_and_without_delay() -> None:
    signal = np.random.default_rng(2).standard_normal((1000, 2)).astype(np.float32)
    resampler = Resampler(44100, 44100, 2, 50)
    assert resampler.delay_frames == 0
    np.testing.assert_array_equal(convert(signal, resampler, [50, 7, 43]), signal[:1000])


@settings(max_examples=20, deadline=None)
@given(
    rate_in=st.integers(4000, 96000),
    rate_out=st.integers(4000, 96000),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5),
)
def test_block_sizes_change_no_bit(rate_in: int, rate_out: int, sizes: list[int]) -> None:
    signal = np.random.default_rng(3).standard_normal((2000, 2)).astype(np.float32)
    one = convert(signal, Resampler(rate_in, rate_out, 2, 300), [1])
    many = convert(signal, Resampler(rate_in, rate_out, 2, 300), sizes)
    shared = min(len(one), len(many))
    np.testing.assert_array_equal(one[:shared], many[:shared])


@settings(max_examples=20, deadline=None)
@given(pair=st.sampled_from(PAIRS), blocks=st.integers(1, 9))
def test_saved_state_continues_bit_for_bit(pair: tuple[int, int], blocks: int) -> None:
    signal = np.random.default_rng(4).standard_normal((8000, 1)).astype(np.float32)
    first, second = (Resampler(*pair, 1, 128) for _ in range(2))
    used = 0
    for _ in range(blocks):
        needed = first.needs(128)
        first.inlet(needed)[:] = signal[used : used + needed]
        first.process(needed, np.zeros((128, 1), np.float32))
        used += needed
    second.load_state(first.save_state())
    rest = signal[used : used + 3000]
    np.testing.assert_array_equal(convert(rest, first, [100]), convert(rest, second, [100]))
