"""Pulses: of power 1, without anything beyond half the sample rate, continuous in phase."""

from itertools import pairwise

import numpy as np
import pytest

from rtaudiogen.models.vqvae.shaped.excitation import pulses

RATE = 16000.0


def pulse_train(pitches: list[float], hop: int = 320) -> np.ndarray:
    """Return pulses that glide between each pitch and the next."""
    out, phase = np.zeros((len(pitches) - 1, hop), np.float32), 0.0
    for frame, (begin, end) in enumerate(pairwise(pitches)):
        phase = pulses(begin, end, phase, RATE, out[frame])
    return out.ravel()


@pytest.mark.parametrize("pitch", [64.0, 125.0, 250.0, 400.0])
def test_pulses_have_power_one_and_equal_harmonics(pitch: float) -> None:
    made = pulse_train([pitch] * 51)
    assert np.mean(np.square(made)) == pytest.approx(1.0, abs=0.03)
    spectrum = np.abs(np.fft.rfft(made)) / len(made) * 2
    first = round(pitch * len(made) / RATE)
    harmonics = spectrum[first : -first // 2 : first].copy()
    assert harmonics.std() < 0.02 * harmonics.mean()
    spectrum[::first] = 0
    assert spectrum.max() < 0.01 * harmonics.mean()


def test_a_glide_has_no_jump_between_code_frames() -> None:
    made = pulse_train([100.0, 104.0, 108.0, 104.0, 100.0])
    inside = np.abs(np.diff(made)).max()
    joints = np.abs(made[320::320] - made[319:-1:320]).max()
    assert joints <= inside


def test_nothing_sounds_where_nothing_is_voiced() -> None:
    made = pulse_train([0.0, 0.0, 120.0, 120.0, 0.0, 0.0])
    assert not made[:320].any()
    assert not made[-320:].any()
    coming = np.abs(made[320:640])
    assert coming[:80].max() < coming[160:].max()
