"""Draw the window as it plays, without a screen: `python scripts/screenshots.py FOLDER`."""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from rtaudiogen.engine import catalogue
from rtaudiogen.engine.settings import EngineSettings
from rtaudiogen.engine.snapshot import Snapshot
from rtaudiogen.gui.bridge import Bridge
from rtaudiogen.gui.main_window import MainWindow
from rtaudiogen.gui.theme import apply_theme

SIZE = 1280, 800
SETTINGS = EngineSettings(output="null", latency_ms=80.0, midi="none")
SECONDS = 12.0  # of the phrase, before the picture is taken
OTHERS = {"model": "sine", "mix": {"gain_db": -12.0, "pan": -0.4, "channel": 2}}


def main(folder: Path) -> None:
    """Write window.png to `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    home = tempfile.TemporaryDirectory(prefix="rtaudiogen-")
    os.environ["RTAUDIOGEN_HOME"] = home.name  # nothing of the user's is seen, or touched
    application = QApplication(["rtaudiogen"])
    apply_theme(application, "dark")
    window = MainWindow(Bridge())
    window.resize(*SIZE)
    demo = catalogue.demo().session
    slots = [*demo["slots"], OTHERS]
    window.bridge.open(catalogue.Beginning(SETTINGS, {**demo, "slots": slots}))
    window.show()

    def begin(facts: Snapshot) -> None:
        if facts.slots:
            window.bridge.changed.disconnect(begin)
            window.transport.recorder.record.emit()
            window.bridge.do(lambda engine: engine.play_phrase(2 * SECONDS))
            QTimer.singleShot(round(1000 * SECONDS), draw)

    def draw() -> None:
        window.grab().save(str(folder / "window.png"))
        window.close()
        application.quit()

    window.bridge.changed.connect(begin)
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
