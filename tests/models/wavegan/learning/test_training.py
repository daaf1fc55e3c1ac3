"""A folder of one-shots becomes a playable model, despite interruptions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.oneshot.judging import classifier
from rtaudiogen.models.training import run as driver
from rtaudiogen.models.training.checkpoint import Checkpoint
from rtaudiogen.models.training.trainer import Trainer
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.generator import create
from rtaudiogen.models.wavegan.learning import training
from rtaudiogen.models.wavegan.learning.losses import LOSSES
from rtaudiogen.models.wavegan.learning.options import TrainingOptions
from rtaudiogen.models.wavegan.learning.training import train

pytestmark = pytest.mark.slow

RATE = 8000
TINY: dict[str, Any] = {
    "sample_rate": RATE, "frames": 8192, "width": 16, "critic_width": 16, "spectral_width": 8,
    "latent": 8, "hits": 2, "steps": 4, "report_steps": 2, "guided_alone": 0.5,
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the judge learn hardly anything, on one thread: at these sizes more are slower."""
    monkeypatch.setattr(classifier, "FEWEST_STEPS", 2)
    monkeypatch.setattr(training, "JUDGED_HITS", 8)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write eight kicks and eight hats."""
    for name, hz in (("kick", 80), ("hat", 2000)):
        for take in range(8):
            rng = np.random.default_rng(take)
            time_ = np.arange(RATE // 4) / RATE
            tone = np.sin(2 * np.pi * (hz + 5 * take) * time_) * np.exp(-20 * time_)
            path = tmp_path / "drums" / name / f"{name}{take}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, 0.5 * tone + 0.01 * rng.standard_normal(len(time_)), RATE)
    return tmp_path / "drums"


def hit_of(model: Path) -> np.ndarray:
    """Return half a second after a key, as a player would hear it."""
    generator = create(describe(model), RATE)
    generator.prepare(512)
    generator.reset(1)
    out = np.zeros((RATE // 2, 1), np.float32)
    struck = event(0, EventKind.NOTE_ON, 0, 36.0, 0.8)
    for first in range(0, len(out), 500):
        events = no_events() if first else struck
        generator.render(out[first : first + 500], generator.descriptor.defaults(), events)
    return out[:, 0]


def test_a_folder_becomes_a_playable_model_of_its_classes(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "mine.safetensors"
    options = {**TINY, "licence": "CC0-1.0", "card": "my drums", "device": "cpu"}
    train(folder, out, TrainingOptions(**options))
    header = read_header(out)
    assert (header.family, header.name) == ("wavegan", "mine")
    assert header.config["classes"] == ["hat", "kick"]
    assert (header.licence, header.card) == ("CC0-1.0", "my drums")
    assert header.training["steps"] == 4
    assert header.training["processor"] == "cpu"
    assert {tensor.dtype for tensor in read_tensors(out).values()} == {np.dtype(np.float16)}
    assert not any("encoder" in name for name in read_tensors(out)), "only training needs it"
    assert np.abs(hit_of(out)).max() > 0.01


def test_clips_and_pictures_lie_beside_the_model(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(folder, tmp_path / "mine.safetensors", TrainingOptions(**TINY))
    clips = tmp_path / "mine-training" / "clips"
    assert {path.name for path in clips.glob("*.wav")} == {
        "step-0000002.wav", "step-0000004.wav",
    }  # fmt: skip
    assert (tmp_path / "mine-training" / "verdicts.png").is_file()
    said = capsys.readouterr().out
    assert said.count("Fréchet distance ") == 2, "one for each report"
    assert "WARNING: " in said, "four steps make no drum"


@pytest.mark.parametrize(("loss", "guide"), list(zip(LOSSES, (0, 1, 0, 1), strict=True)))
def test_every_loss_trains(tmp_path: Path, folder: Path, loss: str, guide: float) -> None:
    out = tmp_path / "mine.safetensors"
    sizes = {**TINY, "spectral_width": 0 if loss == "began" else 8, "critic_steps": 2, "steps": 2}
    options = TrainingOptions(
        **sizes, loss=loss, guide=guide, feature_matching=1.0, gradient_penalty=1.0, post_filter=16
    )
    train(folder, out, options)
    assert read_header(out).training["options"]["loss"] == loss
    assert all(np.isfinite(tensor).all() for tensor in read_tensors(out).values())
    assert np.isfinite(hit_of(out)).all()


def test_critics_and_guide_are_both_learnt_from(tmp_path: Path, folder: Path) -> None:
    run = tmp_path / "mine-training"
    train(folder, tmp_path / "mine.safetensors", TrainingOptions(**{**TINY, "steps": 2}))
    alone = Checkpoint.read(run / "checkpoint.safetensors").groups
    train(folder, tmp_path / "mine.safetensors", TrainingOptions(**{**TINY, "steps": 6}))
    both = Checkpoint.read(run / "checkpoint.safetensors").groups
    for group, name in (
        ("weights", "generator.first.weight"),
        ("weights", "encoder.last.weight"),
        ("rival", "critics.0.network.last.weight"),
        ("rival", "critics.1.last.weight"),
    ):
        assert not torch.equal(alone[group][name], both[group][name])


def test_the_weights_with_the_least_distance_are_kept(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[np.ndarray] = []
    write = driver.Run.write

    def noted(self: Any, trainer: Trainer, model: driver.Model) -> None:
        write(self, trainer, model)
        kept.append(read_tensors(self.path)["first.weight"])

    monkeypatch.setattr(driver.Run, "write", noted)
    measure = training.Training._measure
    distances = iter([5.0, 3.0, 4.0])
    monkeypatch.setattr(
        training.Training, "_measure", lambda self: measure(self) | {"held_out": next(distances)}
    )
    out = tmp_path / "mine.safetensors"
    train(folder, out, TrainingOptions(**{**TINY, "steps": 6}))
    assert not np.array_equal(kept[0], kept[1])
    assert all(np.array_equal(later, kept[1]) for later in kept[2:])
    assert read_header(out).training["best_step"] == 4


def test_a_folder_that_cannot_work_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    soundfile.write(tmp_path / "sounds" / "one.wav", np.zeros(RATE), RATE)
    with pytest.raises(RtAudioGenError, match="only 0 usable sounds") as refused:
        train(tmp_path / "sounds", tmp_path / "x.safetensors", TrainingOptions(**TINY))
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["sounds"]
