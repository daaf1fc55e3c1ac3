"""Files that are either whole or not there."""

import os
from pathlib import Path


def write_atomically(path: Path, payload: bytes) -> None:
    """Replace `path` by `payload`: whatever was there stays until the new bytes are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
