"""The driver of a training, on a network of one number."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.model_file import read_header, read_tensors
from rtaudiogen.models.family import ModelConfig
from rtaudiogen.models.training import run as driver
from rtaudiogen.models.training.options import TrainingOptions
from rtaudiogen.models.training.run import Model, Run, SoundStatistics, Stage
from rtaudiogen.models.training.trainer import Trainer
from rtaudiogen.training_journal import JournalReader

Clip = Callable[[Path], object]


@dataclass(frozen=True)
class Options(TrainingOptions):
    """Options of a network that learns from four frames a step."""

    @property
    def step_frames(self) -> int:
        """Return the frames of a step."""
        return 4


class Level(nn.Module):
    """A network that learns the mean of what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor(0.0))

    def forward(self, sound: Tensor) -> Tensor:
        return (self.level - sound).square().mean()


def stages(clip: Clip) -> Callable[[Run[Options]], Iterator[Stage]]:
    def begin(run: Run[Options]) -> Iterator[Stage]:
        sound = {"sound": torch.ones(4)}
        trainer = Trainer(
            Level(), lambda step, process: [sound], [sound], run.options.budget, run.folder,
            run.options.identity, compiled=False, device="cpu",
        )  # fmt: skip

        def model() -> Model:
            tensors = {name: value.numpy() for name, value in trainer.best_weights.items()}
            return Model(
                ModelConfig(), tensors, "a level", SoundStatistics(3, 1, 90.0, ("CC0",)), {"own": 7}
            )

        yield Stage(trainer, model, "nats", tell=lambda: ["all is well"], clip=clip)

    return begin


def trained(out: Path, steps: int, clip: Clip = lambda path: None) -> bool:
    out.with_name(f"{out.stem}-training").mkdir(exist_ok=True)  # as the command does
    options = Options(steps=steps, report_steps=2, licence="CC0-1.0", device="cpu")
    return driver.train(Run("level", Path("."), out, options), stages(clip))


def test_a_training_writes_the_same_facts_for_every_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hum").mkdir()
    monkeypatch.chdir(tmp_path / "hum")
    out = tmp_path / "model.safetensors"
    assert trained(out, 4)
    header = read_header(out)
    facts = dict(header.training)
    assert facts.pop("minutes") >= 0
    assert facts == {
        "folder": "hum", "sounds": 3, "sounds_held_out": 1, "minutes_of_sound": 1.5,
        "sources": ["CC0"], "steps": 4, "frames_seen": 16, "processor": "cpu", "own": 7,
    }  # fmt: skip
    assert (header.family, header.name, header.licence) == ("level", "model", "CC0-1.0")
    assert set(read_tensors(out)) == {"level"}


def test_a_training_goes_on_until_nothing_is_left_to_do(tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    assert trained(out, 2)
    assert not trained(out, 2)
    assert trained(out, 4)
    assert read_header(out).training["steps"] == 4


def test_a_training_does_not_end_for_a_clip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def clip(path: Path) -> None:
        raise OSError("the disk\nis full")

    assert trained(tmp_path / "model.safetensors", 4, clip)
    said = capsys.readouterr().out
    assert said.count("no clip this time: the disk is full") == 2
    assert said.count("all is well") == 2


def test_clips_are_named_by_their_steps_and_the_journal_tells(tmp_path: Path) -> None:
    clips: list[Path] = []
    trained(tmp_path / "model.safetensors", 4, clips.append)
    folder = tmp_path / "model-training"
    assert clips == [folder / "clips" / f"step-000000{step}.wav" for step in (2, 4)]
    events = [event["event"] for event in JournalReader(folder).news()]
    assert events.count("report") == 2
    assert {"stage", "said"} <= set(events)
