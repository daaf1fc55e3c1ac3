"""Bad arguments and files are refused in one line, and leave no partial output."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rtaudiogen.model_file import ModelHeader, write_model

from .conftest import Run

FAILED, BAD_USAGE = 1, 2


@pytest.mark.parametrize(
    ("command", "status", "complaint"),
    [
        ("frobnicate", BAD_USAGE, "No such command"),
        ("models --frob", BAD_USAGE, "No such option"),
        ("play", BAD_USAGE, "which model?"),
        ("play sinus", BAD_USAGE, "did you mean sine?"),
        ("play sine --output no-such-device", FAILED, "no audio output matches 'no-such-device'"),
        ("play sine --output null --midi no-such-port", FAILED, "no MIDI port 'no-such-port'"),
        ("play sine --output null --rate 0", BAD_USAGE, "4000 …"),
        ("play sine --output null --latency-ms 0", BAD_USAGE, "expected 1 …"),
        ("play sine --output null --latency-ms nan", BAD_USAGE, "expected 1 …"),
        ("play sine --output null --block -1", BAD_USAGE, "'--block'"),
        ("play sine --output null --voices 257", BAD_USAGE, "'--voices'"),
        ("check wavenet-textures --voices 2", BAD_USAGE, "wavenet-textures plays without notes"),
        ("play sine --output null --seconds -1", BAD_USAGE, "more than 0"),
        ("play sine --output null --seconds nan", BAD_USAGE, "more than 0"),
        ("play sine --output null --seconds soon", BAD_USAGE, "'--seconds'"),
        ("play sine --output null --set levle=-3", BAD_USAGE, "did you mean level"),
        ("play sine --output null --set level=9", BAD_USAGE, "-60 … 0 dB"),
        ("play sine --output null --set level=nan", BAD_USAGE, "-60 … 0 dB"),
        ("play sine --output null --set level", BAD_USAGE, "ID=VALUE"),
        ("play sine --output null --seed -1", BAD_USAGE, "'--seed'"),
        ("play sine --output null --midi-file none.mid", FAILED, "none.mid"),
        ("play sine --output null --record take.txt --seconds 1", BAD_USAGE, "take.txt"),
        ("play sine --output null --input no-such-device", FAILED, "no audio input matches"),
        ("play sine --output null --sound none.wav", BAD_USAGE, "sine cannot play from a sound"),
        ("render sine out.wav --input none.wav", FAILED, "none.wav: there is no such file"),
        ("render sine out.wav --sound none.wav", BAD_USAGE, "sine cannot play from a sound"),
        ("play --session none.json", FAILED, "cannot be read"),
        ("render sine", BAD_USAGE, "OUT.wav"),
        ("render out.wav", BAD_USAGE, "MODEL"),
        ("render sinus out.wav", BAD_USAGE, "did you mean sine?"),
        ("render sine out.mp3", BAD_USAGE, ".wav"),
        ("render sine none/out.wav", BAD_USAGE, "none"),
        ("render sine out.wav --seconds -3", BAD_USAGE, "more than 0"),
        ("render sine out.wav --rate 0", BAD_USAGE, "4000 …"),
        ("render sine out.wav --block 0", BAD_USAGE, "'--block'"),
        ("render sine out.wav --set tempo=3", BAD_USAGE, "no parameter 'tempo'"),
        ("render sine out.wav --midi none.mid", FAILED, "none.mid"),
        ("check", BAD_USAGE, "'rtaudiogen check --help'"),
        ("check sinus", BAD_USAGE, "did you mean sine?"),
        ("level sine --write", BAD_USAGE, "no file to write gains into"),
        ("level vqvae-speech --write", BAD_USAGE, "is an effect"),
        ("evaluate sine .", BAD_USAGE, "it was not trained"),
        ("evaluate wavenet-textures no-such-folder", BAD_USAGE, "no such folder"),
        ("evaluate wavenet-textures .", FAILED, "no sound files"),
        ("train", 0, ""),
        ("train wavnet sounds", BAD_USAGE, "did you mean wavenet or wavegan?"),
        ("train sine sounds", BAD_USAGE, "cannot be trained"),
        ("train wavenet", BAD_USAGE, "FOLDER"),
        ("train wavenet no-such-folder", BAD_USAGE, "no such folder"),
        ("train wavenet . --minutes much", BAD_USAGE, "'--minutes'"),
        ("train wavenet . --device gpu", BAD_USAGE, "device 'gpu': expected cpu, cuda, mps, auto"),
        ("train wavenet . --out model.bin", BAD_USAGE, ".safetensors"),
        ("train wavenet . --out model.safetensors", FAILED, "no sound files"),
    ],
)
def test_bad_input_is_answered_in_one_line(
    run_here: Run, folder: Path, command: str, status: int, complaint: str
) -> None:
    done = run_here(*command.split())
    assert done.returncode == status, done.stderr
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == (1 if status else 0), done.stderr
    assert done.stderr.startswith("rtaudiogen: " if status else "")
    assert list(folder.iterdir()) == []


def truncated(path: Path) -> None:
    header = ModelHeader("wavenet", "short", {"instruments": ["flute"]})
    write_model(path, header, {"w": np.zeros(64, np.float32)})
    path.write_bytes(path.read_bytes()[:-4])


def foreign(path: Path) -> None:
    save_file({"w": np.zeros(64, np.float32)}, path)


def weightless(path: Path) -> None:
    header = ModelHeader("wavenet", "weightless", {"instruments": ["flute"]})
    write_model(path, header, {"w": np.zeros(64, np.float32)})


def random_bytes(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(4096))


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (truncated, "truncated or damaged"),
        (foreign, "not an rtaudiogen model"),
        (weightless, "no tensor"),
        (random_bytes, "not a .safetensors model file"),
        (Path.touch, "not a .safetensors model file"),
        (Path.mkdir, "cannot be read"),
    ],
)
@pytest.mark.parametrize("command", ["render {} out.wav", "play {} --output null --seconds 1"])
def test_a_bad_model_file_is_refused_in_one_line(
    run_here: Run, folder: Path, make: Callable[[Path], None], complaint: str, command: str
) -> None:
    make(folder / "bad.safetensors")
    done = run_here(*command.format("bad.safetensors").split())
    assert done.returncode == FAILED, done.stderr
    (line,) = done.stderr.splitlines()
    assert "bad.safetensors" in line
    assert complaint in line
    assert [path.name for path in folder.iterdir()] == ["bad.safetensors"]


def test_an_existing_session_is_not_written_over(run_here: Run, folder: Path) -> None:
    (folder / "gig.json").write_text("precious")
    done = run_here("play", "sine", "--output", "null", "--session", "gig.json")
    assert done.returncode == BAD_USAGE
    assert "gig.json exists" in done.stderr
    assert (folder / "gig.json").read_text() == "precious"


def test_a_folder_that_may_not_be_written_fails_in_one_line(run_here: Run, folder: Path) -> None:
    (folder / "file").touch()
    done = run_here("train", "wavenet", ".", "--out", "file/model.safetensors")
    assert done.returncode == FAILED
    assert len(done.stderr.splitlines()) == 1
