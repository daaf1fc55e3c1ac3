"""A checkpoint: session and complete state of the renderer in one file, nothing pickled."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save

from ..errors import RtAudioGenError
from ..files import write_atomically
from ..generator import State

VERSION = 1


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
    arrays = {name: np.ascontiguousarray(array) for name, array in checkpoint.arrays.items()}
    write_atomically(path, save(arrays, {"checkpoint": json.dumps(described)}))


def read_checkpoint(path: Path) -> Checkpoint:
    """RtAudioGenError, one line, if the file is damaged or another version's."""
    from safetensors import safe_open

    try:
        with safe_open(path, "np") as file:
            described = json.loads((file.metadata() or {})["checkpoint"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise RtAudioGenError(f"{path}: no checkpoint ({error})") from error
    if described["version"] != VERSION:
        raise RtAudioGenError(f"{path}: checkpoint of version {described['version']}")
    return Checkpoint(described["session"], described["numbers"], described["facts"], arrays)
