"""Finished hits start at once, at a common level, without clicks, whatever the network gave."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.finishing import (
    LOUDNESS,
    LOUDNESS_SECONDS,
    PEAK,
    SHORTEST_SECONDS,
    Shape,
    finished,
    longest_frames,
    pitched,
)

RATE, FRAMES = 16000, 16384
MS = RATE // 1000
Signal = NDArray[np.float32]

shapes = st.builds(
    Shape, st.floats(-24, 24), st.floats(0.05, 1.0), st.floats(0.0, 200.0), st.booleans()
)


def drum(hz: float = 200.0, onset: int = 0, seconds: float = 0.1, seed: int = 0) -> Signal:
    """Return a decaying tone with some noise, from a frame on."""
    t = np.arange(FRAMES - onset) / RATE
    noise = np.random.default_rng(seed).standard_normal(len(t))
    sound = (np.sin(2 * np.pi * hz * t) + 0.1 * noise) * np.exp(-t / seconds)
    return np.concatenate([np.zeros(onset), 0.7 * sound]).astype(np.float32)


def tone(hz: float, frames: int = FRAMES) -> Signal:
    return (0.5 * np.sin(2 * np.pi * hz / RATE * np.arange(frames))).astype(np.float32)


def frequency(signal: Signal) -> float:
    """Return the frequency of the strongest line in Hz, interpolated by a parabola."""
    spectrum = np.log(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) + 1e-12)
    k = int(spectrum.argmax())
    a, b, c = spectrum[k - 1 : k + 2]
    return float((k + 0.5 * (a - c) / (a - 2 * b + c)) * RATE / len(signal))


def loudest(signal: Signal) -> float:
    window = round(LOUDNESS_SECONDS * RATE)
    energy = np.convolve(signal.astype(np.float64) ** 2, np.ones(window))
    return float(np.sqrt(energy.max() / window))


@settings(max_examples=60, deadline=None)
@given(shapes, st.integers(0, 20), st.sampled_from([1e-9, 1e-3, 1.0, 5.0]), st.booleans())
def test_any_hit_is_finite_bounded_and_starts_and_ends_silent(
    shape: Shape, seed: int, level: float, broken: bool
) -> None:
    raw = level * drum(seed=seed, onset=100 * seed)
    if broken:
        raw[::500] = (np.nan, np.inf, -np.inf)[seed % 3]
    hit = finished(raw, RATE, shape)
    assert 0 < len(hit) <= longest_frames(FRAMES)
    assert np.isfinite(hit).all()
    assert np.abs(hit).max() <= PEAK + 1e-6
    assert loudest(hit) <= LOUDNESS + 1e-6
    assert abs(hit[0]) < 0.1
    assert abs(hit[-1]) < 0.01
    np.testing.assert_array_equal(finished(raw, RATE, shape), hit)


@pytest.mark.parametrize("onset", [0, 3, 160, 4000])
def test_the_attack_is_within_a_millisecond_of_the_key(onset: int) -> None:
    hit = finished(drum(onset=onset), RATE)
    assert np.argmax(np.abs(hit) > 0.1 * PEAK) <= MS


@pytest.mark.parametrize("level", [0.003, 0.02])
def test_faint_noise_before_the_attack_is_not_played(level: float) -> None:
    noise = level * np.random.default_rng(0).standard_normal(FRAMES).astype(np.float32)
    hit = finished(drum(onset=1600) + noise, RATE)
    assert np.argmax(np.abs(hit) > 0.2 * PEAK) <= 2 * MS


def test_a_slow_attack_begins_where_it_can_be_heard() -> None:
    swell = tone(500) * np.linspace(0, 1, FRAMES, dtype=np.float32)
    hit = finished(swell, RATE)
    assert np.argmax(np.abs(hit) > 0.08 * np.abs(hit).max()) <= 2 * MS


def test_silence_at_the_end_is_cut_but_a_voice_can_still_be_seen() -> None:
    assert len(finished(drum(seconds=0.03), RATE)) < 0.4 * RATE
    assert len(finished(drum(seconds=0.001), RATE)) == round(SHORTEST_SECONDS * RATE)


def test_sound_after_a_silence_is_cut_but_a_claps_strokes_stay() -> None:
    strokes = sum(drum(seconds=0.004, onset=onset * MS) for onset in (0, 30, 60))
    again = np.float32(0.1) * drum(seconds=0.02, onset=700 * MS)
    hit = finished(strokes + again, RATE)
    np.testing.assert_array_equal(hit, finished(strokes, RATE))
    assert np.abs(hit[60 * MS : 65 * MS]).max() > 0.3


def test_dc_goes_and_low_drums_stay() -> None:
    kick, hit = drum(hz=50), finished(drum(hz=50) + np.float32(0.2), RATE)
    assert abs(hit.mean()) < 0.01
    assert 45 < frequency(hit[: 4 * FRAMES // 5]) < 55
    assert np.corrcoef(kick[200:4000], finished(kick, RATE)[200:4000])[0, 1] > 0.95


@pytest.mark.parametrize("level", [0.01, 0.1, 1.0])
def test_hits_are_equally_loud_however_loud_the_network_is(level: float) -> None:
    np.testing.assert_allclose(finished(level * drum(), RATE), finished(drum(), RATE), atol=1e-4)
    assert np.abs(finished(level * drum(hz=60), RATE)).max() > 0.6


def test_a_steady_tone_is_reduced_to_the_common_loudness() -> None:
    hit = finished(tone(1000), RATE)
    assert loudest(hit) == pytest.approx(LOUDNESS, rel=1e-3)
    assert np.abs(hit).max() < 0.6


def test_a_near_silent_network_gives_silence_not_its_noise() -> None:
    noise = 1e-4 * np.random.default_rng(0).standard_normal(FRAMES).astype(np.float32)
    assert not finished(noise, RATE).any()
    assert not finished(np.zeros(FRAMES, np.float32), RATE).any()


@pytest.mark.parametrize("semitones", [-24.0, -12.0, -3.7, 0.0, 0.5, 7.0, 12.0, 24.0])
def test_pitch_moves_every_frequency_and_the_length(semitones: float) -> None:
    speed = 2 ** (semitones / 12)
    out = pitched(tone(440), semitones)
    assert len(out) == pytest.approx(FRAMES / speed, abs=1)
    middle = out[len(out) // 8 : -len(out) // 8]
    assert frequency(middle) == pytest.approx(440 * speed, rel=2e-4)
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("hz", [4300.0, 6000.0, 7900.0])
def test_nothing_folds_back_on_the_way_up(hz: float) -> None:
    """An octave up, 4300 Hz and more exceed the Nyquist frequency."""
    out = pitched(tone(hz), 12.0)
    assert np.abs(out[200:-200]).max() < 0.5e-3


@pytest.mark.parametrize("hz", [100.0, 3000.0, 7000.0])
def test_no_images_on_the_way_down(hz: float) -> None:
    out = pitched(tone(hz), -12.0).astype(np.float64)
    out = out[len(out) // 8 : -len(out) // 8]
    spectrum = np.abs(np.fft.rfft(out * np.blackman(len(out)))) ** 2
    line = round(hz / 2 / RATE * len(out))
    beside = np.delete(spectrum, slice(max(0, line - 30), line + 30))
    assert beside.sum() < 1e-7 * spectrum.sum()


def test_decay_shortens_and_fades_and_full_decay_changes_nothing() -> None:
    raw = np.random.default_rng(0).uniform(-0.5, 0.5, FRAMES).astype(np.float32)
    whole = finished(raw, RATE)
    half, nearly = finished(raw, RATE, Shape(decay=0.5)), finished(raw, RATE, Shape(decay=0.9999))
    assert len(half) == pytest.approx(len(whole) / 2, abs=2)
    assert loudest(half[-800:]) < 0.01 * loudest(whole)
    np.testing.assert_allclose(nearly, whole[: len(nearly)], atol=0.02)
    levels = [loudest(half[k : k + 800]) for k in range(0, len(half) - 800, 800)]
    assert levels == sorted(levels, reverse=True)


def test_start_skips_the_attack_and_fades_in() -> None:
    raw = drum(seconds=0.3)
    whole, late = finished(raw, RATE), finished(raw, RATE, Shape(start_ms=50.0))
    assert len(late) == len(whole) - 50 * MS
    np.testing.assert_allclose(late[3 * MS : -100], whole[53 * MS : -100], atol=1e-6)
    assert abs(late[0]) < 0.02
    assert len(finished(drum(seconds=0.001), RATE, Shape(start_ms=500.0))) > 0


def test_reverse_is_the_hit_backwards() -> None:
    raw = drum(seconds=0.1)
    whole, back = finished(raw, RATE), finished(raw, RATE, Shape(reverse=True))
    np.testing.assert_allclose(back[100:-100], whole[::-1][100:-100], atol=1e-6)


def test_finishing_does_not_change_the_raw_hit() -> None:
    raw = drum()
    before = raw.copy()
    for shape in (Shape(), Shape(pitch=3.0), Shape(reverse=True), Shape(start_ms=3.0)):
        first = finished(raw, RATE, shape)
        first[:] = 9.0
    np.testing.assert_array_equal(raw, before)


def test_a_hit_that_the_networks_end_cuts_fades_out() -> None:
    cymbal = np.random.default_rng(2).uniform(-0.5, 0.5, FRAMES).astype(np.float32)
    hit = finished(cymbal, RATE)
    levels = [float(np.sqrt(np.mean(part**2))) for part in np.split(hit[-4800:], 6)]
    assert all(later < sooner for sooner, later in itertools.pairwise(levels))
    assert levels[-1] < 0.1 * levels[0]
    steady = hit[: len(hit) - 5000]
    assert np.std(steady[len(steady) // 2 :]) > 0.95 * np.std(steady[: len(steady) // 2])


def test_a_hit_that_ends_by_itself_is_left_alone() -> None:
    raw = drum(seconds=0.05)
    np.testing.assert_allclose(
        finished(raw, RATE)[:4000] / np.abs(finished(raw, RATE)).max(),
        finished(np.pad(raw, (0, 8000)), RATE)[:4000] / np.abs(finished(raw, RATE)).max(),
        atol=1e-6,
    )
