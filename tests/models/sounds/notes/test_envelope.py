"""The envelope gives the level asked for of a note."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.sounds.notes.envelope import (
    SILENT_DB,
    Envelope,
    level_db,
)
from rtaudiogen.models.sounds.notes.envelope_measuring import LevelTrack, measure

RATE = 16000
SECONDS = np.arange(int(1.4 * RATE)) / RATE


def plucked(instrument: int, pitch: float, velocity: float) -> LevelTrack:
    """Return a level that falls by 20 dB a second, softer when higher, released after 1 s."""
    level = (
        -20 - pitch / 10 + 40 * np.log10(velocity) - 20 * SECONDS - 150 * np.maximum(SECONDS - 1, 0)
    )
    return LevelTrack(instrument, pitch, velocity, level.astype(np.float32), RATE)


def bowed(instrument: int, pitch: float, velocity: float) -> LevelTrack:
    """Return a level that swells for 0.2 s and stays, wavering."""
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
    expected = plucked(0, 60.0, 0.6).level_db[0] - 20 * 3
    assert level_db(ENVELOPE, PLUCKED, 60.0, 0.6, 3.0, -1.0) == pytest.approx(expected, abs=2)
    late, later = (level_db(ENVELOPE, BOWED, 60.0, 0.6, time, -1.0) for time in (2.0, 3600.0))
    assert late == later


def test_velocities_that_were_not_recorded_follow_the_logarithm() -> None:
    loud, soft = (level_db(ENVELOPE, PLUCKED, 60.0, v / 127, 0.3, -1.0) for v in (127, 30))
    assert loud - soft == pytest.approx(40 * np.log10(127 / 30), abs=1)


def test_a_long_recording_has_two_slopes() -> None:
    time = np.arange(6 * RATE) / RATE
    level = (-20 - 20 * np.minimum(time, 3.0) - 5 * np.maximum(time - 3.0, 0)).astype(np.float32)
    string = measure([LevelTrack(0, 60.0, 0.5, level, len(level))], 1, RATE)
    only = np.ones(1, np.float32)
    for second, expected in ((2.0, -60), (3.0, -80), (7.0, -100)):
        assert level_db(string, only, 60.0, 0.5, second, -1.0) == pytest.approx(expected, abs=1)


def test_the_level_window_around_a_release_is_not_a_held_level() -> None:
    level = np.full(len(SECONDS), -20, np.float32)
    level[RATE - 200 :] = -40  # the window already hears the release
    held = measure([LevelTrack(0, 60.0, 0.5, level, RATE, blur=240)], 1, RATE)
    only = np.ones(1, np.float32)
    assert level_db(held, only, 60.0, 0.5, 1.0, -1.0) == pytest.approx(-20, abs=0.1)


def test_old_envelopes_with_one_slope_and_linear_velocity_play() -> None:
    old = dict(ENVELOPE.to_tensors())
    old["envelope.hold"] = old["envelope.hold"][:, :, 0]
    del old["envelope.dynamics"]
    old["envelope.velocity"] = np.array([[20, 0.5], [20, 0.5]], np.float32)
    again = Envelope.from_tensors(old)
    loud, soft = (level_db(again, PLUCKED, 60.0, v, 0.3, -1.0) for v in (64 / 127, 32 / 127))
    assert loud - soft == pytest.approx(20 * 32 / 127, abs=0.01)


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


def test_an_envelope_is_restored_from_its_tensors() -> None:
    again = Envelope.from_tensors(ENVELOPE.to_tensors())
    assert all((a == b).all() for a, b in zip(again, ENVELOPE, strict=True))
