"""Captures in the kit: files of another format, which learn nothing here."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..nam.made_up_captures import KINDS, OTHER_PROGRAMS, written
from .member import Member


def _write(path: Path, make: Callable[[], dict[str, Any]]) -> Path:
    return written(path, make())


NAM = Member(
    "nam",
    models={kind: partial(_write, make=make) for kind, make in (KINDS | OTHER_PROGRAMS).items()},
    suffix=".nam",
    random=False,
)
