"""Effects and sounds from the command line: their input, and the sound they play from."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.saving.sessions import load_session

from ..realtime.effects import installed
from .conftest import Run

pytestmark = pytest.mark.slow

CLOCK = ("--output", "null", "--midi", "none", "--seconds", 1)


@pytest.fixture(autouse=True)
def effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in installed(tmp_path / "effects").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def hum(folder: Path) -> Path:
    """Write half a second of 100 Hz at 16 kHz, and return its path relative to the folder."""
    soundfile.write(
        folder / "hum.wav", 0.5 * np.sin(2 * np.pi * np.arange(8000) / 160), 16000, "FLOAT"
    )
    return Path("hum.wav")


def test_an_effect_is_rendered_as_long_as_its_input(run: Run, folder: Path, hum: Path) -> None:
    done = run("render", "echo", "out.wav", "--input", hum, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["frames"] == 24000
    out, rate = soundfile.read(folder / "out.wav")
    assert (len(out), rate) == (24000, 48000)
    assert np.abs(out[4000:]).max() == pytest.approx(0.5 * np.sqrt(0.5), rel=0.02)


def test_delay_of_an_effect_is_told_and_left_out_or_kept(run: Run, folder: Path, hum: Path) -> None:
    outs = []
    for options in ((), ("--no-align",)):
        done = run("render", "echo-16k", "out.flac", "--input", hum, "--bits", 16, *options)
        assert done.returncode == 0, done.stderr
        (line,) = done.stderr.splitlines()
        assert "echo-16k: the answer to the input is " in line
        assert line.endswith("so is the output" if options else "aligned with the input")
        outs.append(soundfile.read(folder / "out.flac", dtype="int16")[0])
        assert soundfile.info(folder / "out.flac").subtype == "PCM_16"
        (folder / "out.flac").unlink()
    aligned, late = outs
    assert len(aligned) == len(late) == 24000
    assert (aligned != late).any()


def test_seconds_win_over_the_inputs_length(run: Run, folder: Path, hum: Path) -> None:
    assert run("render", "echo", "out.wav", "--input", hum, "--seconds", 0.25).returncode == 0
    assert soundfile.info(folder / "out.wav").frames == 12000


def test_bad_values_of_the_input_are_reported_once(run: Run, folder: Path) -> None:
    soundfile.write(folder / "nan.wav", np.full(1000, np.nan), 48000, "FLOAT")
    done = run("render", "echo", "out.wav", "--input", "nan.wav")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "nan.wav: 1000 samples were not numbers" in line
    assert not soundfile.read(folder / "out.wav")[0].any()


def test_a_model_plays_from_a_sound_live_and_rendered(run: Run, folder: Path, hum: Path) -> None:
    assert run("render", "loop", "out.wav", "--sound", hum, "--seconds", 1).returncode == 0
    assert np.abs(soundfile.read(folder / "out.wav")[0]).max() > 0.3
    done = run("play", "loop", "--sound", hum, *CLOCK, "--session", "gig.json", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["peak"] > 0.3
    (slot,) = load_session(folder / "gig.json").slots
    assert slot.sound == str(folder / "hum.wav")
    (folder / "hum.wav").unlink()
    again = run("play", "--session", "gig.json", "--seconds", 1)
    assert again.returncode == 0, again.stderr
    assert "loop plays without its sound" in again.stderr


def test_only_those_that_take_a_sound_get_it(run: Run, folder: Path, hum: Path) -> None:
    done = run("play", "sine", "loop", "--sound", hum, *CLOCK, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["peak"] > 0.3


def test_the_phrase_is_not_played_to_a_self_sounding_model(run: Run, hum: Path) -> None:
    done = run("play", "band", *CLOCK)
    assert done.returncode == 0, done.stderr
    assert "phrase" not in done.stderr
    facts = json.loads(run("render", "band", "out.wav", "--rate", 8000, "--json").stdout)
    assert facts["frames"] == 80_000


def test_a_sessions_input_that_is_not_there_is_silence(run: Run, folder: Path) -> None:
    session = {"rtaudiogen": "session", "version": 1, "output": "null", "input": "old microphone"}
    session |= {"midi": "none", "slots": [{"model": "echo"}]}
    (folder / "gig.json").write_text(json.dumps(session))
    done = run("play", "--session", "gig.json", "--seconds", 1, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["input"] == ""


def test_the_effects_keep_the_contract(run: Run) -> None:
    for model in ("echo", "loop", "band"):
        done = run("check", model)
        assert done.returncode == 0, done.stdout


def test_a_chain_of_models_sounds_through_the_last_alone(run: Run, folder: Path) -> None:
    played = run("play", "sine", "echo", "--chain", "--record", "live.wav", *CLOCK)
    assert played.returncode == 0, played.stderr
    assert np.abs(soundfile.read(folder / "live.wav")[0]).max() > 0.01
