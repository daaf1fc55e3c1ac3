"""Facts of a training, gathered from its journal: state, curves, messages."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..saving.documents import number, text, whole
from .engine_folder import MOST_PID

MOST_SENTENCES = 200
MOST_STEPS = 2**53


class Curve(NamedTuple):
    """Values over the seconds of training; each (points,)."""

    seconds: tuple[float, ...] = ()
    values: tuple[float, ...] = ()


NOTHING = Curve()


@dataclass(frozen=True)
class TrainingFacts:
    """State of a training, as plain values."""

    model: Path  # its file, which exists from the first report on
    state: str  # preparing, training, stopping, finished, stopped or failed
    family: str = ""
    folder: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)  # other than the defaults
    title: str = ""  # of the stage that is running
    unit: str = ""  # of the loss
    measure: str = ""  # the measure used instead of a held-out loss, if any
    progress: float = 0.0  # of that stage, 0 … 1
    seconds: float = 0.0  # of training, over all resumptions
    step: int = 0  # of the last report
    loss: Curve = NOTHING
    held_out: Curve = NOTHING
    sentences: tuple[str, ...] = ()  # newest last
    clips: tuple[Path, ...] = ()  # sound files to listen to, newest first
    playable: bool = False  # the model's file exists
    problem: str = ""  # why it failed, in a sentence

    @property
    def ended(self) -> bool:
        """True if nothing more will come."""
        return self.state in ("finished", "stopped", "failed")

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left of this stage; None if they cannot be estimated yet."""
        return self.seconds * (1.0 / self.progress - 1.0) if self.progress > 0.0 else None


class _Points:
    """A growing curve. A new point replaces all points that are not earlier than it."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []

    def add(self, seconds: float, value: Any) -> None:
        """Add a point, unless the value is not finite because the training has diverged."""
        with suppress(ValueError):
            self._add(seconds, number(value))

    def _add(self, seconds: float, value: float) -> None:
        while self._points and self._points[-1][0] >= seconds:
            self._points.pop()
        self._points.append((seconds, value))

    def curve(self) -> Curve:
        return Curve(*zip(*self._points, strict=True)) if self._points else NOTHING


def _begun(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pid": whole(event.get("pid", 0), 0, MOST_PID),
        "family": text(event.get("family", "")),
        "folder": text(event.get("folder", "")),
        "options": dict(event.get("options", {})),
    }


class TrainingHistory:
    """Facts gathered from a journal's events; a continued training is one whole."""

    def __init__(self) -> None:
        self.begun: Mapping[str, Any] = {}  # the event of the newest process
        self.end = ""  # finished or stopped, if that process has written so
        self.stage: Mapping[str, Any] = {}
        self._progress = self._seconds = 0.0
        self._step = 0
        self._curves: dict[str, tuple[_Points, _Points]] = {}  # by the title of the stage
        self._sentences: deque[str] = deque(maxlen=MOST_SENTENCES)

    def take(self, event: Mapping[str, Any]) -> None:
        """Take an event; skip one that lacks required fields."""
        try:
            self._take(event["event"], event)
        except (KeyError, TypeError, ValueError):
            return

    def _take(self, kind: str, event: Mapping[str, Any]) -> None:
        if kind == "begun":
            self.begun, self.end, self.stage = _begun(event), "", {}
            self._progress = self._seconds = 0.0
        elif kind in ("finished", "stopped"):
            self.end = kind
        elif kind == "said":
            self._sentences.append(str(event["sentence"]))
        elif kind == "stage":
            self.stage = {name: text(event.get(name, "")) for name in ("title", "unit", "measure")}
            self._curves.setdefault(self.stage["title"], (_Points(), _Points()))
            self._progress = self._seconds = 0.0
        elif kind in ("step", "report"):
            self._measure(kind, event)

    def _measure(self, kind: str, event: Mapping[str, Any]) -> None:
        loss, held_out = self._curves[self.stage["title"]]
        self._progress, seconds = (
            number(event.get("progress", 0.0), 0.0),
            number(event["seconds"], 0.0),
        )
        self._seconds = seconds
        if kind == "report":
            self._step = whole(event["step"], 0, MOST_STEPS)
            held_out.add(seconds, event["held_out"])
        loss.add(seconds, event["loss"])

    def facts(self) -> dict[str, Any]:
        """Return the fields of `TrainingFacts` that the journal tells."""
        begun, stage = self.begun, self.stage
        loss, held_out = self._curves.get(stage.get("title", ""), (_Points(), _Points()))
        return {
            "family": begun.get("family", ""),
            "folder": begun.get("folder", ""),
            "options": begun.get("options", {}),
            "title": stage.get("title", ""),
            "unit": stage.get("unit", ""),
            "measure": stage.get("measure", ""),
            "progress": self._progress,
            "seconds": self._seconds,
            "step": self._step,
            "loss": loss.curve(),
            "held_out": held_out.curve(),
            "sentences": tuple(self._sentences),
        }
