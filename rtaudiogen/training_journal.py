"""Journal of a training: a file of JSON lines in the run's folder.

Each line is an object with an `event`. A command writes `begun` (pid, family, folder, model,
options), and at its end `finished` or `stopped`. A family writes `said` (sentence), `stage` (title,
unit, measure), `step` (progress, seconds, loss) now and then, and `report` (step, progress,
seconds, loss, held_out). After an interruption the file goes on where the training does: a point
replaces all points that are not earlier.

The process that trains holds a lock on the file, so others can tell whether it is alive, and no two
train the same model.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from .errors import RtAudioGenError, UsageError
from .storage.files import open_regular
from .storage.locking import lock

NAME = "journal.jsonl"
MOST_BYTES = 4 << 20  # read at a time
CLAIM_SECONDS = 1.0  # a process that only checks the lock releases it within this time


def run_folder(model: Path) -> Path:
    """Return the folder where the training of a model file keeps everything but the model."""
    return model.with_name(f"{model.stem}-training")


class Journal:
    """Writes events. If a write fails, or the folder is missing, the training goes on without
    it.
    """

    def __init__(self, folder: Path, muted: bool = False) -> None:
        """Use the journal of a folder; `muted`: another process of the same training writes it."""
        self._path, self._muted = folder / NAME, muted

    def write(self, event: str, **facts: Any) -> None:
        """Add a line; `facts` are JSON values."""
        if self._muted:
            return
        line = json.dumps({"event": event, **facts}).encode() + b"\n"
        with suppress(OSError), self._path.open("ab+") as file:
            if file.tell() and _last_byte(file) != b"\n":  # a full disk has cut off the last line
                line = b"\n" + line
            file.write(line)


class JournalReader:
    """Reads on from its last position; a line that is still being written waits for the next
    call.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._offset = folder / NAME, 0

    def news(self) -> list[dict[str, Any]]:
        """Return the events since the last call; none if the file does not exist."""
        try:
            with open_regular(self._path) as file:
                file.seek(self._offset)
                text = file.read(MOST_BYTES)
        except (OSError, RtAudioGenError):
            return []
        whole = text[: text.rfind(b"\n") + 1] if len(text) < MOST_BYTES else _lines(text)
        self._offset += len(whole)
        return [event for line in whole.splitlines() if (event := _event(line)) is not None]


def _lines(text: bytes) -> bytes:
    """Return the whole lines of a piece of a large file; skip a line that is larger."""
    return text[: text.rfind(b"\n") + 1] or text


def _last_byte(file: IO[bytes]) -> bytes:
    file.seek(-1, os.SEEK_END)
    return file.read(1)


def _event(line: bytes) -> dict[str, Any] | None:
    """Return the event of a line; None for a line that a full disk or a crash has cut off."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


@contextmanager
def claimed(folder: Path) -> Iterator[Journal]:
    """Claim a run's folder for this process, make it if necessary, and yield its journal.

    RtAudioGenError if another process trains there. If the block fails, a folder with nothing but
    the journal is deleted. Of the processes that `accelerate launch` starts, only one writes.
    """
    if os.environ.get("RANK", "0") != "0":
        yield Journal(folder, muted=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with path.open("ab") as file:
        _claim(file, folder)
        try:
            yield Journal(folder)
        except BaseException:  # Ctrl-C as well: nothing half-made is left behind
            if [other.name for other in folder.iterdir()] == [NAME]:
                with suppress(OSError):
                    path.unlink()
                    folder.rmdir()
            raise


def is_claimed(folder: Path) -> bool:
    """Return True if a process trains there now. On Windows this is unknown, and False."""
    try:
        with open_regular(folder / NAME) as file:
            return not lock(file, shared=True)
    except (OSError, RtAudioGenError):
        return False


def set_aside(model: Path) -> Path | None:
    """Move a model and the folder of its training aside; return where, None if nothing was there.

    RtAudioGenError if it is being trained, or cannot be moved.
    """
    run = run_folder(model)
    if is_claimed(run):
        raise RtAudioGenError(f"{run}: another process trains this model; stop it first")
    if not os.path.lexists(model) and not os.path.lexists(run):
        return None
    if model.is_dir():
        raise UsageError(f"{model}: is a folder; expected the name of a model file")
    aside = _free(model)
    try:
        if os.path.lexists(run):
            run.rename(aside)
        else:
            aside.mkdir(parents=True)
        if os.path.lexists(model):
            model.rename(aside / model.name)
    except OSError as error:
        raise RtAudioGenError(f"{aside}: cannot be written ({error.strerror})") from error
    return aside


def _free(model: Path) -> Path:
    number = 1
    while os.path.lexists(aside := model.with_name(f"{model.stem}-before-{number}-training")):
        number += 1
    return aside


def _claim(file: IO[bytes], folder: Path) -> None:
    end = time.monotonic() + CLAIM_SECONDS
    while not lock(file):
        if time.monotonic() > end:
            raise RtAudioGenError(
                f"{folder}: another process trains this model already; stop it, or give "
                "another --out"
            )
        time.sleep(0.05)
