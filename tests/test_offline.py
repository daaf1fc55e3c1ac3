"""Offline rendering to arrays and files."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.sine import SINE
from rtaudiogen.offline import RenderRequest, render, render_to_file

from .midi_bytes import midi, off, on, tempo, track


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write A4 at once and C5 after one beat, within which the tempo doubles."""
    path = tmp_path_factory.mktemp("midi") / "song.mid"
    first = [(0, tempo(500_000)), (0, on(69)), (240, tempo(250_000)), (120, off(69))]
    path.write_bytes(midi([track(*first, (120, on(72)), (480, off(72)))]))
    return path


def test_notes_of_a_midi_file_begin_where_its_tempos_put_them(song: Path) -> None:
    out = render(RenderRequest([SINE], 0.8, 16000, midi_file=song))
    assert out.shape == (12800, 2)
    assert out.dtype == np.float32
    assert np.flatnonzero(out[:, 0])[0] == 1
    levels = np.abs(out[:, 0])
    second = round((0.25 + 0.125) * 16000)
    assert levels[second : second + 400].max() > levels[second - 40 : second].max()


@settings(max_examples=10, deadline=None)
@given(block_frames=st.integers(1, 20000))
def test_the_block_size_changes_no_bit(song: Path, block_frames: int) -> None:
    whole = render(RenderRequest([SINE], 0.2, 44100, midi_file=song))
    np.testing.assert_array_equal(
        render(RenderRequest([SINE], 0.2, 44100, midi_file=song, block_frames=block_frames)), whole
    )


def test_a_file_holds_exactly_what_the_array_holds(song: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    assert render_to_file(path, RenderRequest([SINE], 0.5, 48000, midi_file=song)) == 24000
    assert soundfile.info(path).subtype == "FLOAT"
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 48000
    np.testing.assert_array_equal(
        samples, render(RenderRequest([SINE], 0.5, 48000, midi_file=song))
    )
    assert list(tmp_path.iterdir()) == [path]


def test_settings_reach_every_model_that_has_them(song: Path) -> None:
    loud = render(
        RenderRequest([SINE, SINE], 0.1, 48000, midi_file=song, settings={"level": -20.0})
    )
    quiet = render(
        RenderRequest([SINE, SINE], 0.1, 48000, midi_file=song, settings={"level": -40.0})
    )
    assert np.abs(loud).max() / np.abs(quiet).max() == pytest.approx(10.0, rel=1e-3)


def test_a_setting_for_one_model_wins(song: Path) -> None:
    both = {"level": -20.0, "sine:level": -40.0}
    named = render(RenderRequest([SINE], 0.1, 48000, midi_file=song, settings=both))
    plain = render(RenderRequest([SINE], 0.1, 48000, midi_file=song, settings={"level": -40.0}))
    np.testing.assert_array_equal(named, plain)


Change = dict[str, object]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": -1.0}, "-1 seconds"),
        ({"seconds": float("nan")}, "nan seconds"),
        ({"sample_rate": 0}, "sample rate 0 Hz"),
        ({"block_frames": 0}, "block of 0 frames"),
        ({"models": []}, "no model"),
        ({"settings": {"levle": 1.0}}, "no parameter 'levle'; did you mean level"),
        ({"settings": {"level": 99.0}}, "level 99: expected -60 … 0 dB"),
        ({"settings": {"sine:colour": 1.0}}, "no parameter 'colour'"),
        ({"path": Path("out.mp3")}, "expected a name that ends in .wav"),
        ({"path": Path("nowhere/out.wav")}, "no folder nowhere"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing_behind(
    change: Change, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {"path": Path("out.wav"), "models": [SINE], "seconds": 0.1} | change
    with pytest.raises(UsageError, match=words) as refusal:
        render_to_file(given.pop("path"), RenderRequest(**given))
    assert "\n" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


def test_a_file_that_exists_survives_a_rendering_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    path.write_bytes(b"precious")
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd")
    with pytest.raises(RtAudioGenError):
        render_to_file(path, RenderRequest([SINE], 0.1, midi_file=broken))
    assert path.read_bytes() == b"precious"
    assert sorted(tmp_path.iterdir()) == [broken, path]


def test_two_renderings_are_the_same_file_to_the_byte(tmp_path: Path, song: Path) -> None:
    for name in ("one", "other"):
        render_to_file(tmp_path / f"{name}.wav", RenderRequest([SINE], 0.5, 48000, midi_file=song))
        time.sleep(1.1)  # time stamps in files have a resolution of seconds
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "other.wav").read_bytes()
