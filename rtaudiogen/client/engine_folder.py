"""Folder that an engine's process and its front end share."""

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from ..errors import RtAudioGenError
from ..saving.documents import text, whole
from ..storage.files import write_atomically
from ..storage.locking import lock

BOARD, CHECKPOINT, ADDRESS, LOG = "board", "checkpoint.npz", "address.json", "engine.log"
COMPILING = "compiling"  # exists while the engine compiles kernels
MOST_PID = 2**31 - 1
CLAIM_SECONDS = 2.0  # the longest wait for an engine that is ending
LOCK = "lock"  # held by the engine as long as it lives


class Address(NamedTuple):
    """The address of an engine: a port of this machine, and the token that grants access."""

    port: int
    token: str
    pid: int


class EngineFolder:
    """Paths in a temporary folder, or in one that outlasts the front end. [control]"""

    def __init__(self, folder: Path | None = None) -> None:
        """Make the folder; None: a temporary one. RtAudioGenError if that fails."""
        self.lasts = folder is not None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="rtaudiogen-"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)  # anyone who can read the address can play the engine
        except OSError as error:
            raise RtAudioGenError(f"{folder}: cannot be used ({error.strerror})") from error
        self.folder = folder
        self.board, self.checkpoint = folder / BOARD, folder / CHECKPOINT
        self.log, self.compiling = folder / LOG, folder / COMPILING
        self._address, self._lock = folder / ADDRESS, folder / LOCK

    def tell(self, address: Address) -> None:
        """Write the engine's address to the folder."""
        write_atomically(self._address, json.dumps(address._asdict()).encode())

    def address(self) -> Address | None:
        """Return the address of an engine that listens, or did; None if none was written."""
        try:
            facts = json.loads(self._address.read_bytes())
            return Address(whole(facts["port"], 1, 65535), text(facts["token"]),
                           whole(facts["pid"], 1, MOST_PID))  # fmt: skip
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def claim(self) -> bool:
        """Claim the folder for this engine; return False if another engine lives in it."""
        self._claim = self._lock.open("ab")
        end = time.monotonic() + CLAIM_SECONDS
        while not lock(self._claim):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def is_claimed(self) -> bool:
        """Return True if an engine lives here. On Windows this is unknown, and False."""
        try:
            with self._lock.open("rb") as file:
                return not lock(file, shared=True)
        except OSError:
            return False

    def is_free(self) -> bool:
        """Return True if no engine lives here, after a wait for one that is ending. On Windows:
        True.
        """
        end = time.monotonic() + CLAIM_SECONDS
        while self.is_claimed():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def log_tail(self) -> str:
        """Return the last line of the engine's log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "(empty)"

    def clear(self) -> None:
        """Delete the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
