"""Hits are mixed from their exact frame on, and without a jump."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.voices import HELD, VOICE, let_go, mix, playable

FRAMES = 200
HITS = np.ones((2, FRAMES), np.float32)


@pytest.fixture
def voices() -> NDArray[Any]:
    """Return voices of which the first plays a hit of ones, louder on the left."""
    voices = np.zeros(2, VOICE)
    voices[0]["playing"], voices[0]["frames"], voices[0]["left"] = 1, FRAMES, HELD
    voices[0]["gain_left"], voices[0]["gain_right"], voices[0]["fade"] = 1.0, 0.5, 1
    return voices


def mixed(voices: NDArray[Any], frames: int) -> NDArray[np.float32]:
    out = np.zeros((frames + 4, 2), np.float32)
    mix(out, 2, 2 + frames, voices, HITS)
    assert not out[:2].any()
    assert not out[-2:].any()
    return out[2:-2]


def test_a_hit_ends_with_its_last_frame_and_reports_its_peak(voices: NDArray[Any]) -> None:
    out = mixed(voices, 150)
    assert (out == (1.0, 0.5)).all()
    assert voices[0]["peak"] == 1.0
    assert voices[0]["playing"] == 1
    out = mixed(voices, 150)
    assert (out[:50] == (1.0, 0.5)).all()
    assert not out[50:].any()
    assert voices["playing"].tolist() == [0, 0]


def test_a_fade_falls_in_a_straight_line_to_silence(voices: NDArray[Any]) -> None:
    mixed(voices, 10)
    let_go(voices[0], 20)
    out = mixed(voices, 40)
    np.testing.assert_allclose(out[:20, 0], np.linspace(1.0, 0.05, 20), atol=1e-6)
    assert not out[20:].any()
    assert not voices[0]["playing"]


def test_a_fade_can_only_become_shorter_and_never_jumps(voices: NDArray[Any]) -> None:
    mixed(voices, 10)
    let_go(voices[0], 100)
    before = mixed(voices, 50)
    let_go(voices[0], 80)
    assert voices[0]["left"] == 50
    let_go(voices[0], 10)
    after = mixed(voices, 40)
    np.testing.assert_allclose(after[:10, 0], np.linspace(0.5, 0.05, 10), atol=1e-6)
    np.testing.assert_allclose(after[:, 1], 0.5 * after[:, 0])
    assert np.abs(np.diff(np.concatenate([before, after])[:, 0])).max() < 0.051


def test_a_hit_that_has_not_begun_to_sound_never_does(voices: NDArray[Any]) -> None:
    let_go(voices[0], 20)
    assert not mixed(voices, 40).any()
    assert not voices[0]["playing"]


def test_a_silent_voice_has_nothing_to_let_go(voices: NDArray[Any]) -> None:
    let_go(voices[1], 20)
    assert voices[1]["left"] == 0
    assert not mixed(voices[1:], 10).any()


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [("recipe", "kind", 3), ("recipe", "kind", -1), ("recipe", "partner_kind", 3),
     ("recipe", "pitch", 99.0), ("recipe", "pitch", np.nan), ("voice", "position", -5),
     ("voice", "left", -2)],
)  # fmt: skip
def test_voices_that_no_such_model_has_are_told(
    voices: NDArray[Any], where: str, name: str, value: float
) -> None:
    assert playable(voices, 3)
    (voices["recipe"] if where == "recipe" else voices)[name][1] = value
    assert not playable(voices, 3)
