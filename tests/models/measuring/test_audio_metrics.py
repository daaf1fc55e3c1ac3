"""The metrics, on signals whose distance is known."""

import auraloss
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import hilbert

from rtaudiogen.models.measuring.audio_metrics import (
    SMALLEST,
    has_pesq,
    lag,
    level_db,
    mel_distance,
    pesq_score,
    shifted,
    si_sdr_db,
    stft_distance,
    stoi_score,
    window_frames,
)

RATE = 16000
Signal = NDArray[np.float32]

needs_pesq = pytest.mark.skipif(not has_pesq(), reason="the package pesq is not installed")


def noise(frames: int = 2 * RATE, level: float = 0.1, seed: int = 0) -> Signal:
    return np.random.default_rng(seed).normal(0, level, frames).astype(np.float32)


def babble(seconds: float = 4.0) -> Signal:
    """Return imitated speech: a gliding voice in syllables, with pauses."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * time)) / RATE
    voice = np.sum([np.sin(n * phase) / n for n in range(1, 30)], axis=0)
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0, None) * (
        np.sin(2 * np.pi * time / 2) > -0.5
    )
    return (0.2 * voice * syllables + 1e-4 * noise(len(time))).astype(np.float32)


def test_level_is_rms_below_full_scale() -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE).astype(np.float32)
    assert level_db(tone) == pytest.approx(-3.01, abs=0.01)
    assert level_db(np.zeros(10, np.float32)) == -120
    assert level_db(np.zeros(0, np.float32)) == -120


@pytest.mark.parametrize("gain", [1.0, 0.1, -2.0])
def test_si_sdr_is_the_ratio_whatever_the_gain(gain: float) -> None:
    real, other = noise(seed=1), noise(seed=2)
    other -= (other @ real) / (real @ real) * real
    made = gain * (real + 0.1 * other)
    expected = 20 + 20 * np.log10(np.linalg.norm(real) / np.linalg.norm(other))
    assert si_sdr_db(made, real) == pytest.approx(expected, abs=0.01)


def test_si_sdr_is_undefined_for_silence_and_finite_for_equals() -> None:
    assert si_sdr_db(noise(), np.zeros(2 * RATE, np.float32)) is None
    perfect = si_sdr_db(noise(), noise())
    assert perfect is not None
    assert 100 < perfect < 130
    lost = si_sdr_db(np.zeros(2 * RATE, np.float32), noise())
    assert lost is not None
    assert lost == pytest.approx(0, abs=1)  # all distortion is what is missing: by convention 0


@pytest.mark.parametrize("distance", [mel_distance, stft_distance])
def test_distance_is_0_to_itself_and_grows_with_noise(distance: object) -> None:
    assert callable(distance)
    real = babble()
    distances = [
        distance(real + level * noise(len(real), 1.0), real, RATE) for level in (0, 1e-3, 1e-1)
    ]
    assert distances[0] == 0
    assert 0 < 2 * distances[1] < distances[2]


def test_ten_times_as_loud_is_a_mel_distance_of_one() -> None:
    assert mel_distance(noise(), 10 * noise(), RATE) == pytest.approx(1, abs=1e-3)


def test_the_stft_distance_is_that_of_another_implementation() -> None:
    real, made = babble(), babble() + noise(4 * RATE, 0.02)
    expected = []
    for window in (window_frames(ms, RATE) for ms in (16, 32, 64)):
        loss = auraloss.freq.STFTLoss(window, window // 4, window, eps=SMALLEST**2)
        pair = [torch.from_numpy(signal)[None, None] for signal in (made, real)]
        expected.append(loss(*pair).item())
    assert stft_distance(made, real, RATE) == pytest.approx(np.mean(expected), rel=0.01)


def test_windows_are_powers_of_two() -> None:
    assert [window_frames(ms, RATE) for ms in (16, 32, 64)] == [256, 512, 1024]
    assert window_frames(32, 44100) == 1024


@needs_pesq
def test_pesq_is_best_for_the_original_and_falls_with_noise() -> None:
    real = babble()
    noisy = real + noise(len(real), 0.03)
    for wide, best in ((True, 4.64), (False, 4.55)):
        perfect, worse = (pesq_score(made, real, RATE, wide) for made in (real, noisy))
        assert perfect == pytest.approx(best, abs=0.01)
        assert worse is not None
        assert 1 <= worse < 3


@needs_pesq
@pytest.mark.parametrize("wide", [True, False])
def test_pesq_is_left_out_where_it_is_not_defined(wide: bool) -> None:
    real, silence = babble(), np.zeros(4 * RATE, np.float32)
    assert pesq_score(silence, real, RATE, wide) is None
    assert pesq_score(real, silence, RATE, wide) is None
    assert pesq_score(silence, silence, RATE, wide) is None
    assert pesq_score(real[:1000], real[:1000], RATE, wide) is None
    assert pesq_score(real, real, 44100, wide) is None
    assert (pesq_score(real, real, 8000, wide) is None) == wide


def test_stoi_is_one_for_the_original_and_falls_with_noise() -> None:
    real = babble()
    perfect, worse = (stoi_score(made, real, RATE) for made in (real, real + noise(len(real), 0.2)))
    assert perfect == pytest.approx(1)
    assert worse is not None
    assert worse < 0.8


def test_stoi_is_left_out_where_there_is_too_little_sound() -> None:
    assert stoi_score(babble()[:3000], babble()[:3000], RATE) is None
    silence = np.zeros(RATE, np.float32)
    assert stoi_score(silence, silence, RATE) is None


@pytest.mark.parametrize("late", [0, 37, 300, -120])
def test_the_lag_is_found_and_taken_out_though_all_phases_differ(late: int) -> None:
    real = [babble(2.0), babble(3.0)[RATE:]]
    made = [shifted(np.imag(hilbert(x)).astype(np.float32), -late, len(x)) for x in real]
    assert lag(made, real, RATE, 1600) == pytest.approx(late, abs=8)  # half a millisecond
    exact = [shifted(x, -late, len(x)) for x in real]
    assert lag(exact, real, RATE, 1600) == pytest.approx(late, abs=1)


def test_shifting_fills_with_silence() -> None:
    signal = np.arange(1, 6, dtype=np.float32)
    assert shifted(signal, 2, 4).tolist() == [3, 4, 5, 0]
    assert shifted(signal, -2, 4).tolist() == [0, 0, 1, 2]
    assert shifted(signal, 0, 7).tolist() == [1, 2, 3, 4, 5, 0, 0]
    assert shifted(signal, 9, 3).tolist() == [0, 0, 0]
    assert shifted(signal, -9, 3).tolist() == [0, 0, 0]
