"""A capture as an effect: its levels, and the fade from one size to another."""

from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.events import no_events
from rtaudiogen.models.nam.capture import read_capture
from rtaudiogen.models.nam.descriptor import describe
from rtaudiogen.models.nam.generator import NamEffect, create
from rtaudiogen.models.nam.steps.player import Player

from . import made_up_captures as made
from .made_up_captures import Json, written

FRAMES = 2000


def effect(folder: Path, capture: Json) -> NamEffect:
    generator = create(describe(written(folder / "small.nam", capture)), 48000)
    generator.prepare(FRAMES)
    return generator


def sine(frames: int = FRAMES) -> np.ndarray:
    return (0.3 * np.sin(np.arange(frames) * 0.05)).astype(np.float32)[:, None]


def played(generator: NamEffect, heard: np.ndarray, **values: float) -> np.ndarray:
    row = generator.descriptor.defaults()
    for id, value in values.items():
        row[generator.descriptor.parameter_index(id)] = value
    out = np.zeros_like(heard)
    generator.hear(heard)
    generator.render(out, row, no_events())
    return out


def reset_and_played(generator: NamEffect, heard: np.ndarray, **values: float) -> np.ndarray:
    generator.reset(0)
    return played(generator, heard, **values)


def alone(folder: Path, size: int, heard: np.ndarray) -> np.ndarray:
    """Return what a size of the container makes of a sound that it hears from the start."""
    player = Player(read_capture(folder / "small.nam").program(size))
    out = np.zeros(len(heard), np.float32)
    player.play(np.ascontiguousarray(heard[:, 0]), out)
    return out[:, None]


def test_gains_are_those_of_the_knobs(tmp_path: Path) -> None:
    linear = {**made.linear()}
    linear["weights"][-1] = 0.0  # no offset, so that it is linear
    generator = effect(tmp_path, linear)
    plain = reset_and_played(generator, sine())
    for id in ("input", "output"):
        louder = reset_and_played(generator, sine(), **{id: 20.0})
        np.testing.assert_allclose(louder, 10 * plain, rtol=1e-4, atol=1e-6)


def test_a_normalised_output_is_as_loud_as_the_metadata_asks(tmp_path: Path) -> None:
    generator = effect(tmp_path, made.wavenet())
    plain, normal = (reset_and_played(generator, sine(), normalise=n) for n in (0.0, 1.0))
    np.testing.assert_allclose(normal, plain * 10 ** (2 / 20), rtol=1e-5)  # -20 dB becomes -18


def test_a_calibrated_input_has_the_level_of_the_capture(tmp_path: Path) -> None:
    generator = effect(tmp_path, made.wavenet())
    asked = reset_and_played(generator, sine(), input=3.0)
    calibrated = reset_and_played(generator, sine(), calibrate=1.0, interface=18.0)
    np.testing.assert_allclose(calibrated, asked, rtol=1e-5, atol=1e-7)  # 18 dBu above 15


def test_the_largest_size_plays_unless_another_is_chosen(tmp_path: Path) -> None:
    generator = effect(tmp_path, made.container())
    for size, values in ((1, {}), (0, {"size": 1.0})):
        out = reset_and_played(generator, sine(), **values)
        np.testing.assert_array_equal(out, alone(tmp_path, size, sine()))


def test_another_size_is_faded_to_without_a_step(tmp_path: Path) -> None:
    generator = effect(tmp_path, made.container())
    heard = sine(3 * FRAMES)
    generator.reset(0)
    parts = [
        played(generator, heard[i * FRAMES : (i + 1) * FRAMES], size=size)
        for i, size in enumerate((2.0, 1.0, 1.0))
    ]
    out = np.concatenate(parts)
    large, small = (alone(tmp_path, size, heard) for size in (1, 0))
    np.testing.assert_array_equal(out[:FRAMES], large[:FRAMES])
    np.testing.assert_allclose(out[2 * FRAMES :], small[2 * FRAMES :], atol=1e-3)
    steps = max(np.abs(np.diff(sound, axis=0)).max() for sound in (large, small))
    assert np.abs(np.diff(out, axis=0)).max() <= 1.5 * steps


@pytest.mark.parametrize("loud", [1e4, 3e38])
def test_an_input_beyond_any_sound_leaves_no_trace(tmp_path: Path, loud: float) -> None:
    generator = effect(tmp_path, made.rich())
    generator.reset(0)
    played(generator, np.full((FRAMES, 1), loud, np.float32))
    after = [played(generator, sine()) for _ in range(3)]
    generator.reset(0)
    expected = [played(generator, sine()) for _ in range(3)]
    assert np.isfinite(after).all()
    np.testing.assert_array_equal(after[-1], expected[-1])
