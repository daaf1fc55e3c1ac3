"""A checkpoint: session and complete state of the renderer in one file, nothing pickled."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RtAudioGenError
from ..generator import State
from ..saving.sessions import Session
from ..storage.files import write_atomically

VERSION = 2
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
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            described = json.loads(file[DESCRIPTION].tobytes())
            arrays = {name: file[name] for name in file.files if name != DESCRIPTION}
        if described["version"] == VERSION:
            return _checked(described, arrays)
    except Exception as error:  # the readers of zip and npy raise many kinds
        raise RtAudioGenError(f"{path}: no checkpoint ({error})") from error
    raise RtAudioGenError(f"{path}: checkpoint of version {described['version']}")


def _checked(described: dict[str, Any], arrays: State) -> Checkpoint:
    session, numbers, facts = described["session"], described["numbers"], described["facts"]
    if len(Session.from_json(session).slots) != len(numbers) or not isinstance(facts, dict):
        raise ValueError("its parts do not fit together")
    return Checkpoint(session, numbers, facts, arrays)
