"""`rtaudiogen train` run twice resumes, has nothing left to do, or reports what prevents it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.model_file import read_header

from .conftest import Run

BAD_USAGE = 2
TINY = (
    *("--texture", "--residual", 16, "--skip", 16, "--output", 16, "--largest-dilation", 8),
    *("--stacks", 1, "--segment-frames", 1024, "--no-compile", "--device", "cpu"),
)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch use one thread: several wait for one another on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def songs(folder: Path) -> Path:
    """Write two folders of the same name, each with a different sound."""
    for number, song in enumerate(("songA", "songB")):
        (folder / song / "samples").mkdir(parents=True)
        noise = np.random.default_rng(number).normal(0, 0.1, 20000)
        soundfile.write(folder / song / "samples" / "rain.wav", noise, 16000)
    return folder


@pytest.mark.timeout(300)
def test_a_training_never_takes_the_place_of_another(run_here: Run, songs: Path) -> None:
    models = songs.with_name("home") / "models"

    def train(song: str, *more: object) -> tuple[int, str]:
        done = run_here("train", "wavenet", f"{song}/samples", *TINY, *more)
        return done.returncode, done.stdout + done.stderr

    status, said = train("songA", "--steps", 1)
    assert status == 0
    assert "play it with 'rtaudiogen play wavenet-samples'" in said
    status, said = train("songA", "--steps", 1)
    assert status == 0
    assert "already trained" in said
    assert "play it" not in said
    assert "play it" in train("songA", "--steps", 2)[1]
    before = (models / "wavenet-samples.safetensors").read_bytes()

    status, said = train("songB", "--steps", 1)
    assert status == 0
    assert "rtaudiogen play wavenet-songB-samples" in said
    out = ("--out", models / "wavenet-samples.safetensors")
    status, said = train("songB", "--steps", 3, *out)
    assert status == BAD_USAGE
    assert f"was started with 1 sounds of {songs / 'songA' / 'samples'}" in said
    assert "2 steps" in said
    assert said.count("\n") == 1
    assert (models / "wavenet-samples.safetensors").read_bytes() == before

    status, said = train("songB", "--steps", 1, *out, "--fresh")
    assert status == 0
    kept = models / "wavenet-samples-before-1-training"
    assert str(kept) in said
    assert (kept / "wavenet-samples.safetensors").read_bytes() == before
    assert read_header(out[1]).training["steps"] == 1


@pytest.mark.parametrize(
    ("out", "words"),
    [("none/x.safetensors", "there is no folder none"), (" .safetensors", "not a valid name")],
)
def test_a_place_where_no_model_can_go_is_refused(
    run_here: Run, songs: Path, out: str, words: str
) -> None:
    done = run_here("train", "wavenet", "songA/samples", "--out", out)
    assert done.returncode == BAD_USAGE
    assert words in done.stderr
    assert sorted(path.name for path in songs.iterdir()) == ["songA", "songB"]


@pytest.mark.timeout(300)
def test_an_effect_is_learnt_from_two_files_or_their_folder(run_here: Run, folder: Path) -> None:
    crunch = folder / "crunch"
    crunch.mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, 20000)
    soundfile.write(crunch / "dry.wav", noise, 8000)
    soundfile.write(crunch / "wet.wav", np.tanh(5 * noise), 8000)
    tiny = ("--shape", "nano", "--sample-rate", 8000, "--segment-frames", 2048, "--device", "cpu")
    files = ("crunch/dry.wav", "crunch/wet.wav")

    done = run_here("train", "effect", *files, *tiny, "--steps", 1)
    assert done.returncode == 0, done.stderr
    assert "play it with 'rtaudiogen play effect-crunch'" in done.stdout
    done = run_here("train", "effect", "crunch", *tiny, "--steps", 2)
    assert "play it with 'rtaudiogen play effect-crunch'" in done.stdout
    done = run_here("evaluate", "effect-crunch", *files, "--json")
    assert done.returncode == 0, done.stderr
    assert '"error_to_signal"' in done.stdout

    done = run_here("train", "effect", "crunch/dry.wav", *tiny)
    assert done.returncode == BAD_USAGE
    assert "expected two sound files" in done.stderr
