"""Properties of the shipped captures that a player may rely on."""

import numpy as np
import pytest

from rtaudiogen.events import no_events
from rtaudiogen.generator import Descriptor, Plays
from rtaudiogen.models.nam.descriptor import builtin
from rtaudiogen.models.nam.generator import create

LARGEST_BYTES = 150_000
FRAMES = 4800
CAPTURES = {model.id: model for model in builtin()}


@pytest.fixture(params=CAPTURES)
def capture(request: pytest.FixtureRequest) -> Descriptor:
    return CAPTURES[request.param]


def played(capture: Descriptor, heard: np.ndarray) -> np.ndarray:
    generator = create(capture, 48000)
    generator.prepare(FRAMES)
    generator.reset(0)
    out = np.zeros((FRAMES, 1), np.float32)
    generator.hear(heard.astype(np.float32)[:, None])
    generator.render(out, capture.defaults(), no_events())
    return out[:, 0]


def sine(level: float) -> np.ndarray:
    return level * np.sin(2 * np.pi * 220 * np.arange(FRAMES) / 48000)


def test_a_tube_a_fuzz_a_tape_and_a_speaker_are_shipped() -> None:
    assert set(CAPTURES) == {"effect-tube", "effect-fuzz", "effect-tape", "effect-speaker"}


def test_a_capture_is_small_and_free(capture: Descriptor) -> None:
    assert capture.path is not None
    assert capture.path.stat().st_size < LARGEST_BYTES
    assert capture.licence == "MIT"
    assert capture.plays == {Plays.EFFECT}
    assert capture.sample_rate == 48000


def test_silence_in_is_nearly_silence_out(capture: Descriptor) -> None:
    assert np.abs(played(capture, sine(0.0))).max() < 10 ** (-40 / 20)


def test_the_gain_of_a_capture_depends_on_the_level(capture: Descriptor) -> None:
    gains = [np.std(played(capture, sine(level))[-2400:]) / level for level in (0.02, 0.3, 0.7)]
    assert max(gains) > 1.05 * min(gains)
