"""The application: `rtaudiogen` alone, or `python -m rtaudiogen.gui.app`."""

import os
import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from .shell.bridge import Bridge
from .shell.main_window import MainWindow
from .shell.window_state import Looks


def main(arguments: Sequence[str] = (), device: str | None = None) -> int:
    """Show the window until it is closed; the process's exit status.

    `device` is what networks are computed on, see `EngineSettings`; None: the same as last time.
    """
    looks = Looks()
    os.environ.setdefault("QT_SCALE_FACTOR", str(looks.scale_percent / 100))
    application = QApplication(["rtaudiogen", *arguments])
    looks.apply_theme()
    window = MainWindow(Bridge(device=device or looks.device, named=bool(device)), looks)
    window.bridge.opened.connect(lambda settings: looks.compute_on(settings.device))
    window.bridge.open()
    window.show()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the last one is not everywhere
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: close_soon(window))
    return application.exec()


def close_soon(window: MainWindow) -> None:
    """Close a window, but not in the midst of what it is doing."""
    QTimer.singleShot(0, window.close)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
