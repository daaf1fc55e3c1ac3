"""Output of a training: progress bar with the time left, loss plot, TensorBoard, journal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from rtaudiogen.training_journal import Journal

from ..sounds.note_labels import Say
from .trainer import Report

SHORTEST_SECONDS, SHARE = 0.25, 1 / 1000  # between two steps in the journal


def teller(console: Console, journal: Journal) -> Say:
    """Return a function that prints a sentence on the console and writes it to the journal."""

    def say(sentence: str) -> None:
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
        journal.write("said", sentence=sentence)

    return say


class TrainingLog:
    """Context that shows a training; losses are in nats and shown times `scale` as `unit`.

    `measure` names the trainer's measure if there is one instead of a held-out loss; `title` names
    this part of the training, if there are several.
    """

    def __init__(
        self,
        folder: Path,
        console: Console,
        unit: str,
        scale: float,
        measure: str = "",
        *,
        journal: Journal,
        title: str = "training",
    ) -> None:
        """Plot and TensorBoard events go into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.journal, self.title = journal, title
        self._told_seconds = -1.0
        self.folder, self.console, self.unit, self.scale = folder, console, unit, scale
        self.measure = measure
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.progress.add_task(title, total=1.0)
        self.events = None if console.quiet else _summary_writer(folder)

    def __enter__(self) -> "TrainingLog":
        self.journal.write("stage", title=self.title, unit=self.unit, measure=self.measure)
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.progress.stop()
        if self.events is not None:
            self.events.close()

    def step(self, progress: float, seconds: float, loss: float) -> None:
        """Show one step."""
        bits = f"{loss * self.scale:.3f} {self.unit}"
        self.progress.update(self.task, completed=progress, description=bits)
        if seconds - self._told_seconds >= max(SHORTEST_SECONDS, SHARE * seconds):
            self._told_seconds = seconds
            self.journal.write("step", progress=progress, seconds=seconds, loss=loss * self.scale)

    def report(self, report: Report, history: Sequence[Mapping[str, float]]) -> None:
        """Show one report: a line, a point in TensorBoard, a new plot."""
        loss, held_out = report.loss * self.scale, report.held_out * self.scale
        told = f"{loss:.3f} training, {held_out:.3f} held out, {self.unit}"
        if self.measure:
            held_out = report.held_out
            told = f"{self.unit} {loss:.3f}, {self.measure} {held_out:.2f}"
        self.journal.write(
            "report", step=report.step, progress=report.progress, seconds=report.seconds,
            loss=loss, held_out=held_out,
        )  # fmt: skip
        self.console.print(
            f"step {report.step} ({100 * report.progress:.0f} %, {report.seconds / 60:.1f} min): "
            f"{told}",
            highlight=False,
        )
        if self.events is not None:
            self.events.add_scalar(f"{self.unit}/training", loss, report.step)
            name = self.measure or f"{self.unit}/held out"
            self.events.add_scalar(name, held_out, report.step)
        if not self.measure:  # else the family draws its own curves
            plot_losses(history, self.scale, self.unit, self.folder / "loss.png")


def plot_losses(
    history: Sequence[Mapping[str, float]], scale: float, unit: str, path: Path
) -> None:
    """Write a PNG of both losses over the steps; do nothing if matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    steps = [point["step"] for point in history]
    axes.plot(steps, [point["loss"] * scale for point in history], label="training")
    axes.plot(steps, [point["held_out"] * scale for point in history], label="held out")
    axes.set(xlabel="step", ylabel=unit)
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path)


def _summary_writer(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(folder / "tensorboard")
