"""Marks: where in a recording something went wrong, written down as it happens."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rtaudiogen.realtime.callback.counters import Counters


@dataclass(frozen=True)
class Dropout:
    """Frames that were not played, or not recorded, as they should have been."""

    device_frame: int  # where it began, in frames handed to the device (the tap's positions)
    frames: int  # how many were lost
    kind: str = "underrun"  # or "overflow": heard, but the disk was too slow to keep it


class Underruns:
    """Turns the audio callback's counters into dropouts. [writer]

    An episode is told when it is over, one that goes on every second. Where it began is exact if it
    lasts until the next call, else it is that call's time: as exact as the calls are frequent.
    """

    def __init__(self, counters: Callable[[], Counters], sample_rate: int) -> None:
        self._counters, self._sample_rate = counters, sample_rate
        self._told_frames = counters().lost_frames
        self._began: int | None = None

    def __call__(self) -> list[Dropout]:
        """What was lost since it was last told."""
        now = self._counters()
        lost = now.lost_frames - self._told_frames
        if lost == 0:
            return []
        if self._began is None:
            self._began = max(now.device_frames - lost, 0)
        if now.starved and lost < self._sample_rate:
            return []
        dropout = Dropout(self._began, lost)
        self._told_frames, self._began = now.lost_frames, None
        return [dropout]


@dataclass(frozen=True)
class Mark:
    """A dropout's place in the file."""

    kind: str
    frame: int  # in the file
    seconds: float  # in the file
    frames: int
    device_frame: int

    @property
    def label(self) -> str:
        """Text of the cue point."""
        return f"{self.kind}: {self.frames} frames lost"


class Sidecar:
    """`NAME.marks.jsonl` beside a recording: one JSON object a line, there from the first mark on.

    The recording matters more than its marks: a full disk does not raise here. [writer]
    """

    def __init__(self, recording: Path) -> None:
        self.path = sidecar_path(recording)

    def add(self, mark: Mark) -> None:
        """Append one line, complete on disk when this returns."""
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(mark)) + "\n")
        except OSError:
            return


def sidecar_path(recording: Path) -> Path:
    """Where a recording's marks are listed."""
    return recording.with_suffix(".marks.jsonl")


def read_marks(recording: Path) -> Sequence[Mark]:
    """The marks of a recording; none if it has no sidecar. [control]"""
    path = sidecar_path(recording)
    if not path.exists():
        return []
    return [Mark(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
