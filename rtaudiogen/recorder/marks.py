"""Marks at dropouts of a recording, written as they happen."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it brings the compiler along
    from rtaudiogen.realtime.callback.counters import Counters


@dataclass(frozen=True)
class Dropout:
    """Frames that were lost in playing or in recording."""

    device_frame: int  # its start, in frames handed to the device (the tap's positions)
    frames: int  # frames that were lost
    kind: str = "underrun"  # or "overflow": played, but the disk was too slow to record it


class Underruns:
    """Turns the audio callback's counters into dropouts. [writer]

    An episode is reported when it is over, a long one every second. Its start is exact if the
    episode lasts until the next call; otherwise it is the time of that call, so frequent calls make
    it precise.
    """

    def __init__(self, counters: "Callable[[], Counters]", sample_rate: int) -> None:
        self._counters, self._sample_rate = counters, sample_rate
        self._told_frames = counters().lost_frames
        self._began: int | None = None

    def __call__(self) -> list[Dropout]:
        """Return the dropouts since the last report."""
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
    """The file `NAME.marks.jsonl` of a recording: one JSON object a line, made with the first mark.

    A full disk does not raise here, because the recording matters more than its marks. [writer]
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
    """Return the path of a recording's marks."""
    return recording.with_suffix(".marks.jsonl")


def read_marks(recording: Path) -> Sequence[Mark]:
    """Return the marks of a recording; empty if it has no sidecar. [control]"""
    path = sidecar_path(recording)
    if not path.exists():
        return []
    return [Mark(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
