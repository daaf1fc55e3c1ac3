"""Generators that play from the user's own sound: set, kept in sessions, reported if missing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen import sound_files
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.models.sine import SINE
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.sound_files import read_sound
from rtaudiogen.wire.settings import EngineSettings

from .engine.housekeeping import eventually
from .realtime import effects

RATE = 16000  # the loop's
SETTINGS = EngineSettings(output="null", sample_rate=48000, midi="none")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    effects.register(monkeypatch)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    """Write a second of 100 Hz."""
    path = tmp_path / "hum.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE), RATE)
    return path


def listen(engine: Engine) -> float:
    """Return the peak once it sounds, or 0 if it does not."""
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] >= 12000)
    return float(engine.snapshot()["peak"])


def test_a_slot_plays_from_its_sound_and_the_session_keeps_it(engine: Engine, hum: Path) -> None:
    engine.add_slot("loop", sound=str(hum))
    assert listen(engine) == pytest.approx(0.5 * np.sqrt(0.5), rel=0.05)
    session = engine.session()
    assert session["slots"][0]["sound"] == str(hum)
    assert engine.load_session(session) == []
    assert engine.session()["slots"][0]["sound"] == str(hum)


def test_a_swap_takes_another_sound(engine: Engine, hum: Path) -> None:
    slot = engine.add_slot("loop")
    assert listen(engine) == 0.0
    engine.swap_slot(slot, "loop", sound=str(hum))
    eventually(engine, lambda: engine.snapshot()["peak"] >= 0.3)
    assert engine.session()["slots"][0]["sound"] == str(hum)


def test_a_session_plays_without_its_missing_sound_and_says_so(engine: Engine, hum: Path) -> None:
    engine.add_slot("loop", sound=str(hum))
    session = engine.session()
    hum.unlink()
    (notice,) = engine.load_session(session)
    assert notice == f"loop plays without its sound: {hum}: there is no such file"
    assert engine.session()["slots"][0]["sound"] == str(hum), "the file may be back next time"
    assert listen(engine) == 0.0


@pytest.mark.parametrize("gone", [False, True])
def test_a_checkpoint_resumes_with_the_sound(tmp_path: Path, hum: Path, gone: bool) -> None:
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("loop", sound=str(hum))
    first.start()
    eventually(first, lambda: (tmp_path / "checkpoint").exists())
    first.close()
    if gone:
        hum.unlink()
    second = Engine(SETTINGS, tmp_path / "checkpoint")
    notices = second.resume()
    assert [str(hum) in notice for notice in notices] == [True] * gone
    assert (listen(second) > 0.3) == (not gone)
    assert second.session()["slots"][0]["sound"] == str(hum)
    second.close()


def test_a_model_that_plays_from_no_sound_says_so(engine: Engine, hum: Path) -> None:
    with pytest.raises(UsageError, match=r"sine cannot play from a sound: leave .*hum\.wav out"):
        engine.add_slot("sine", sound=str(hum))
    with pytest.raises(UsageError, match="sine: cannot play from a sound"):
        render(RenderRequest([SINE], 0.1, sound=hum))
    assert engine.session()["slots"] == []


def test_a_rendering_plays_from_the_sound_too(hum: Path) -> None:
    out = render(RenderRequest([effects.LOOP], 0.5, 48000, sound=hum))
    assert np.abs(out[2000:]).max() == pytest.approx(0.5 * np.sqrt(0.5), rel=0.01)
    assert not render(RenderRequest([effects.LOOP], 0.5, 48000)).any()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: soundfile.write(path, np.zeros(0), RATE), "an empty file"),
        (lambda path: soundfile.write(path, np.zeros(999), RATE), "a silent file"),
        (lambda path: soundfile.write(path, np.full(999, 0.3), RATE), "a constant"),
        (lambda path: path.write_bytes(b"RIFFxxxx"), "cannot be read as sound"),
        (lambda path: path.mkdir(), "a folder"),
        (
            lambda path: soundfile.write(path, np.tile([0.5, -0.5], 25), RATE),
            "a sound of 50 frames",
        ),
    ],
)
def test_a_bad_sound_is_refused_in_one_line(engine: Engine, tmp_path: Path, make, words) -> None:
    path = tmp_path / "bad.wav"
    make(path)
    with pytest.raises(RtAudioGenError, match=words) as refusal:
        engine.add_slot("loop", sound=str(path))
    assert str(refusal.value).count("bad.wav") == 1
    assert "\n" not in str(refusal.value)
    assert engine.session()["slots"] == []


def test_opposite_channels_do_not_cancel_and_rates_are_converted(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 441 * np.arange(44100) / 44100)
    soundfile.write(tmp_path / "wide.flac", np.stack([tone, -tone], axis=1), 44100)
    sound, notice = read_sound(tmp_path / "wide.flac", RATE)
    assert (len(sound), sound.dtype) == (RATE, np.float32)
    assert "wide.flac: only channel 1 is used" in notice
    assert np.abs(sound[1000:-1000]).max() == pytest.approx(0.5, rel=0.01)


def test_only_the_beginning_of_a_long_file_is_used_and_reported(
    engine: Engine, hum: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_files, "MOST_SECONDS", 0.5)
    sound, notice = read_sound(hum, RATE)
    assert len(sound) == RATE // 2
    assert notice.startswith(f"{hum}: only the first")
    engine.add_slot("loop", sound=str(hum))
    assert notice in engine.snapshot()["messages"]
