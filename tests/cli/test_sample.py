"""`rtaudiogen sample` writes a folder of one-shots, each reproducible by its seed."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.packing import random_tensors
from rtaudiogen.storage.folders import HOME_VARIABLE

from ..waiting import eventually
from .conftest import Run

FAILED, BAD_USAGE = 1, 2
CONFIG = WaveGANConfig(frames=8192, width=16, latent=20, classes=("kick", "hat/open"))


@pytest.fixture(autouse=True)
def model(folder: Path) -> Path:
    """Write a model with random weights among the user's own."""
    path = folder.with_name("home") / "models" / "drums.safetensors"
    tensors = random_tensors(CONFIG, np.random.default_rng(0))
    halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    write_model(path, ModelHeader("wavegan", "drums", CONFIG.to_json()), halves)
    return path


def index_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_is_filled_and_listed(run_here: Run, folder: Path) -> None:
    done = run_here("sample", "drums", "out", "--count", 5, "--seed", 40)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "out: 5 one-shots at 16000 Hz, listed in index.csv\n"
    names = ["kick-0001-s40.wav", "hat_open-0001-s41.wav", "kick-0002-s42.wav",
             "hat_open-0002-s43.wav", "kick-0003-s44.wav"]  # fmt: skip
    assert sorted(os.listdir(folder / "out")) == sorted([*names, "index.csv"])
    rows = index_of(folder / "out")
    assert [row["file"] for row in rows] == names
    assert [row["seed"] for row in rows] == ["40", "41", "42", "43", "44"]
    for row in rows:
        sound, rate = soundfile.read(folder / "out" / row["file"])
        information = soundfile.info(folder / "out" / row["file"])
        assert (rate, sound.ndim, information.subtype) == (16000, 1, "PCM_24")
        assert float(row["seconds"]) == pytest.approx(len(sound) / rate, abs=1e-4)
        assert float(row["peak"]) == pytest.approx(np.abs(sound).max(), abs=1e-4)
        assert 0.3 < np.abs(sound).max() < 0.9


def test_a_seed_and_a_class_make_the_same_file_again(run_here: Run, folder: Path) -> None:
    run_here("sample", "drums", "many", "--count", 4, "--seed", 120)
    for row in index_of(folder / "many"):
        done = run_here(
            "sample", "drums", "one", "--count", 1, "--class", row["class"], "--seed", row["seed"]
        )
        assert done.returncode == 0, done.stderr
        (again,) = (folder / "one").glob(f"*-s{row['seed']}.wav")
        assert again.read_bytes() == (folder / "many" / row["file"]).read_bytes()


def test_variations_lie_around_a_seed(run_here: Run, folder: Path) -> None:
    run_here("sample", "drums", "middle", "--count", 1, "--class", "kick", "--seed", 9)
    still = ("--class", "kick", "--seed", 50, "--spread", 0, "--around", 9)
    done = run_here("sample", "drums", "out", "--count", 2, *still, "--float")
    assert done.returncode == 0, done.stderr
    middle, _ = soundfile.read(folder / "middle" / "kick-0001-s9.wav", dtype="float32")
    for row in index_of(folder / "out"):
        assert (row["spread"], row["around"]) == ("0", "9")
        assert soundfile.info(folder / "out" / row["file"]).subtype == "FLOAT"
        sound, _ = soundfile.read(folder / "out" / row["file"], dtype="float32")
        np.testing.assert_allclose(sound, middle, atol=2**-23)


def test_a_folder_can_be_added_to_and_its_index_has_all(run_here: Run, folder: Path) -> None:
    run_here("sample", "drums", "out", "--count", 2, "--class", "kick")
    done = run_here("sample", "drums", "out", "--count", 3, "--class", "hat/open", "--json")
    assert json.loads(done.stdout) == {"path": "out", "files": 3, "index": "out/index.csv"}
    run_here("sample", "drums", "out", "--count", 1, "--class", "kick")
    names = [row["file"] for row in index_of(folder / "out")]
    assert len(names) == len(set(names)) == 5
    assert sorted(names) == sorted(set(os.listdir(folder / "out")) - {"index.csv"})


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("drums", "out", "--class", "cowbell"), "no class 'cowbell'; it has kick, hat/open"),
        (("drums", "file"), "file: is a file; expected a folder"),
        (("sine", "out"), "'sine' cannot make one-shots"),
        (("drums", "out", "--count", 0), "'--count'"),
        (("drums", "out", "--spread", 2), "'--spread'"),
        (("drumz", "out"), "did you mean drums"),
    ],
)
def test_bad_usage_is_refused_and_leaves_nothing(
    run_here: Run, folder: Path, arguments: tuple[object, ...], reason: str
) -> None:
    (folder / "file").write_text("")
    done = run_here("sample", *arguments)
    assert done.returncode == BAD_USAGE
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert os.listdir(folder) == ["file"]


def test_somebody_elses_index_is_not_overwritten(run_here: Run, folder: Path) -> None:
    (folder / "index.csv").write_text("name,price\napple,3\n")
    done = run_here("sample", "drums", ".", "--count", 1)
    assert done.returncode == FAILED
    assert "not an index of one-shots" in done.stderr
    assert (folder / "index.csv").read_text() == "name,price\napple,3\n"
    assert os.listdir(folder) == ["index.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a signal")
def test_a_killed_command_leaves_whole_files(folder: Path) -> None:
    environment = {**os.environ, HOME_VARIABLE: str(folder.with_name("home"))}
    command = [sys.executable, "-m", "rtaudiogen", "sample", "drums", "out", "--count", "100000"]
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        eventually(lambda: len(list(folder.glob("out/*.wav"))) >= 20, told=process.poll)
        process.send_signal(signal.SIGKILL)
    for path in folder.glob("out/*.wav"):
        assert soundfile.info(path).frames > 0


def test_a_hit_of_another_kind_is_not_written_over(run_here: Run, folder: Path) -> None:
    run_here("sample", "drums", "out", "--count", 2, "--class", "kick")
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    other = ("sample", "drums", "out", "--count", 3, "--class", "kick", "--spread", 0)
    done = run_here(*other, "--around", 9)
    assert done.returncode == BAD_USAGE
    assert "kick-0001-s0.wav exists already" in done.stderr
    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before
    assert run_here(*other, "--around", 9, "--overwrite").returncode == 0
    assert len(os.listdir(folder / "out")) == 4


def test_classes_that_a_file_could_take_for_one_share_none(run_here: Run, folder: Path) -> None:
    config = WaveGANConfig(
        frames=8192, width=16, latent=20, classes=("Hat/open", "hat:open", "CON", "Hat_open")
    )
    tensors = random_tensors(config, np.random.default_rng(0))
    path = folder.with_name("home") / "models" / "hats.safetensors"
    write_model(path, ModelHeader("wavegan", "hats", config.to_json()), tensors)
    assert run_here("sample", "hats", "out", "--count", 8).returncode == 0
    files = [row["file"] for row in index_of(folder / "out")]
    assert len({file.lower() for file in files}) == 8
    assert files[2] == "_CON-0001-s2.wav"
    again = run_here("sample", "hats", "out", "--count", 1, "--class", "hat:open", "--seed", 1)
    assert again.returncode == 0, again.stderr
    assert len(os.listdir(folder / "out")) == 9
