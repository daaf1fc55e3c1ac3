"""Marks: where in a recording something went wrong, written down as it happens."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Dropout:
    """Frames of the stream that were not played as they should have been."""

    stream_frame: int  # where it began, frames at the host rate since the stream's start
    frames: int  # how many were lost
    kind: str = "underrun"  # or "overflow": heard, but the disk was too slow to keep it


@dataclass(frozen=True)
class Mark:
    """A dropout's place in the file."""

    kind: str
    frame: int  # in the file
    seconds: float  # in the file
    frames: int
    stream_frame: int

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
