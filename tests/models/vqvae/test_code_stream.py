"""The ribbon of the VQ-VAE: its codes, their levels, and which of them sounds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.models.vqvae.codec import create
from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.learning.excerpts import encode
from rtaudiogen.models.vqvae.playing.history import KEPT
from rtaudiogen.verification.score import Make
from rtaudiogen.verification.views import views

from .test_generator import Signal, continued, noise, prepared
from .untrained import INVENTIVE, REGIONS, SMALL, random_codes, write_untrained

HOP = SMALL.hop
FRAMES = 250  # code frames of the sound


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    return write_untrained(folder / "all.safetensors", INVENTIVE, REGIONS)


@pytest.fixture(scope="module")
def sound() -> Signal:
    return noise(FRAMES * HOP, seed=3)


@pytest.fixture(scope="module")
def model(path: Path, sound: Signal):
    return prepared(path, sound)


def hop(model, **values: float) -> float | None:
    """Play a code frame, and return the position where it was read."""
    continued(model, HOP, **{"source": Source.FILE} | values)
    position: float | None = model.code_position()
    return position


def test_the_codes_of_a_sound_are_those_of_the_codec(model, path: Path, sound: Signal) -> None:
    assert np.array_equal(model.code_stream(), encode(create(describe(path)), sound))


def test_without_a_sound_they_are_the_models_own(path: Path) -> None:
    assert np.array_equal(prepared(path).code_stream(), random_codes(INVENTIVE))


def test_levels_are_the_peaks_of_what_the_codes_sound_like(model, path: Path) -> None:
    codes = model.code_stream()[:40]
    heard = create(describe(path)).decode(codes.astype(np.uint16)).reshape(40, HOP)
    np.testing.assert_array_equal(model.code_levels(codes), np.abs(heard).max(axis=1))


def test_levels_can_be_asked_for_while_it_plays(model) -> None:
    model.reset(1)
    first = continued(model, 20 * HOP, source=Source.FILE)
    model.reset(1)
    played = [continued(model, HOP, source=Source.FILE)]
    model.code_levels(model.code_stream())
    played.append(continued(model, 19 * HOP, source=Source.FILE))
    assert np.array_equal(np.concatenate(played), first)


def test_the_position_is_that_of_the_code_frame_that_sounds(model) -> None:
    model.reset(0)
    assert model.code_position() is None
    assert [hop(model) for _ in range(5)] == [0, 1, 2, 3, 4]
    played, newest = model.newest_codes()
    assert played == 5
    assert np.array_equal(newest, model.code_stream()[:5])


def test_a_frozen_frame_keeps_its_position_and_adds_no_codes(model) -> None:
    model.reset(0)
    for _ in range(4):
        hop(model)
    assert [hop(model, freeze=1.0) for _ in range(3)] == [3, 3, 3]
    assert model.newest_codes()[0] == 4


@pytest.mark.parametrize("source", [Source.PRIOR, Source.LIVE, Source.KEYS])
def test_nothing_of_the_file_sounds_from_other_sources(model, source: Source) -> None:
    model.reset(0)
    hop(model)
    assert hop(model, source=source) is None


def test_a_morph_from_the_prior_to_the_file_has_a_position(model) -> None:
    model.reset(0)
    position = hop(model, source=Source.PRIOR, morph_to=Source.FILE, morph=0.4)
    assert position is not None


def test_codes_of_the_input_are_shown_as_they_are_heard(model, path: Path) -> None:
    heard = noise(6 * HOP, seed=8)
    model.reset(0)
    continued(model, 6 * HOP, heard=heard, source=Source.LIVE)
    _, newest = model.newest_codes()
    expected = create(describe(path)).encode(heard)[:5]
    assert np.array_equal(newest[1:], expected), "a hop later"


def test_only_the_last_codes_are_kept(model) -> None:
    model.reset(0)
    continued(model, (KEPT + 90) * HOP, source=Source.PRIOR)
    played, newest = model.newest_codes()
    assert played == KEPT + 90
    assert newest.shape == (KEPT, SMALL.stages)


shares = st.floats(0.0, 1.0, width=32)


@trials(max_examples=60, deadline=None)
@given(
    low=shares, high=shares, rate=st.floats(-4.0, 4.0, width=32),
    scatter=shares, jitter=shares, begun=st.integers(0, 300),
)  # fmt: skip
def test_positions_stay_within_the_window(model, low, high, rate, scatter, jitter, begun) -> None:
    model.reset(2)
    continued(model, begun * HOP // 10 + 1, source=Source.FILE)
    model.record["position"] = 0
    first, end = sorted((low, high))
    for _ in range(20):
        place = hop(model, loop_start=low, loop_end=high, rate=rate, scatter=scatter, jitter=jitter)
        assert place is not None
        start = min(round(first * FRAMES), FRAMES - 1)
        assert start <= place < max(start + 1, round(end * FRAMES))


@trials(max_examples=20, deadline=None)
@given(start=st.integers(0, FRAMES - 2), length=st.integers(1, 30))
def test_a_window_makes_the_codes_periodic(model, start: int, length: int) -> None:
    length = min(length, FRAMES - start)
    model.reset(0)
    window = {
        "loop_start": float(np.float32(start / FRAMES)),
        "loop_end": float(np.float32((start + length) / FRAMES)),
    }
    continued(model, 2 * length * HOP, source=Source.FILE, **window)
    _, newest = model.newest_codes()
    window_codes = model.code_stream()[start : start + length]
    begun = np.roll(window_codes, start % length, axis=0)  # the file's beginning, wrapped into it
    expected = np.tile(begun, (2, 1))
    assert np.array_equal(newest, expected[-KEPT:])


def test_the_whole_contract_of_codes_holds(path: Path) -> None:
    assert all(finding.passed for finding in views(Make(lambda: prepared(path))))


def periodic(signal: NDArray[np.float32], period: int) -> float:
    """Return the share of a signal's power that is not repeated a period later."""
    error = signal[period:] - signal[:-period]
    return float(np.square(error).mean() / np.square(signal).mean())


def test_a_loop_sounds_periodic(model) -> None:
    length = 25
    model.reset(0)
    window = {"loop_start": 0.2, "loop_end": 0.2 + length / FRAMES}
    heard = continued(model, 8 * length * HOP, source=Source.FILE, **window)
    settled = heard[2 * length * HOP :]
    assert periodic(settled, length * HOP) < 1e-6
    assert periodic(settled, (length - 1) * HOP) > 0.1
