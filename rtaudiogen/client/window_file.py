"""File with the window's state from the last start, as plain values. [any]"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..saving.documents import read_document, write_document
from ..storage import folders

KIND, VERSION = "window", 1


def appearance() -> dict[str, Any]:
    """Return the saved state; empty if it cannot be read."""
    try:
        return read_document(_path(), KIND, VERSION)
    except RtAudioGenError:
        return {}


def keep_appearance(values: Mapping[str, Any]) -> None:
    """Save the state for the next start. RtAudioGenError if that fails."""
    _path().parent.mkdir(parents=True, exist_ok=True)
    write_document(_path(), KIND, VERSION, values)


def _path() -> Path:
    return folders.sessions().parent / "window.json"
