"""How loud a note is asked to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.sounds.notes.envelope import (
    SILENT_DB,
    Envelope,
    LevelTrack,
    level_db,
    measure,
)

RATE = 16000
SECONDS = np.arange(int(1.4 * RATE)) / RATE


def plucked(instrument: int, pitch: float, velocity: float) -> LevelTrack:
    """Falls by 20 dB a second, softer when higher; let go after one second."""
    level = -15 - pitch / 10 + 20 * velocity - 20 * SECONDS - 150 * np.maximum(SECONDS - 1, 0)
    return LevelTrack(instrument, pitch, velocity, level.astype(np.float32), RATE)


def bowed(instrument: int, pitch: float, velocity: float) -> LevelTrack:
    """Swells for 0.2 s and stays, wavering."""
    level = -50 + 150 * np.minimum(SECONDS, 0.2) + np.sin(30 * SECONDS)
    return LevelTrack(instrument, pitch, velocity, level.astype(np.float32), len(level))


ENVELOPE = measure(
    [
        make(i, pitch, velocity)
        for i, make in enumerate((plucked, bowed))
        for pitch in range(40, 85, 3)
        for velocity in (0.4, 0.8)
    ],
    2,
    RATE,
)
PLUCKED, BOWED = np.eye(2, dtype=np.float32)

pitches = st.floats(0, 127)
velocities = st.floats(0, 1)
times = st.floats(0, 4 * 3600)
mixtures = st.floats(0, 1).map(lambda part: np.array([1 - part, part], np.float32))


def test_a_training_note_gets_its_own_level() -> None:
    for time in (0.05, 0.3, 0.9):
        expected = plucked(0, 61.0, 0.4).level_db[int(time * RATE)]
        assert level_db(ENVELOPE, PLUCKED, 61.0, 0.4, time, -1.0) == pytest.approx(expected, abs=1)


def test_a_held_pluck_goes_on_falling_and_a_held_bow_stays() -> None:
    assert level_db(ENVELOPE, PLUCKED, 60.0, 0.6, 3.0, -1.0) == pytest.approx(-69, abs=2)
    late, later = (level_db(ENVELOPE, BOWED, 60.0, 0.6, time, -1.0) for time in (2.0, 3600.0))
    assert late == later


def test_a_release_falls_as_the_recordings_did() -> None:
    held = level_db(ENVELOPE, PLUCKED, 60.0, 0.6, 0.5, -1.0)
    released = level_db(ENVELOPE, PLUCKED, 60.0, 0.6, 0.6, 0.1)
    assert released - held == pytest.approx(-17, abs=3)  # 170 dB a second


@given(pitches, velocities, times, mixtures)
def test_the_level_is_finite_and_in_range_for_any_note(
    pitch: float, velocity: float, time: float, mixture: np.ndarray
) -> None:
    for since_release in (-1.0, 0.0, time):
        level = level_db(ENVELOPE, mixture, pitch, velocity, time, since_release)
        assert SILENT_DB <= level < 10


@given(pitches, velocities, velocities, times, mixtures)
def test_louder_velocities_are_never_softer(
    pitch: float, one: float, other: float, time: float, mixture: np.ndarray
) -> None:
    soft, loud = sorted((one, other))
    softer = level_db(ENVELOPE, mixture, pitch, soft, time, -1.0)
    assert softer <= level_db(ENVELOPE, mixture, pitch, loud, time, -1.0) + 1e-6


@given(pitches, velocities, times, times)
def test_after_the_first_second_a_note_never_swells(
    pitch: float, velocity: float, one: float, other: float
) -> None:
    early, late = sorted((1 + one, 1 + other))
    first = level_db(ENVELOPE, PLUCKED, pitch, velocity, early, -1.0)
    assert level_db(ENVELOPE, PLUCKED, pitch, velocity, late, -1.0) <= first + 1e-6


@given(pitches, velocities, st.floats(0, 3))
def test_the_level_has_no_steps_in_pitch_and_time(
    pitch: float, velocity: float, time: float
) -> None:
    here = level_db(ENVELOPE, BOWED, pitch, velocity, time, -1.0)
    assert abs(level_db(ENVELOPE, BOWED, pitch + 1e-4, velocity, time, -1.0) - here) < 0.01
    assert abs(level_db(ENVELOPE, BOWED, pitch, velocity, time + 1e-5, -1.0) - here) < 0.01


def test_a_mixture_is_linear_in_decibels() -> None:
    half = np.array([0.5, 0.5], np.float32)
    both = [level_db(ENVELOPE, w, 60.0, 0.6, 0.3, -1.0) for w in (PLUCKED, BOWED)]
    assert level_db(ENVELOPE, half, 60.0, 0.6, 0.3, -1.0) == pytest.approx(np.mean(both))


def test_it_survives_the_model_file() -> None:
    again = Envelope.from_tensors(ENVELOPE.to_tensors())
    assert all((a == b).all() for a, b in zip(again, ENVELOPE, strict=True))
