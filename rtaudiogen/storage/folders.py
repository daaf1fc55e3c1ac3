"""The user's folders: the platform's, or those below RTAUDIOGEN_HOME if that is set."""

import os
from pathlib import Path

import platformdirs

APP = "rtaudiogen"
HOME_VARIABLE = "RTAUDIOGEN_HOME"


def models() -> Path:
    """Return the folder of the user's model files, *.safetensors."""
    return _data() / "models"


def presets(family: str) -> Path:
    """Return the folder of the user's presets for one family."""
    return _data() / "presets" / family


def sessions() -> Path:
    """Return the folder of the user's sessions."""
    return _data() / "sessions"


def recordings() -> Path:
    """Return the folder of recordings."""
    home = _home()
    return home / "recordings" if home else platformdirs.user_music_path() / APP


def cache() -> Path:
    """Return the folder of what can be made again: benchmark results."""
    home = _home()
    return home / "cache" if home else platformdirs.user_cache_path(APP, appauthor=False)


def engine() -> Path:
    """Return the folder where the window's engine listens and keeps its state."""
    home = _home()
    return home / "engine" if home else platformdirs.user_state_path(APP, False) / "engine"


def _data() -> Path:
    return _home() or platformdirs.user_data_path(APP, appauthor=False)


def _home() -> Path | None:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home).expanduser() if home else None
