"""Captures in the kit: files of another format, and effects learnt from a dry and a wet sound."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..nam.learning.pairs import write_pair
from ..nam.made_up_captures import KINDS, OTHER_PROGRAMS, written
from .member import Lesson, Member


def _write(path: Path, make: Callable[[], dict[str, Any]]) -> Path:
    return written(path, make())


@dataclass(frozen=True)
class MadeUpPair:
    """A dry and a wet sound in a folder."""

    def write(self, folder: Path) -> Path:
        """Write both and return the folder."""
        write_pair(folder)
        return folder


TINY: dict[str, Any] = {
    "sample_rate": 8000, "segment_frames": 2048, "segments": 1, "steps": 6, "report_steps": 2,
}  # fmt: skip

NAM = Member(
    "nam",
    models={kind: partial(_write, make=make) for kind, make in (KINDS | OTHER_PROGRAMS).items()},
    lessons={
        "wavenet": Lesson(
            {**TINY, "shape": "nano"}, MadeUpPair(), picture="effect.png", labelled=False
        ),
        "lstm": Lesson(
            {**TINY, "shape": "lstm"}, MadeUpPair(), picture="effect.png", labelled=False
        ),
    },
    suffix=".nam",
    random=False,
)
