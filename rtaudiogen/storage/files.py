"""Files that appear whole or not at all, and files that are opened without blocking."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import RtAudioGenError, UsageError
from .file_names import temporary_name

_OTHERS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
)


class AppearedError(RtAudioGenError):
    """A file has come to a name that was free when the work began; it stays."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} has appeared meanwhile and stays as it is")


def expanded(path: Path) -> Path:
    """Return a path with `~` replaced by the home folder; as it is if there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. [any]

    RtAudioGenError, in one line, for a file that cannot be read or is not regular: a pipe would
    block its reader for ever.
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
    """Return a file's content. [any] RtAudioGenError as `open_regular`, and for a larger file."""
    with open_regular(path) as file:
        try:
            payload = file.read(most_bytes + 1)
        except OSError as error:
            raise RtAudioGenError(f"{path}: cannot be read ({error.strerror})") from error
    if len(payload) > most_bytes:
        raise RtAudioGenError(
            f"{path}: larger than {most_bytes >> 20} MiB, so not written by this program"
        )
    return payload


def _reason(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return "it is a link to a missing file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def write_atomically(path: Path, payload: bytes, overwrite: bool = True) -> None:
    """Replace `path` by `payload`; the old content stays until the new bytes are on the disk.

    Without `overwrite` a file that is there stays: AppearedError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with appearing_whole(path, overwrite) as unfinished:
        unfinished.write_bytes(payload)


@contextmanager
def appearing_whole(path: Path, overwrite: bool = True) -> Iterator[Path]:
    """Yield another name to write under; it becomes `path` when the block ends. [any]

    If the block fails, the new file is deleted, and any file at `path` stays. Without `overwrite` a
    file that has appeared there meanwhile stays, too: AppearedError.
    """
    unfinished = path.with_name(temporary_name(path.name))
    try:
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        if overwrite:
            unfinished.replace(path)
        else:
            _put_in_place(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _put_in_place(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)  # unlike a renaming, this never replaces anything
    except FileExistsError:
        raise AppearedError(path) from None
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise AppearedError(path) from None
        unfinished.replace(path)


def check_target(target: Path, overwrite: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Refuse to write a file where something would be lost, before any work is done. [any]

    UsageError, in one line, if `target` is one of the files that are read (also through links and
    other spellings), if it exists already and `overwrite` is False, or if its folder does not
    exist. Folders are not made: a missing one is more often a typing error.
    """
    if any(_is_same(source, target) for source in inputs):
        raise UsageError(f"{target}: is also an input; give the output another name")
    if target.is_dir():
        raise UsageError(f"{target}: is a folder; expected the name of a file")
    if os.path.lexists(target):
        if not overwrite:
            raise UsageError(f"{target} exists already; give another name, or --overwrite")
        if target.exists() and not target.is_file():
            raise UsageError(f"{target}: is not a regular file and cannot be replaced")
    check_folder(target)


def check_folder(target: Path) -> None:
    """Refuse a file whose folder does not exist. [any]

    UsageError, or RtAudioGenError if the folder is a file.
    """
    folder = target.parent
    if folder.is_dir():
        return
    if os.path.lexists(folder):
        raise RtAudioGenError(f"{target}: {folder} is not a folder")
    raise UsageError(f"{target}: there is no folder {folder}")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False
