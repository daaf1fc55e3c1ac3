"""Measures of hits that need no network."""

import numpy as np
import pytest

from rtaudiogen.models.oneshot.judging.measures import (
    distances,
    images,
    levels_db,
    line_hz,
    line_shares,
    nearest,
    spreads,
)
from rtaudiogen.models.oneshot.judging.spectra import in_form, onsets

from . import drums
from .drums import FRAMES, RATE

TIME = np.arange(FRAMES) / RATE


def sine(hz: float, level: float = 1.0) -> drums.Signals:
    return (level * np.sin(2 * np.pi * hz * TIME)).astype(np.float32)


def test_the_level_is_that_of_the_loudest_50_ms() -> None:
    short = sine(1000) * (TIME < 0.1)
    signals = np.stack([sine(1000), short, 0.1 * short, 0 * short]).astype(np.float32)
    assert levels_db(signals, RATE) == pytest.approx([-3.01, -3.01, -23.01, -120], abs=0.1)


def test_hits_are_compared_from_their_onset_at_full_level() -> None:
    hit = drums.hit("snare", np.random.default_rng(0))
    late = np.concatenate([np.zeros(300, np.float32), 0.1 * hit[:-300]])
    formed = in_form(np.stack([hit, late, 0 * hit]))
    assert onsets(late[None])[0] >= 300
    assert np.abs(formed[:2]).max(axis=1) == pytest.approx(1.0)
    assert np.allclose(formed[0, : FRAMES - 400], formed[1, : FRAMES - 400], atol=1e-5)
    assert not formed[2].any()


def test_distance_is_0_to_the_same_hit_and_tiny_with_40_db_noise() -> None:
    signals = drums.hits(8, 0).signals
    rng = np.random.default_rng(0)
    noisy = signals + 0.005 * rng.standard_normal(signals.shape).astype(np.float32)
    known = images(in_form(signals), RATE)
    assert distances(known, known).diagonal() == pytest.approx(0.0, abs=0.01)
    assert nearest(images(in_form(noisy), RATE), known).max() < 0.1
    assert nearest(known, known).min() > 0.1, "to another one"


def test_hits_with_nothing_in_common_are_root_two_apart() -> None:
    low, high = images(np.stack([sine(100), sine(5000)]), RATE)
    assert distances(low[None], high[None]) == pytest.approx(np.sqrt(2), rel=0.02)
    assert distances(0 * low[None], high[None]) == pytest.approx(np.sqrt(2))


def test_distances_of_blocks_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    known = images(in_form(drums.hits(10, 0).signals), RATE)
    whole = nearest(known, known), nearest(known[3:], known)
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.measures.ROWS", 7)
    assert nearest(known, known) == pytest.approx(whole[0], abs=2e-3)
    assert nearest(known[3:], known) == pytest.approx(whole[1], abs=2e-3)


def test_the_spread_of_a_class_is_the_mean_distance_of_two() -> None:
    known = images(in_form(drums.hits(3, 0).signals), RATE)
    classes = np.array([0, 0, 0, 1, 1, 3, 3, 3, 3])
    means = spreads(known, classes, 4, np.ones(9))
    between = distances(known, known)
    assert means[0] == pytest.approx((between[0, 1] + between[0, 2] + between[1, 2]) / 3)
    assert means[1] == pytest.approx(between[3, 4])
    assert np.isnan(means[2]), "no two"
    heavy = spreads(known, classes, 4, np.array([1, 1, 0, 1, 1, 1, 1, 1, 1.0]))
    assert heavy[0] == pytest.approx(between[0, 1])


@pytest.mark.parametrize("hz", [120.0, 2000.0, 7000.0])
def test_a_tone_has_its_energy_in_one_line_and_noise_has_not(hz: float) -> None:
    noise = np.random.default_rng(0).standard_normal(FRAMES).astype(np.float32)
    shares = line_shares(np.stack([sine(hz), noise, 0 * noise]), RATE)
    assert shares[0].max() > 0.95
    assert line_hz(RATE)[shares[0].argmax()] == pytest.approx(hz, abs=40)
    assert shares[1].max() < 0.1
    assert not shares[2].any()


def test_a_faint_tone_under_the_tail_is_seen() -> None:
    hit = drums.hit("hat", np.random.default_rng(0)) * (TIME < 0.1)
    shares = line_shares(np.stack([hit, hit + sine(2000, 0.01)]).astype(np.float32), RATE)
    assert shares[0].max() < 0.3
    assert shares[1].max() > 0.6


def test_a_constant_offset_is_no_tone() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(FRAMES).astype(np.float32)
    shares = line_shares(np.stack([noise, noise + np.float32(0.5)]), RATE)
    assert shares[1].max() == pytest.approx(shares[0].max(), rel=0.2)
