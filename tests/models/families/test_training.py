"""Every family trains from a folder of sounds to a model that plays, despite interruptions."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.training import run as driver
from rtaudiogen.models.training.checkpoint import Checkpoint
from rtaudiogen.models.training.trainer import Trainer
from rtaudiogen.registry import create, describe
from rtaudiogen.verification.score import MAX_FRAMES, moving_parameters, play, score

from ...waiting import eventually
from . import lessons
from .made_up import CLASSES
from .member import Lesson
from .members import EVERY_LESSON, FIRST_LESSONS, MEMBERS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
CHECKPOINT = "checkpoint.safetensors"
PICKLED = (*(b"\x80" + bytes([protocol]) for protocol in range(2, 6)), b"PK")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
Teach = partial[bool]

one_of_a_family = pytest.mark.parametrize("lesson", FIRST_LESSONS, indirect=True, scope="module")


class KilledError(Exception):
    """An error that stands for a process killed after a report."""


@pytest.fixture(scope="module", params=EVERY_LESSON)
def lesson(request: pytest.FixtureRequest) -> tuple[str, str]:
    member, name = request.param
    return member.name, name


@pytest.fixture(scope="module")
def declared(lesson: tuple[str, str]) -> Lesson:
    return MEMBERS[lesson[0]].lessons[lesson[1]]


@pytest.fixture(scope="module")
def sounds(declared: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return declared.sounds.write(tmp_path_factory.mktemp("made up") / "tones")


@pytest.fixture(scope="module")
def straight(
    lesson: tuple[str, str], sounds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Train a model without an interruption, and return its path."""
    out = tmp_path_factory.mktemp("straight") / "mine.safetensors"
    assert lessons.teach(*lesson, sounds, out, licence="CC0-1.0", card="Tones.")
    return out


@pytest.fixture
def teach(lesson: tuple[str, str], sounds: Path) -> Teach:
    return partial(lessons.teach, *lesson, sounds)


def run_of(model: Path) -> Path:
    return model.with_name(f"{model.stem}-training")


def step_of(model: Path) -> int:
    return int(Checkpoint.read(run_of(model) / CHECKPOINT).facts["step"])


def assert_plays(model: Path) -> None:
    generator = create(describe(model), 48000)
    generator.prepare(MAX_FRAMES)
    generator.reset(1)
    events, frames = score(generator)
    sound = play(generator, events, frames, [MAX_FRAMES], moving_parameters(generator.descriptor))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 0


def assert_same(one: Path, other: Path) -> None:
    """Compare two models and their checkpoints, to the bit, but for the time they took."""
    left, right = (Checkpoint.read(run_of(model) / CHECKPOINT) for model in (one, other))
    assert left.facts["history"] == right.facts["history"]
    assert left.facts["step"] == right.facts["step"]
    for group, members in left.groups.items():
        assert members.keys() == right.groups[group].keys(), group
        for name, value in members.items():
            assert torch.equal(value, right.groups[group][name]), f"{group}/{name}"
    tensors, others = read_tensors(one), read_tensors(other)
    assert tensors.keys() == others.keys()
    assert [name for name in tensors if not np.array_equal(tensors[name], others[name])] == []


def test_a_folder_becomes_a_model_that_plays(
    lesson: tuple[str, str], declared: Lesson, straight: Path
) -> None:
    header = read_header(straight)
    assert (header.family, header.name) == (lesson[0], "mine")
    assert (header.licence, header.card) == ("CC0-1.0", "Tones.")
    facts = header.training
    assert (facts["steps"], facts["processor"]) == (declared.options["steps"], "cpu")
    assert facts["sounds"] + facts["sounds_held_out"] >= 2
    assert facts["frames_seen"] > 0
    assert_plays(straight)


def test_clips_and_plots_lie_beside_the_model(declared: Lesson, straight: Path) -> None:
    options, run = declared.options, run_of(straight)
    reports = range(options["report_steps"], options["steps"] + 1, options["report_steps"])
    clips = sorted(path.name for path in (run / "clips").glob("*.wav"))
    assert clips == [f"step-{step:07d}.wav" for step in reports if declared.clips]
    for clip in clips:
        assert np.abs(soundfile.read(run / "clips" / clip)[0]).max() > 0
    assert (run / declared.picture).stat().st_size > 0
    assert list((run / "tensorboard").iterdir())
    assert sorted(path.name for path in straight.parent.iterdir()) == [
        "mine-training", "mine.safetensors",
    ], "and nothing half-written"  # fmt: skip
    for path in straight.parent.rglob("*"):
        assert not path.is_file() or not path.read_bytes().startswith(PICKLED), path


def interrupted(teach: Teach, out: Path, step: int) -> None:
    """Train until the report of a step, and end before its model file is written."""
    write = driver.Run.write

    def stopping(self: Any, trainer: Trainer, model: driver.Model) -> None:
        if trainer.step == step:
            raise KilledError
        write(self, trainer, model)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver.Run, "write", stopping)
        with pytest.raises(KilledError):
            teach(out)


@pytest.mark.timeout(400)
def test_an_interrupted_training_goes_on_to_the_same_numbers(
    declared: Lesson, straight: Path, teach: Teach, tmp_path: Path
) -> None:
    torch.manual_seed(1234)  # whatever was drawn before
    for stops in declared.stops:
        out = tmp_path / f"{stops}" / "mine.safetensors"
        out.parent.mkdir()
        for stop in stops:
            interrupted(teach, out, stop)
        teach(out)
        assert_same(straight, out)


def test_another_seed_makes_another_model(straight: Path, teach: Teach, tmp_path: Path) -> None:
    teach(tmp_path / "other.safetensors", seed=1, steps=2, report_steps=1)
    one, other = (read_tensors(path) for path in (straight, tmp_path / "other.safetensors"))
    assert one.keys() == other.keys()
    assert any(not np.array_equal(one[name], other[name]) for name in one)


def test_a_training_with_other_options_is_not_resumed(straight: Path, teach: Teach) -> None:
    before = straight.read_bytes()
    with pytest.raises(UsageError, match="started with seed 0, not 1") as refused:
        teach(straight, seed=1)
    assert "\n" not in str(refused.value)
    assert straight.read_bytes() == before


def test_a_training_of_other_classes_is_not_resumed(
    lesson: tuple[str, str], declared: Lesson, straight: Path, tmp_path: Path
) -> None:
    if not declared.labelled:
        pytest.skip("its sounds have no labels")
    other = declared.sounds.write(tmp_path / "tones")
    (other / next(iter(CLASSES))).rename(other / "renamed")
    with pytest.raises(UsageError, match="renamed") as refused:
        lessons.teach(*lesson, other, straight)
    assert "\n" not in str(refused.value)


def test_free_options_may_change_when_a_training_resumes(teach: Teach, tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    teach(out, steps=1, report_steps=1, device="auto")
    assert teach(out, steps=2, report_steps=1, minutes=3.0, licence="MIT", card="More.")
    header = read_header(out)
    assert (header.training["steps"], header.training["processor"]) == (2, "cpu")
    assert (header.licence, header.card) == ("MIT", "More.")
    assert not teach(out, steps=2, report_steps=1), "nothing is left to do"


@pytest.mark.parametrize("sound", [None, np.zeros(8000), 0.1 * np.sin(np.arange(20))])
def test_a_folder_that_cannot_work_is_refused_and_leaves_nothing(
    lesson: tuple[str, str], tmp_path: Path, sound: np.ndarray | None
) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    if sound is not None:
        soundfile.write(folder / "one.wav", sound, 16000)
    with pytest.raises(RtAudioGenError) as refused:
        lessons.teach(*lesson, folder, tmp_path / "x.safetensors")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.timeout(400)
@one_of_a_family
def test_a_killed_process_leaves_a_model_that_plays_and_goes_on(
    lesson: tuple[str, str], sounds: Path, teach: Teach, tmp_path: Path
) -> None:
    out = tmp_path / "mine.safetensors"
    endless = lessons.program(*lesson, sounds, out, steps=100_000, report_steps=1)
    command = [sys.executable, "-m", *endless]
    with subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
        eventually(lambda: out.exists() or process.poll() is not None)
        process.send_signal(signal.SIGKILL)
    assert_plays(out)
    assert not list(tmp_path.glob("*.part*"))
    step = step_of(out) + 1
    assert step > 1
    teach(out, steps=step, report_steps=1)
    assert read_header(out).training["steps"] == step


@pytest.mark.timeout(500)
def test_two_processes_train_one_model_of_every_family(tmp_path: Path) -> None:
    """The same two train them all: to start takes longer than to train."""
    models, words = {}, []
    for member, name in (parameter.values[0] for parameter in FIRST_LESSONS):
        sounds = member.lessons[name].sounds.write(tmp_path / member.name / "tones")
        out = tmp_path / member.name / "mine.safetensors"
        _, *arguments = lessons.program(member.name, name, sounds, out)
        models[out] = member.options(name)
        words += arguments
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m",
         lessons.__name__, *words],
        cwd=ROOT, env=ENVIRONMENT, check=True, timeout=400,
    )  # fmt: skip
    for out, options in models.items():
        facts = read_header(out).training
        assert facts["frames_seen"] == facts["steps"] * 2 * options.step_frames
        assert_plays(out)
