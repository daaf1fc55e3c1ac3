"""What a training's journal tells, gathered: where it stands, its curves, what it said."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

MOST_SENTENCES = 200


class Curve(NamedTuple):
    """Values over the seconds of training; each (points,)."""

    seconds: tuple[float, ...] = ()
    values: tuple[float, ...] = ()


NOTHING = Curve()


@dataclass(frozen=True)
class TrainingFacts:
    """Where a training stands. Plain values."""

    model: Path  # its file, there from the first report on
    state: str  # preparing, training, stopping, finished, stopped or failed
    family: str = ""
    folder: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)  # other than the defaults
    title: str = ""  # the part of the training that is under way
    unit: str = ""  # of the loss
    measure: str = ""  # what is measured instead of a held-out loss, if so
    progress: float = 0.0  # 0 … 1 of that part
    seconds: float = 0.0  # of training, over all resumptions
    step: int = 0  # of the last report
    loss: Curve = NOTHING
    held_out: Curve = NOTHING
    sentences: tuple[str, ...] = ()  # newest last
    clips: tuple[Path, ...] = ()  # sound files to listen to, newest first
    playable: bool = False  # whether the model's file is there
    problem: str = ""  # why it failed, in a sentence

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("finished", "stopped", "failed")

    @property
    def seconds_left(self) -> float | None:
        """Of this part of the training; None if it cannot be told yet."""
        return self.seconds * (1.0 / self.progress - 1.0) if self.progress > 0.0 else None


class _Points:
    """A curve that grows. A point that is earlier than others takes their place."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []

    def add(self, seconds: float, value: float) -> None:
        while self._points and self._points[-1][0] >= seconds:
            self._points.pop()
        self._points.append((seconds, value))

    def curve(self) -> Curve:
        return Curve(*zip(*self._points, strict=True)) if self._points else NOTHING


class Story:
    """Takes a journal's events one by one; an interrupted training is one story."""

    def __init__(self) -> None:
        self.begun: Mapping[str, Any] = {}  # the event of the newest process
        self.end = ""  # finished or stopped, if that process has said so
        self.stage: Mapping[str, Any] = {}
        self._latest: Mapping[str, Any] = {}
        self._step = 0
        self._curves: dict[str, tuple[_Points, _Points]] = {}  # by the title of the stage
        self._sentences: deque[str] = deque(maxlen=MOST_SENTENCES)

    def take(self, event: Mapping[str, Any]) -> None:
        """Go on by one event; one that lacks what it should have is passed over."""
        try:
            self._take(event["event"], event)
        except (KeyError, TypeError, ValueError):
            return

    def _take(self, kind: str, event: Mapping[str, Any]) -> None:
        if kind == "begun":
            self.begun, self.end, self.stage, self._latest = event, "", {}, {}
        elif kind in ("finished", "stopped"):
            self.end = kind
        elif kind == "said":
            self._sentences.append(str(event["sentence"]))
        elif kind == "stage":
            self._curves.setdefault(event["title"], (_Points(), _Points()))
            self.stage, self._latest = event, {}
        elif kind in ("step", "report"):
            self._measure(kind, event)

    def _measure(self, kind: str, event: Mapping[str, Any]) -> None:
        loss, held_out = self._curves[self.stage["title"]]
        seconds = float(event["seconds"])
        loss.add(seconds, float(event["loss"]))
        if kind == "report":
            held_out.add(seconds, float(event["held_out"]))
            self._step = int(event["step"])
        self._latest = event

    def facts(self) -> dict[str, Any]:
        """The fields of `TrainingFacts` that a journal tells."""
        begun, stage, latest = self.begun, self.stage, self._latest
        loss, held_out = self._curves.get(stage.get("title", ""), (_Points(), _Points()))
        return {
            "family": begun.get("family", ""),
            "folder": begun.get("folder", ""),
            "options": begun.get("options", {}),
            "title": stage.get("title", ""),
            "unit": stage.get("unit", ""),
            "measure": stage.get("measure", ""),
            "progress": latest.get("progress", 0.0),
            "seconds": latest.get("seconds", 0.0),
            "step": self._step,
            "loss": loss.curve(),
            "held_out": held_out.curve(),
            "sentences": tuple(self._sentences),
        }
