"""Files that are either whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
