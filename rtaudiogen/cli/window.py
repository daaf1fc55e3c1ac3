"""Start of the desktop application, if it is installed and there is a display."""

import os
import sys
from importlib.util import find_spec

from .. import registry

WINDOW = "rtaudiogen.gui.app:main"
NEEDS = ("PySide6", "pyqtgraph")
NO_QT = "The desktop application needs more packages: pip install 'rtaudiogen[gui]'"
NO_DISPLAY = "There is no display for the desktop application; 'rtaudiogen play MODEL' plays."


def hindrance() -> str:
    """Return why the application cannot be shown, in one line; empty if it can."""
    if any(find_spec(package) is None for package in NEEDS):
        return NO_QT
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in displays):
        return NO_DISPLAY
    return ""


def show_window(device: str | None) -> tuple[int, str]:
    """Show the application until it is closed; return its status and why it was not shown.

    `device` is the processor of the networks, see `EngineSettings`; None: the one used last time.
    """
    problem = hindrance()
    if problem:
        return 0, problem
    try:
        main = registry.load(WINDOW)
    except ImportError as error:  # Qt lacks a system library
        return 1, f"The desktop application cannot be loaded ({error}); see the README."
    return int(main(device=device)), ""


if __name__ == "__main__":  # status 0 if there can be a window; else the reason
    sys.exit(hindrance() or None)
