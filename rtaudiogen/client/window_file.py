"""How a window looked last: plain values that mean something to the window alone. [any]"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..saving.documents import read_document, write_document
from ..storage import folders

KIND, VERSION = "window", 1


def appearance() -> dict[str, Any]:
    """What was kept; nothing if that cannot be read, since it can be had again."""
    try:
        return read_document(_path(), KIND, VERSION)
    except RtAudioGenError:
        return {}


def keep_appearance(values: Mapping[str, Any]) -> None:
    """For the next start. RtAudioGenError if it cannot be written."""
    _path().parent.mkdir(parents=True, exist_ok=True)
    write_document(_path(), KIND, VERSION, values)


def _path() -> Path:
    return folders.sessions().parent / "window.json"
