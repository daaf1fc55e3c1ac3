"""Files that are either whole or not there, and files that are opened without waiting."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import RtAudioGenError

_OTHERS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
)


def expanded(path: Path) -> Path:
    """Return a path with `~` replaced by the home folder; as it is if there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. [any]

    RtAudioGenError, in one line, for what cannot be read and for what is no ordinary file: a pipe
    would make its reader wait for ever.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise RtAudioGenError(f"{path}: cannot be read ({_reason(path, error)})") from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = next((what for is_one, what in _OTHERS if is_one(mode)), "it is a device")
        raise RtAudioGenError(f"{path}: cannot be read ({what})")
    return os.fdopen(descriptor, "rb")


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Return what a file holds. [any] RtAudioGenError as `open_regular`, and for a larger file."""
    with open_regular(path) as file:
        try:
            payload = file.read(most_bytes + 1)
        except OSError as error:
            raise RtAudioGenError(f"{path}: cannot be read ({error.strerror})") from error
    if len(payload) > most_bytes:
        raise RtAudioGenError(f"{path}: cannot be read (more than {most_bytes} bytes)")
    return payload


def _reason(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return "it is a link to what is not there"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def write_atomically(path: Path, payload: bytes) -> None:
    """Replace `path` by `payload`: whatever was there stays until the new bytes are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with appearing_whole(path) as unfinished:
        unfinished.write_bytes(payload)


@contextmanager
def appearing_whole(path: Path) -> Iterator[Path]:
    """Another name to write under; it becomes `path` when the block ends, and goes if it fails."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
