"""Widening spreads a source between left and right and keeps its mono sum."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.realtime.signal.widening import Widener

RATE, BLOCK = 48000, 128
Signal = NDArray[np.float32]


def noise(frames: int, columns: int = 1, seed: int = 0) -> Signal:
    return 0.1 * np.random.default_rng(seed).standard_normal((frames, columns)).astype(np.float32)


def widened(widener: Widener, sound: Signal, width: float) -> Signal:
    blocks = [sound[start : start + BLOCK] for start in range(0, len(sound), BLOCK)]
    return np.concatenate([widener.process(block, width, width).copy() for block in blocks])


def db(share: float) -> float:
    return 20 * float(np.log10(share))


@pytest.mark.parametrize(("width", "expected_db"), [(0.2, -17.0), (0.35, -12.1), (1.0, -3.1)])
def test_the_sides_differ_as_far_as_it_is_wide(width: float, expected_db: float) -> None:
    out = widened(Widener(RATE, BLOCK), noise(RATE), width)[RATE // 2 :]
    side, mid = out[:, 0] - out[:, 1], out[:, 0] + out[:, 1]
    assert db(side.std() / mid.std()) == pytest.approx(expected_db, abs=0.5)
    assert db(out[:, 0].std() / out[:, 1].std()) == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("columns", [1, 2])
def test_the_sum_of_both_sides_is_the_sound_as_it_was(columns: int) -> None:
    sound = noise(BLOCK * 60, columns)
    out = widened(Widener(RATE, BLOCK), sound, 0.8)
    np.testing.assert_allclose(out.sum(axis=1), sound[:, 0] + sound[:, -1], atol=1e-6)


def test_without_width_it_is_the_sound_itself() -> None:
    sound = noise(BLOCK)
    widener = Widener(RATE, BLOCK)
    widener.process(noise(BLOCK, seed=1), 1.0, 1.0)
    assert widener.process(sound, 0.0, 0.0) is sound


def test_the_bass_stays_in_the_middle() -> None:
    time = np.arange(RATE) / RATE
    bass = (0.5 * np.sin(2 * np.pi * 55 * time))[:, None].astype(np.float32)[: BLOCK * 300]
    out = widened(Widener(RATE, BLOCK), bass, 0.35)[RATE // 4 :]
    assert db((out[:, 0] - out[:, 1]).std() / (out[:, 0] + out[:, 1]).std()) < -18.0


def test_a_width_that_is_turned_up_does_not_click() -> None:
    time = np.arange(BLOCK * 40) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 300 * time))[:, None].astype(np.float32)
    widener = Widener(RATE, BLOCK)
    still = widened(widener, tone[: BLOCK * 20], 0.0).repeat(2, axis=1)
    turned = widener.process(tone[BLOCK * 20 : BLOCK * 21], 0.0, 1.0).copy()
    steps = np.abs(np.diff(np.concatenate([still, turned]), axis=0)).max(axis=1)
    assert steps.max() < 1.6 * steps[: BLOCK * 19].max()


def test_saved_state_goes_on_bit_for_bit() -> None:
    sound = noise(BLOCK * 40)
    one, other = Widener(RATE, BLOCK), Widener(RATE, BLOCK)
    widened(one, sound[: BLOCK * 20], 0.5)
    other.load_state(one.save_state())
    rest = sound[BLOCK * 20 :]
    np.testing.assert_array_equal(widened(one, rest, 0.5), widened(other, rest, 0.5))
