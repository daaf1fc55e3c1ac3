"""Phase, pitch and release are measured from recorded notes."""

import numpy as np
import pytest

from rtaudiogen.models.sounds.notes.notes import (
    find_release,
    measure_level,
    measure_phase,
    trim_to_onset,
)

RATE = 16000
SECONDS = np.arange(RATE) / RATE


def turns(pitch: float, vibrato_cents: float = 0.0) -> np.ndarray:
    """Return the phase of a note in radians, optionally with a vibrato of 5 Hz."""
    frequency = 440 * 2 ** ((pitch - 69 + vibrato_cents / 100 * np.sin(31.4 * SECONDS)) / 12)
    return 2 * np.pi * np.cumsum(frequency) / RATE


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the distance of two phases in radians, without their constant offset."""
    turn = np.exp(1j * (one - other))[1000:-1000]
    return np.abs(np.angle(turn / turn.mean()))


@pytest.mark.parametrize("pitch", [40.0, 60.25, 84.0])
def test_the_phase_is_the_recordings_own_even_in_a_vibrato(pitch: float) -> None:
    truth = turns(pitch, vibrato_cents=20)
    signal = np.sin(truth) + 0.5 * np.sin(2 * truth + 1) + 0.3 * np.sin(3 * truth + 2)
    phase, found = measure_phase(signal.astype(np.float32), round(pitch), RATE)
    assert apart(phase, truth).max() < 0.25
    assert found == pytest.approx(pitch, abs=0.05)


def test_a_note_without_its_fundamental_is_tracked_by_harmonics() -> None:
    truth = turns(50.0)
    signal = 0.01 * np.sin(truth) + np.sin(2 * truth + 1) + 0.3 * np.sin(4 * truth)
    phase, found = measure_phase(signal.astype(np.float32), 50, RATE)
    assert apart(2 * phase, 2 * truth).max() < 0.1
    assert found == pytest.approx(50.0, abs=0.01)


def test_level_is_rms() -> None:
    level = measure_level(np.sin(turns(60.0)).astype(np.float32), 60.0, RATE)
    np.testing.assert_allclose(level[2000:-2000], -3.01, atol=0.1)


def test_silence_in_front_of_a_note_is_cut() -> None:
    signal = np.concatenate([np.zeros(3000), np.sin(turns(60.0))]).astype(np.float32)
    assert abs(len(trim_to_onset(signal, RATE)) - RATE) < 40


def test_a_release_is_found_within_a_tenth_of_a_second() -> None:
    level = np.where(SECONDS < 0.5, -20.0, -20.0 - 200 * (SECONDS - 0.5)).astype(np.float32)
    assert find_release(level, RATE) / RATE == pytest.approx(0.5, abs=0.1)
    assert find_release(level, RATE, hold_seconds=0.5) == RATE // 2


def test_a_steady_decay_is_no_release() -> None:
    level = (-20.0 - 40 * SECONDS).astype(np.float32)
    assert find_release(level, RATE) == len(level)
    assert find_release(level, RATE, hold_seconds=0.5) == len(level)
