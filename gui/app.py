"""Entry point of the window: `rtaudiogen` without arguments, or `python -m rtaudiogen.gui.app`."""

import os
import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from .shell.bridge import Bridge
from .shell.main_window import MainWindow
from .shell.window_state import WindowState


def main(arguments: Sequence[str] = (), device: str | None = None) -> int:
    """Show the window until it is closed; return the process's exit status.

    `device` is the processor of the networks (see `EngineSettings`); None: the one used last time.
    """
    state = WindowState()
    os.environ.setdefault("QT_SCALE_FACTOR", str(state.scale_percent / 100))
    application = QApplication(["rtaudiogen", *arguments])
    state.apply_theme()
    window = MainWindow(Bridge(device=device or state.device, named=bool(device)), state)
    window.bridge.opened.connect(lambda settings: state.remember_device(settings.device))
    if state.notice:
        window.messages.say(state.notice)
    window.bridge.open()
    window.show()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the last one is not everywhere
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: close_soon(window))
    return application.exec()


def close_soon(window: MainWindow) -> None:
    """Close a window after it has finished the event that it is handling."""
    QTimer.singleShot(0, window.close)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
