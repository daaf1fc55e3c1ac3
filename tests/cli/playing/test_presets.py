"""Presets on the command line: saved when one performance ends, loaded when another begins."""

import json
from pathlib import Path

import pytest

from rtaudiogen.cli.playing.preset import keep
from rtaudiogen.saving.presets import Preset, load_preset, save_preset
from rtaudiogen.saving.sessions import Session, load_session, save_session

from ..conftest import Run

CLOCK = ("--output", "null", "--midi", "none", "--seconds", 1, "--json")
BAD_USAGE = 2


@pytest.mark.slow
def test_a_preset_is_kept_and_played_with_again(run: Run, folder: Path) -> None:
    done = run("play", "sine", *CLOCK, "--set", "vibrato=55", "--save-preset", "wide.json")
    assert done.returncode == 0, done.stderr
    kept = load_preset(folder / "wide.json")
    assert (kept.model, kept.name, kept.values["vibrato"]) == ("sine", "wide", 55.0)
    save_preset(folder / "wide.json", Preset({**kept.values, "attack": 9.0}, 77, "sine", "wide"))
    again = run("play", "sine", *CLOCK, "--preset", "wide.json", "--set", "attack=20",
                "--session", "gig.json")  # fmt: skip
    assert again.returncode == 0, again.stderr
    values = json.loads(again.stdout)["slots"][0]["values"]
    assert (values["vibrato"], values["attack"]) == (55.0, 20.0)
    assert json.loads((folder / "gig.json").read_text())["slots"][0]["seed"] == 77


def test_a_rendering_has_the_presets_values_and_seed(run_here: Run, folder: Path) -> None:
    for seed in (5, 6):
        preset = Preset({"level": -6.0}, seed, "wavenet-textures", "rain")
        save_preset(folder / f"{seed}.json", preset)
        done = run_here("render", "wavenet-textures", f"{seed}.wav", "--seconds", 0.3, "--preset",
                        f"{seed}.json")  # fmt: skip
        assert done.returncode == 0, done.stderr
    again = run_here("render", "wavenet-textures", "again.wav", "--seconds", 0.3, "--preset",
                     "5.json", "--seed", 9)  # fmt: skip
    assert again.returncode == 0, again.stderr
    five, six, again_five = (
        (folder / f"{name}.wav").read_bytes() for name in ("5", "6", "again")
    )  # fmt: skip
    assert five == again_five
    assert five != six


def test_a_preset_is_rendered_by_its_name_alone(run_here: Run, folder: Path) -> None:
    done = run_here("render", "named.wav", "--seconds", 0.2, "--preset", "pure tone")
    assert done.returncode == 0, done.stderr
    same = run_here("render", "sine", "same.wav", "--seconds", 0.2)
    assert same.returncode == 0, same.stderr
    assert (folder / "named.wav").read_bytes() == (folder / "same.wav").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--preset", "choir.json"), "another family"),
        (("--preset", "gone.json"), "cannot be read"),
        (("--preset", "Glass Bell"), "did you mean Glass Bells"),
        (("--save-preset", "choir.json"), "exists already"),
        (("--save-preset", "sine.txt"), ".json"),
    ],
)
def test_a_preset_of_no_use_is_refused_before_anything_sounds(
    run_here: Run, folder: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    save_preset(folder / "choir.json", Preset({}, None, "wavenet-keys-strings", "choir"))
    done = run_here("play", "sine", *CLOCK, *arguments)
    assert done.returncode in (1, BAD_USAGE)
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_appeared_in_play_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gig.json"
    path.write_text("another program's")
    session = Session(master_gain_db=-3.0)
    keep(path, lambda path, overwrite: save_session(path, session, overwrite), False)
    assert path.read_text() == "another program's"
    assert load_session(tmp_path / "gig 2.json").master_gain_db == -3.0
    (line,) = capsys.readouterr().err.splitlines()
    assert "gig.json has appeared meanwhile and stays as it is; what was played is kept in" in line
    keep(path, lambda path, overwrite: save_session(path, session, overwrite), True)
    assert load_session(path).master_gain_db == -3.0
