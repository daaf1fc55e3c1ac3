"""The folder that an engine's process and its front end share."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from ..errors import RtAudioGenError
from ..files import write_atomically

BOARD, CHECKPOINT, ADDRESS, LOG = "board", "checkpoint.npz", "address.json", "engine.log"


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
        self._address = folder / ADDRESS

    def tell(self, address: Address) -> None:
        """Write down where the engine listens."""
        write_atomically(self._address, json.dumps(address._asdict()).encode())

    def address(self) -> Address | None:
        """Where an engine listens, or did; None if nobody has written it down."""
        try:
            return Address(**json.loads(self._address.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def forget_address(self) -> None:
        """Another engine is about to write its own."""
        self._address.unlink(missing_ok=True)

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
