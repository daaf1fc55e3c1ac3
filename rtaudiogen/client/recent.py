"""List of the sessions that were opened or saved last. Everything is [any]."""

from pathlib import Path

from ..errors import RtAudioGenError
from ..saving.documents import read_document, text, write_document
from ..storage import folders

KIND, VERSION = "recent sessions", 1
MOST = 10


def recent_sessions() -> list[Path]:
    """Return the files that still exist, the newest first."""
    try:
        paths = read_document(_file(), KIND, VERSION)["paths"]
        return [path for path in map(Path, map(text, paths)) if path.is_file()]
    except (RtAudioGenError, OSError, ValueError, TypeError, KeyError):
        return []  # it will be written again


def remember_session(path: Path) -> list[Path]:
    """Put a session first; return the list."""
    path = path.absolute()
    paths = [path, *(other for other in recent_sessions() if other != path)][:MOST]
    write_document(_file(), KIND, VERSION, {"paths": list(map(str, paths))})
    return paths


def _file() -> Path:
    return folders.cache() / "recent-sessions.json"
