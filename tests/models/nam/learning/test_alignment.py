"""The delay between dry and wet is found, whatever the effect does to the sound."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from rtaudiogen.models.nam.learning.alignment import Signal, delay_between

from .pairs import RATE, tones

DRY = tones(2.0).astype(np.float32)


def late(signal: np.ndarray, frames: int) -> Signal:
    """Return a signal moved by frames, to later ones if above 0."""
    moved = np.zeros_like(signal)
    if frames >= 0:
        moved[frames:] = signal[: len(signal) - frames]
    else:
        moved[:frames] = signal[-frames:]
    return moved.astype(np.float32)


def hard(dry: np.ndarray) -> np.ndarray:
    return np.clip(20 * dry, -0.5, 0.5)


def dull(dry: np.ndarray) -> np.ndarray:
    return np.asarray(sosfilt(butter(2, 1500, fs=RATE, output="sos"), dry))


@given(frames=st.integers(-4000, 4000), gain=st.floats(0.01, 2.0), inverted=st.booleans())
def test_a_delay_is_found_to_the_frame(frames: int, gain: float, inverted: bool) -> None:
    wet = late(DRY * (-gain if inverted else gain), frames)
    found = delay_between(DRY, wet, RATE)
    assert found.frames == frames
    assert (found.likeness < 0) == inverted


@pytest.mark.parametrize("effect", [np.tanh, hard, dull])
def test_an_effect_never_seems_later_than_it_can_be(
    effect: Callable[[np.ndarray], np.ndarray],
) -> None:
    found = delay_between(DRY, late(effect(DRY), 100), RATE)
    assert 100 <= found.frames <= 102
    assert found.likeness > 0.2


def test_strangers_do_not_resemble_each_other() -> None:
    other = tones(2.0, seed=1).astype(np.float32)
    assert abs(delay_between(DRY, other, RATE).likeness) < 0.05
