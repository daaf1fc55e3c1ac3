"""Measured holes and roughness are those added to a decay."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.decay import decay

RATE = 16000


def ringing(seconds: float = 0.2, seed: int = 0) -> NDArray[np.float32]:
    """Return a tone that dies away."""
    time = np.arange(RATE) / RATE
    return (0.5 * np.sin(2 * np.pi * 400 * time) * np.exp(-time / seconds)).astype(np.float32)


def test_an_even_decay_has_no_hole_and_no_roughness() -> None:
    measured = decay(ringing(), RATE)
    assert measured.hole_db < 0.5
    assert measured.roughness_db < 0.3
    assert measured.unevenness < 1.0


@pytest.mark.parametrize("depth_db", [6.0, 15.0, 25.0])
def test_a_hole_is_as_deep_as_it_was_made(depth_db: float) -> None:
    hit = ringing(1.0)
    hit[4000:4800] *= np.float32(10 ** (-depth_db / 20))
    assert decay(hit, RATE).hole_db == pytest.approx(depth_db, abs=1.0)


def test_a_gap_before_the_loudest_moment_is_no_hole() -> None:
    hit = np.concatenate([0.3 * ringing()[:800], np.zeros(800, np.float32), ringing()])
    assert decay(hit, RATE).hole_db < 0.5


def test_a_rough_decay_is_rougher_than_an_even_one() -> None:
    gains = np.repeat(np.random.default_rng(1).uniform(0.4, 1.0, 200), 80).astype(np.float32)
    assert decay(ringing() * gains, RATE).roughness_db > decay(ringing(), RATE).roughness_db + 0.5


@pytest.mark.parametrize("frames", [1, 30, 200, 3200])
def test_silence_and_short_hits_have_no_faults(frames: int) -> None:
    assert decay(np.zeros(frames, np.float32), RATE) == (0.0, 0.0)
    assert np.isfinite(decay(ringing()[:frames], RATE)).all()
