"""The folder that an engine's process and its front end share."""

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
MOST_PID = 2**31 - 1
CLAIM_SECONDS = 2.0  # in which an engine that is just ending is gone
LOCK = "lock"  # held by the engine as long as it lives


class Address(NamedTuple):
    """Where an engine listens: a port of this machine, and the word that opens it."""

    port: int
    token: str
    pid: int


class Home:
    """Paths in a folder of one's own, or in one that outlasts the front end. [control]"""

    def __init__(self, folder: Path | None = None) -> None:
        """None: a temporary one. RtAudioGenError if it cannot be made."""
        self.lasts = folder is not None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="rtaudiogen-"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)  # the address lets whoever can read it play
        except OSError as error:
            raise RtAudioGenError(f"{folder}: cannot be used ({error.strerror})") from error
        self.folder = folder
        self.board, self.checkpoint = folder / BOARD, folder / CHECKPOINT
        self.log = folder / LOG
        self._address, self._lock = folder / ADDRESS, folder / LOCK

    def tell(self, address: Address) -> None:
        """Write down where the engine listens."""
        write_atomically(self._address, json.dumps(address._asdict()).encode())

    def address(self) -> Address | None:
        """Where an engine listens, or did; None if nobody has written it down."""
        try:
            facts = json.loads(self._address.read_bytes())
            return Address(whole(facts["port"], 1, 65535), text(facts["token"]),
                           whole(facts["pid"], 1, MOST_PID))  # fmt: skip
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def claim(self) -> bool:
        """For the engine: whether no other lives here; from then on this one does."""
        self._claim = self._lock.open("ab")
        end = time.monotonic() + CLAIM_SECONDS
        while not lock(self._claim):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def is_claimed(self) -> bool:
        """Whether an engine lives here. On Windows that cannot be known."""
        try:
            with self._lock.open("rb") as file:
                return not lock(file, shared=True)
        except OSError:
            return False

    def is_free(self) -> bool:
        """Whether no engine lives here, or the last one is about to leave. On Windows: yes."""
        end = time.monotonic() + CLAIM_SECONDS
        while self.is_claimed():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def log_tail(self) -> str:
        """The last line that the engine wrote to its log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "(empty)"

    def clear(self) -> None:
        """Nothing is left that anybody could go on from."""
        shutil.rmtree(self.folder, ignore_errors=True)
