"""A checkpoint: session and complete state of the renderer in one file, nothing pickled."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RtAudioGenError
from ..files import write_atomically
from ..generator import State

VERSION = 1
DESCRIPTION = "description"


@dataclass(frozen=True)
class Checkpoint:
    """What it takes to go on where another process ended."""

    session: dict[str, Any]  # sessions.Session
    numbers: list[int]  # the slots' numbers, in the session's order
    facts: dict[str, Any]  # of Renderer.save_state
    arrays: State


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the file at `path` atomically."""
    described = {
        "version": VERSION,
        "session": checkpoint.session,
        "numbers": checkpoint.numbers,
        "facts": checkpoint.facts,
    }
    description = np.frombuffer(json.dumps(described).encode(), np.uint8)
    # numpy's own container, not safetensors: a generator's state may be of structured records
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{DESCRIPTION: description}, **checkpoint.arrays)
    write_atomically(path, file.getvalue())


def read_checkpoint(path: Path) -> Checkpoint:
    """RtAudioGenError, one line, if the file is damaged or another version's."""
    try:
        with np.load(path, allow_pickle=False) as file:
            described = json.loads(file[DESCRIPTION].tobytes())
            arrays = {name: file[name] for name in file.files if name != DESCRIPTION}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise RtAudioGenError(f"{path}: no checkpoint ({error})") from error
    if described["version"] != VERSION:
        raise RtAudioGenError(f"{path}: checkpoint of version {described['version']}")
    return Checkpoint(described["session"], described["numbers"], described["facts"], arrays)
