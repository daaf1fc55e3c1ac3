"""Smoothed values move on the quantum grid, and arrive."""

import numpy as np
import pytest

from rtaudiogen.realtime.render.smoothing import Smoother

STEP_SECONDS = 128 / 48000


def smoother(milliseconds: float = 20.0) -> Smoother:
    return Smoother(np.zeros(1, np.float32), [milliseconds], STEP_SECONDS)


def test_a_value_covers_63_percent_in_one_time_constant() -> None:
    moving = smoother(20.0)
    moving.aim(0, 1.0)
    steps = 0
    while moving.values[0] < 1 - np.exp(-1):
        moving.step()
        steps += 1
    assert steps * STEP_SECONDS == pytest.approx(0.020, abs=STEP_SECONDS)


def test_a_value_without_a_time_constant_jumps() -> None:
    jumping = smoother(0.0)
    jumping.aim(0, 7.0)
    jumping.step()
    assert jumping.values[0] == 7.0


def test_a_value_arrives_exactly() -> None:
    moving = smoother(20.0)
    moving.aim(0, 0.1)
    for _ in range(200):
        moving.step()
    assert moving.values[0] == np.float32(0.1)


def test_no_step_is_larger_than_the_first() -> None:
    moving = smoother(20.0)
    moving.aim(0, 1.0)
    values = [0.0]
    for _ in range(100):
        moving.step()
        values.append(float(moving.values[0]))
    steps = np.diff(values)
    assert np.all(steps >= 0.0)
    assert steps.max() == steps[0]


def test_only_the_last_target_before_a_step_matters() -> None:
    once, often = smoother(), smoother()
    for target in (0.3, 0.9, 0.5):
        once.aim(0, target)
        once.step()
        for detour in np.linspace(-1.0, target, 50):
            often.aim(0, float(detour))
        often.aim(0, target)
        often.step()
        assert once.values[0] == often.values[0]


def test_saved_values_continue_bit_for_bit() -> None:
    first, second = smoother(), smoother()
    first.aim(0, 1.0)
    first.step()
    second.load_state(first.save_state())
    for _ in range(100):
        assert first.values[0] == second.values[0]
        first.step()
        second.step()
