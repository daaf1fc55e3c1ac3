"""Ears are protected, and a healthy signal passes bit-exact."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.realtime.signal.safety import Fault, Guard

RATE = 48000
Signal = NDArray[np.float32]


def tone(frequency: float, amplitude: float, seconds: float, offset: float = 0.0) -> Signal:
    time = np.arange(round(RATE * seconds)) / RATE
    wave = amplitude * np.sin(2 * np.pi * frequency * time) + offset
    return wave.astype(np.float32)[:, None]


def guarded(signal: Signal, guard: Guard | None = None) -> tuple[Signal, list[Fault]]:
    """Return the signal behind a guard, and its fault at each quantum."""
    guard = guard or Guard(1, RATE)
    out = signal.copy()
    return out, [guard.inspect(out[i : i + 128]) for i in range(0, len(out), 128)]


@pytest.mark.parametrize("frequency", [20.0, 440.0, 15000.0])
def test_a_clean_tone_passes_the_guard_bit_for_bit(frequency: float) -> None:
    signal = tone(frequency, 1.0, 2.0)
    out, faults = guarded(signal)
    np.testing.assert_array_equal(out, signal)
    assert set(faults) == {Fault.NONE}


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 1e30])
def test_a_broken_value_becomes_a_tail_without_a_jump(broken: float) -> None:
    signal = tone(100.0, 0.5, 0.1)
    signal[1000] = broken
    out, faults = guarded(signal)
    np.testing.assert_array_equal(out[:1000], signal[:1000])
    assert np.isfinite(out).all()
    assert np.abs(np.diff(out[:, 0])).max() < 0.02
    assert np.abs(out[1500:]).max() < 1e-4
    assert faults[1000 // 128 - 1 :][:2] == [Fault.NONE, Fault.NOT_FINITE]


def test_a_broken_value_in_the_right_channel_alone_is_seen() -> None:
    block = np.zeros((128, 2), np.float32)
    block[5, 1] = np.nan
    assert Guard(2, RATE).inspect(block) == Fault.NOT_FINITE


def test_a_sustained_runaway_is_a_fault_and_a_short_peak_is_not() -> None:
    _, faults = guarded(np.concatenate([tone(440.0, 8.0, 0.1), tone(440.0, 0.5, 1.0)]))
    assert set(faults) == {Fault.NONE}
    out, faults = guarded(tone(440.0, 8.0, 0.5))
    assert faults[-1] == Fault.RUNAWAY
    assert np.abs(out[-100:]).max() < 1e-4


def test_a_runaway_of_low_frequency_is_noticed_too() -> None:
    _, faults = guarded(tone(25.0, 6.0, 0.6))
    assert faults[-1] == Fault.RUNAWAY


def test_a_constant_offset_is_removed_slowly_without_a_click() -> None:
    out, faults = guarded(tone(440.0, 0.3, 5.0, offset=0.4))
    assert set(faults) == {Fault.NONE}
    assert abs(np.mean(out[-RATE:])) < 0.01
    plain = np.abs(np.diff(tone(440.0, 0.3, 1.0)[:, 0])).max()
    assert np.abs(np.diff(out[:, 0])).max() < plain + 1e-3


def test_a_reset_guard_trusts_again() -> None:
    guard = Guard(1, RATE)
    guarded(np.full((128, 1), np.nan, np.float32), guard)
    guard.reset()
    signal = tone(440.0, 0.5, 0.1)
    np.testing.assert_array_equal(guarded(signal, guard)[0], signal)


def test_a_saved_guard_continues_bit_for_bit() -> None:
    signal = tone(90.0, 3.0, 0.3, offset=0.5)
    guards = [Guard(1, RATE), Guard(1, RATE)]
    half = len(signal) // 2
    guarded(signal[:half], guards[0])
    guards[1].load_state(guards[0].save_state())
    first, second = (guarded(signal[half:], guard)[0] for guard in guards)
    np.testing.assert_array_equal(first, second)
