"""Driver of a training: from a folder and options to a model file that can be played.

A family supplies its stages in order; this module starts or resumes each of them, runs its trainer,
writes the model file and a clip at every report, and reports on the console and in the journal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray
from rich.console import Console

from rtaudiogen.model_file import ModelHeader, write_model
from rtaudiogen.training_journal import Journal, run_folder

from ..family import ModelConfig
from . import origin
from .device import accelerator
from .log import TrainingLog, teller
from .options import TrainingOptions
from .trainer import Report, Trainer

T = TypeVar("T", bound=TrainingOptions)


@dataclass(frozen=True)
class SoundStatistics:
    """Amount and sources of the sounds that a model was trained on."""

    sounds: int
    held_out: int
    seconds: float  # of sound, without the held-out part
    sources: Sequence[str] = ()  # their licences, where they are known


@dataclass(frozen=True)
class Model:
    """Current state of a trained model."""

    config: ModelConfig
    tensors: Mapping[str, NDArray[Any]]
    summary: str
    heard: SoundStatistics
    facts: Mapping[str, Any]  # the family's own, for the header


@dataclass(frozen=True)
class Stage:
    """One part of a training: a network and its trainer.

    At every report the driver prints each sentence of `tell`, writes the `model` (None: not yet)
    and makes a `clip` to listen to. Losses in nats are shown times `scale` in `unit`; `measure`
    names the trainer's measure if there is one instead of a held-out loss.
    """

    trainer: Trainer
    model: Callable[[], Model | None]
    unit: str
    scale: float = 1.0
    measure: str = ""
    title: str = "training"
    tell: Callable[[], Iterable[str]] = tuple
    clip: Callable[[Path], object] = lambda path: None


@dataclass(frozen=True)
class Run(Generic[T]):
    """A training in progress: its sounds, the path of its model, and its outputs."""

    family: str
    sounds: Path  # folder
    path: Path  # of the model
    options: T

    @cached_property
    def folder(self) -> Path:
        """The folder of checkpoints, logs and clips."""
        return run_folder(self.path)

    @cached_property
    def console(self) -> Console:
        """The console of the main process; those of other processes are quiet."""
        return Console(quiet=not accelerator(self.options.device).is_main_process)

    @cached_property
    def journal(self) -> Journal:
        """The journal that other programs follow."""
        return Journal(self.folder, muted=self.console.quiet)

    @cached_property
    def say(self) -> Callable[[str], None]:
        """The function that prints a sentence on the console and writes it to the journal."""
        return teller(self.console, self.journal)

    @property
    def is_main(self) -> bool:
        """True for the one process of several that writes and prints."""
        return not self.console.quiet

    @property
    def sounds_name(self) -> str:
        """The name of the folder of sounds."""
        return self.sounds.resolve().name

    def identity(self, **found: Any) -> dict[str, Any]:
        """Return the identity of the checkpoint; `found` are the labels found in the sounds."""
        return origin.identity(self.family, self.sounds, self.options.identity, **found)

    def write(self, trainer: Trainer, model: Model) -> None:
        """Write the model file, atomically; only the main process does."""
        header = ModelHeader(
            family=self.family,
            name=self.path.stem,
            config=model.config.to_json(),
            summary=model.summary,
            licence=self.options.licence,
            card=self.options.card,
            training=self._facts(trainer, model),
        )
        write_model(self.path, header, model.tensors)

    def _facts(self, trainer: Trainer, model: Model) -> dict[str, Any]:
        processes = int(trainer.accelerator.num_processes)
        return {
            "folder": self.sounds_name,
            "sounds": model.heard.sounds,
            "sounds_held_out": model.heard.held_out,
            "minutes_of_sound": round(model.heard.seconds / 60, 1),
            "sources": list(model.heard.sources),
            "steps": trainer.step,
            "frames_seen": trainer.step * self.options.step_frames * processes,
            "minutes": round(trainer.seconds / 60, 1),
            "processor": trainer.processor,
            **model.facts,
        }


def train(run: Run[T], stages: Callable[[Run[T]], Iterator[Stage]]) -> bool:
    """Train every stage to the end of its budget, or continue where it was interrupted. [control]

    Return False if all stages were finished before. `stages` is asked for the next stage when the
    previous one has ended. The model can be played from the first report on. RtAudioGenError or
    UsageError, in one line, for a folder or options that cannot be used; KeyboardInterrupt, after
    one more report, for a Ctrl-C.
    """
    trained = False
    for stage in stages(run):
        trained |= _train(run, stage)
    return trained


def _train(run: Run[T], stage: Stage) -> bool:
    trainer = stage.trainer
    run.say(f"computed on {trainer.processor}")
    with TrainingLog(
        trainer.folder, run.console, stage.unit, stage.scale, stage.measure,
        journal=run.journal, title=stage.title,
    ) as log:  # fmt: skip

        def on_report(report: Report) -> None:
            log.report(report, trainer.history)
            for sentence in stage.tell():
                run.say(sentence)
            _write(run, stage)
            _make_clip(run, stage, report)

        trained = trainer.run(
            lambda loss: log.step(trainer.progress, trainer.seconds, loss), on_report
        )
    _write(run, stage)
    run.say(f"{run.path}: {_result(stage)}")
    return trained


def _write(run: Run[T], stage: Stage) -> None:
    """Write the current model, unless a later stage or another process does."""
    if run.is_main and (model := stage.model()) is not None:
        run.write(stage.trainer, model)


def _make_clip(run: Run[T], stage: Stage, report: Report) -> None:
    path = run.folder / "clips" / f"step-{report.step:07d}.wav"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stage.clip(path)
    except Exception as error:  # a failed clip must not end the training
        run.say(f"no clip this time: {' '.join(str(error).split())}")


def _result(stage: Stage) -> str:
    best = stage.trainer.best
    if stage.measure:
        return f"{stage.measure} {best:.2f}"
    return f"{best * stage.scale:.3f} {stage.unit} held out"
