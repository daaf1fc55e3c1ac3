"""A SampleRNN texture in play: the contract, its clocks, bookmarks and waves."""

from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.events import no_events
from rtaudiogen.models.samplernn.config import FILES
from rtaudiogen.models.samplernn.evaluation import check
from rtaudiogen.models.samplernn.generator import TextureSampleRNN, create

from .untrained_samplernn import write_untrained, write_untrained_notes

BLOCK = 320


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "weather.safetensors")


@pytest.fixture(scope="module")
def texture(path: Path) -> TextureSampleRNN:
    generator = create(FILES.describe(path), 0)
    generator.prepare(BLOCK)
    assert isinstance(generator, TextureSampleRNN)
    return generator


def played(
    texture: TextureSampleRNN, frames: int, seed: int | None = None, **values: float
) -> np.ndarray:
    if seed is not None:
        texture.reset(seed)
    parameters = texture.descriptor.defaults()
    for name, value in values.items():
        parameters[texture.descriptor.parameter_index(name)] = value
    out = np.zeros((frames, 1), np.float32)
    for start in range(0, frames, BLOCK):
        texture.render(out[start : start + BLOCK], parameters, no_events())
    return out[:, 0]


def slow_tier(texture: TextureSampleRNN) -> np.ndarray:
    return texture.sampler.state["hidden"][0, 0].copy()


def test_streaming_equals_parallel_for_notes(tmp_path: Path) -> None:
    path = write_untrained_notes(tmp_path / "notes.safetensors")
    generator = create(FILES.describe(path), 0)
    generator.prepare(BLOCK)
    findings = check(generator)
    assert findings
    assert all(finding.passed for finding in findings)


def test_a_stopped_slow_clock_holds_the_slow_tier(texture: TextureSampleRNN) -> None:
    played(texture, BLOCK, seed=1)
    held = slow_tier(texture)
    sound = played(texture, 4 * BLOCK, slow_clock=0.0)
    assert np.array_equal(slow_tier(texture), held)
    assert np.ptp(sound[-BLOCK:]) > 0
    played(texture, BLOCK)
    assert not np.array_equal(slow_tier(texture), held)


def test_a_slowed_clock_steps_every_other_time(texture: TextureSampleRNN) -> None:
    changes = 0
    texture.reset(1)
    for _ in range(20):
        before = slow_tier(texture)
        played(texture, 16, slow_clock=0.5)
        changes += not np.array_equal(slow_tier(texture), before)
    assert changes == 10


def test_a_bookmark_keeps_first_and_then_recalls(texture: TextureSampleRNN) -> None:
    played(texture, 2 * BLOCK, seed=3)
    kept, frozen = slow_tier(texture), {"slow_clock": 0.0, "middle_clock": 0.0}
    played(texture, 16, bookmark=2, **frozen)
    played(texture, 2 * BLOCK)
    assert not np.array_equal(slow_tier(texture), kept)
    played(texture, 16, bookmark=2, **frozen)
    assert np.array_equal(slow_tier(texture), kept)


def test_a_bookmark_is_overwritten_on_demand(texture: TextureSampleRNN) -> None:
    frozen = {"slow_clock": 0.0, "middle_clock": 0.0}
    played(texture, BLOCK, seed=3)
    played(texture, 16, bookmark=1)
    played(texture, BLOCK)
    newer = slow_tier(texture)
    played(texture, 16, bookmark=1, bookmark_mode=1, **frozen)
    played(texture, BLOCK)
    played(texture, 16, bookmark=1, **frozen)
    assert np.array_equal(slow_tier(texture), newer)


def test_bookmarks_are_part_of_the_state(path: Path, texture: TextureSampleRNN) -> None:
    played(texture, BLOCK, seed=3)
    played(texture, BLOCK, bookmark=5)
    state = texture.save_state()
    expected = [played(texture, BLOCK), played(texture, BLOCK, bookmark=5)]
    other = create(FILES.describe(path), 0)
    other.prepare(BLOCK)
    assert isinstance(other, TextureSampleRNN)
    other.load_state(state)
    assert np.array_equal([played(other, BLOCK), played(other, BLOCK, bookmark=5)], expected)


@pytest.mark.parametrize(("swell", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 8.0, 20.0)])
def test_the_level_walks_as_deep_as_it_is_told(
    texture: TextureSampleRNN, swell: float, least: float, most: float
) -> None:
    levels = []
    played(texture, BLOCK, seed=1, timbre=1, swell=swell, swell_rate=4)
    for _ in range(200):
        played(texture, BLOCK, timbre=1, swell=swell, swell_rate=4)
        levels.append(texture.walk["before"][0, 0])
    assert least <= np.ptp(levels) <= most + 1e-3
