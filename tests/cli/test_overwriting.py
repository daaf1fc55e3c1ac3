"""No file is overwritten without being asked, and never the file that is being read."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from .conftest import Run

BAD_USAGE = 2
PRECIOUS = b"precious"


@pytest.fixture
def voice(folder: Path) -> Path:
    """Write a second of sound to hear or to encode."""
    path = folder / "voice.wav"
    sound = np.sin(np.arange(8000) / 5).astype(np.float32) / 4
    soundfile.write(path, sound, 16000, "FLOAT")
    return path


@pytest.mark.parametrize(
    "command",
    [
        "render sine there.wav --seconds 0.1",
        "encode voice.wav there.rtac",
        "decode voice.rtac there.wav",
        "play sine --output null --midi none --seconds 1 --record there.wav",
        "play sine --output null --midi none --seconds 1 --record there.flac",
        "play sine --output null --midi none --seconds 1 --save-preset there.json",
        "play sine --output null --midi none --seconds 1 --session there.json",
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_an_existing_file_is_not_overwritten(
    run_here: Run, folder: Path, voice: Path, command: str, link: bool
) -> None:
    name = next(word for word in command.split() if word.startswith("there."))
    if link:
        (folder / name).symlink_to("nowhere")
    else:
        (folder / name).write_bytes(PRECIOUS)
    before = sorted(os.listdir(folder))
    done = run_here(*command.split())
    assert done.returncode == BAD_USAGE, done.stderr
    (line,) = done.stderr.splitlines()
    assert name in line
    assert "exists" in line
    assert sorted(os.listdir(folder)) == before
    assert link or (folder / name).read_bytes() == PRECIOUS


@pytest.mark.parametrize(
    "command",
    [
        "render sine there.wav --seconds 0.1 --overwrite",
        "play sine --output null --midi none --seconds 0.3 --record there.wav --overwrite",
    ],
)
def test_an_existing_file_is_overwritten_on_request(
    run_here: Run, folder: Path, command: str
) -> None:
    (folder / "there.wav").write_bytes(PRECIOUS)
    done = run_here(*command.split())
    assert done.returncode == 0, done.stderr
    assert soundfile.info(folder / "there.wav").frames > 1000
    assert {path.suffix for path in folder.iterdir()} <= {".wav", ".jsonl"}  # and its marks


def relative(path: Path) -> str:
    return f"../{path.parent.name}/./{path.name}"


def linked(path: Path) -> str:
    (path.parent / "link.wav").symlink_to(path.name)
    return "link.wav"


def hard_linked(path: Path) -> str:
    os.link(path, path.parent / "twin.wav")
    return "twin.wav"


@pytest.mark.parametrize("spelling", [str, relative, linked, hard_linked])
@pytest.mark.parametrize("option", ["--input", "--sound", "--midi"])
def test_the_input_is_not_written_over_even_if_asked(
    run_here: Run, voice: Path, spelling: Callable[[Path], str], option: str
) -> None:
    before = voice.read_bytes()
    done = run_here("render", "vqvae-speech", spelling(voice), option, voice.name, "--overwrite")
    assert done.returncode == BAD_USAGE
    assert "is also an input" in done.stderr
    assert voice.read_bytes() == before


def test_a_recording_does_not_take_the_place_of_its_score(run_here: Run, folder: Path) -> None:
    (folder / "score.wav").write_bytes(PRECIOUS)
    done = run_here("play", "sine", "--output", "null", "--midi-file", "score.wav",
                    "--record", "score.wav", "--overwrite")  # fmt: skip
    assert done.returncode == BAD_USAGE, done.stderr
    assert (folder / "score.wav").read_bytes() == PRECIOUS


@pytest.mark.parametrize(
    "command",
    [
        "render sine none/out.wav",
        "encode voice.wav none/out.rtac",
        "sample wavegan-drums none/hits --count 1",
        "play sine --output null --midi none --seconds 1 --record none/take.wav",
        "play sine --output null --midi none --seconds 1 --save-preset none/p.json",
        "play sine --output null --midi none --seconds 1 --session none/s.json",
    ],
)
def test_a_folder_that_is_not_there_is_not_made(
    run_here: Run, folder: Path, voice: Path, command: str
) -> None:
    done = run_here(*command.split())
    assert done.returncode == BAD_USAGE, done.stderr
    assert "there is no folder none" in done.stderr
    assert os.listdir(folder) == ["voice.wav"]
