"""Harmonics are brought to phases that all notes share."""

import numpy as np
import pytest

from rtaudiogen.models.sounds.notes.harmonic_phase import lock_harmonics
from rtaudiogen.models.sounds.notes.notes import measure_level, measure_phase

RATE = 16000
FRAMES = np.arange(RATE)


def tone(pitch: float, phases: tuple[float, ...], stretch: float = 0.0) -> np.ndarray:
    """Return harmonics of equal amplitude, sharp as a stiff string's by `stretch`."""
    turn = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) / RATE * FRAMES
    parts = [np.sin((k + stretch * k**3) * turn + p) for k, p in enumerate(phases, start=1)]
    return (0.1 * np.sum(parts, axis=0)).astype(np.float32)


def locked(signal: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    phase, found = measure_phase(signal, pitch, RATE)
    return lock_harmonics(signal, phase, found, RATE), phase


def explained(signal: np.ndarray, phase: np.ndarray) -> float:
    """Return the share of the middle's power that fixed harmonics of the phase explain."""
    part = slice(4000, 12000)
    waves = [f(k * phase[part]) for k in range(1, 5) for f in (np.sin, np.cos)]
    basis = np.stack(waves, axis=1).astype(np.float64)
    rest = signal[part] - basis @ np.linalg.lstsq(basis, signal[part], rcond=None)[0]
    return 1 - float(rest @ rest) / float(signal[part] @ signal[part])


@pytest.mark.parametrize("pitch", [45.0, 60.0, 72.0])
def test_notes_of_any_phases_become_alike(pitch: float) -> None:
    one, phase = locked(tone(pitch, (0.0, 1.0, 2.0, 3.0)), pitch)
    other, other_phase = locked(tone(pitch, (2.0, 0.5, -1.0, 0.0)), pitch)
    shift = float(np.angle(np.mean(np.exp(1j * (other_phase - phase)))))
    frames = shift / (2 * np.pi) * RATE / (440 * 2 ** ((pitch - 69) / 12))
    moved = np.interp(FRAMES + frames, FRAMES, one)
    middle = slice(4000, 12000)
    assert np.corrcoef(moved[middle], other[middle])[0, 1] > 0.98


def test_stretched_partials_become_harmonics() -> None:
    stiff = tone(60.0, (0.0, 0.0, 0.0, 0.0), stretch=5e-4)
    straight, phase = locked(stiff, 60.0)
    assert explained(stiff, phase) < 0.8
    assert explained(straight, phase) > 0.99


def test_the_level_stays() -> None:
    decaying = tone(60.0, (0.0, 1.0, 2.0)) * np.exp(-3 * FRAMES / RATE).astype(np.float32)
    straight, _ = locked(decaying, 60.0)
    levels = [measure_level(signal, 60.0, RATE)[500:-500] for signal in (decaying, straight)]
    assert np.abs(levels[0] - levels[1]).max() < 1


def test_noise_is_halved() -> None:
    noisy = tone(60.0, (0.0,)) + np.random.default_rng(0).normal(0, 0.01, RATE).astype("f4")
    straight, phase = locked(noisy, 60.0)
    assert explained(straight, phase) > explained(noisy, phase)
