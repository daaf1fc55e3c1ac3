"""Checkpoint: session and complete state of the renderer in one file, nothing pickled."""

import io
import json
import threading
from collections.abc import Callable
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
    """Everything that another process needs to go on from here."""

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
    # numpy's container and not safetensors: a generator's state may hold structured records
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{DESCRIPTION: description}, **checkpoint.arrays)
    write_atomically(path, file.getvalue())


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint of a file.

    RtAudioGenError, one line, if the file is damaged or of another version.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            described = json.loads(file[DESCRIPTION].tobytes())
            arrays = {name: file[name] for name in file.files if name != DESCRIPTION}
        if described["version"] == VERSION:
            return _checked(described, arrays)
    except Exception as error:  # the readers of zip and npy raise many kinds
        raise RtAudioGenError(f"{path}: not a checkpoint ({error})") from error
    raise RtAudioGenError(f"{path}: checkpoint of version {described['version']}")


def _checked(described: dict[str, Any], arrays: State) -> Checkpoint:
    session, numbers, facts = described["session"], described["numbers"], described["facts"]
    if len(Session.from_json(session).slots) != len(numbers) or not isinstance(facts, dict):
        raise ValueError("session and state do not fit together")
    return Checkpoint(session, numbers, facts, arrays)


class CheckpointWriter:
    """Writes checkpoints to one file, on a thread of its own.

    A disk may take seconds to confirm what was written. The engine must show signs of life
    meanwhile, otherwise it is taken for hung and killed.
    """

    def __init__(self, path: Path, complain: Callable[[str], object]) -> None:
        """Write to `path`; `complain` gets one sentence when that begins to fail. [any]"""
        self._path, self._complain = path, complain
        self._thread = threading.Thread()
        self._failing = False

    def write_later(self, checkpoint: Checkpoint) -> None:
        """Start to write a checkpoint, or drop it while the last one is being written. [control]"""
        if not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._write, args=(checkpoint,), name="checkpoint", daemon=True
            )
            self._thread.start()

    def write_now(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint and return when it is on the disk. [control]"""
        if self._thread.is_alive():
            self._thread.join()
        self._write(checkpoint)

    def _write(self, checkpoint: Checkpoint) -> None:
        try:
            write_checkpoint(self._path, checkpoint)
        except OSError as error:
            if not self._failing:
                self._complain(f"The rack cannot be kept for a restart: {error}.")
            self._failing = True
        else:
            self._failing = False
