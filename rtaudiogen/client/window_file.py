"""File with the window's state from the last start, as plain values. [any]"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import RtAudioGenError
from ..saving.documents import read_document, write_document
from ..storage import folders
from .session_files import put_aside

KIND, VERSION = "window", 1


def appearance() -> tuple[dict[str, Any], str]:
    """Return the saved state, and a sentence for the user if it cannot be read.

    Such a file is renamed, because the next state is saved under its name.
    """
    path = _path()
    if not path.is_file():
        return {}, ""
    try:
        return read_document(path, KIND, VERSION), ""
    except RtAudioGenError as error:
        return {}, f"The window opens as at first: {error}; {put_aside(path, 'window-put-aside')}."


def keep_appearance(values: Mapping[str, Any]) -> None:
    """Save the state for the next start. RtAudioGenError if that fails."""
    _path().parent.mkdir(parents=True, exist_ok=True)
    write_document(_path(), KIND, VERSION, values)


def _path() -> Path:
    return folders.sessions().parent / "window.json"
