"""Draw the window in its main states, without a screen: `python scripts/screenshots.py FOLDER`."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from rtaudiogen.client import catalogue
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.shell.theme import apply_theme
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import SlotSnapshot

SIZE, SMALL = (1280, 800), (1024, 640)
SETTINGS = EngineSettings(output="null", latency_ms=80.0, midi="none")
MODELS = ("wavenet-keys-strings", "wavegan-drums", "sine")
MIX = {
    "wavegan-drums": {"channel": 10}, "sine": {"gain_db": -12.0, "pan": -0.4, "channel": 2},
}  # fmt: skip
PLAYED_SECONDS = 8.0
CODES = "vqvae-speech"
TITLES = ("Instrument", "Library", "MIDI", "Training")


class Studio:
    """A window that plays, and the folder for its pictures."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self._application, self._folder = application, folder
        self.window = MainWindow(Bridge())
        slots = [{"model": model, "mix": MIX.get(model, {})} for model in MODELS]
        self.window.bridge.open(catalogue.Startup(SETTINGS, {"slots": slots}))
        self.window.resize(*SIZE)
        self.window.show()
        self.wait(lambda: len(self.window.rack.strips) == len(MODELS))
        self.wait(lambda: all(slot.values for slot in self.slots()))

    def wait(self, condition: Callable[[], bool] = lambda: False, seconds: float = 60.0) -> None:
        """Run the window's event loop until a condition holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not condition():
            QTest.qWait(10)

    def slots(self) -> Sequence[SlotSnapshot]:
        """Return the slots."""
        facts = self.window.facts
        return facts.slots if facts is not None else ()

    def select(self, model: str) -> None:
        """Select the slot of a model."""
        self.window.rack.select(next(s.slot for s in self.slots() if s.model == model))
        self.wait(seconds=1.0)

    def turn_to(self, title: str) -> None:
        """Show a page."""
        pages = self.window.pages
        pages.setCurrentIndex([pages.tabText(i) for i in range(pages.count())].index(title))

    def strike(self, *keys: int) -> None:
        """Play on the drum channel."""
        for key in keys:
            self.window.bridge.play(0x99, key, 100)
            self.wait(seconds=0.15)

    def draw(self, name: str) -> None:
        """Write a picture."""
        self.wait(seconds=0.5)
        self.window.grab().save(str(self._folder / f"{name}.png"))

    def close(self) -> None:
        """End the engine."""
        self.window.close()


def main(folder: Path) -> None:
    """Write the pictures to `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    home = tempfile.TemporaryDirectory(prefix="rtaudiogen-")
    os.environ["RTAUDIOGEN_HOME"] = home.name  # the user's files are neither shown nor changed
    application = QApplication(["rtaudiogen"])
    apply_theme(application, "dark")
    studio = Studio(application, folder)
    studio.window.transport.recorder.record.emit(".wav", 32)
    studio.window.bridge.do(lambda engine: engine.play_phrase(8 * PLAYED_SECONDS))
    studio.wait(seconds=PLAYED_SECONDS)
    studio.select("wavenet-keys-strings")
    studio.draw("window")
    studio.select("wavegan-drums")
    studio.strike(36, 38, 42, 36, 38, 46, 36, 39)
    studio.draw("window-pads")
    for title in TITLES[1:]:
        studio.turn_to(title)
        studio.wait(seconds=2.0)
        if title == "Training":
            studio.wait(lambda: studio.window.training.form.family.count() > 0)
        studio.draw(f"window-{title.lower()}")
    studio.turn_to(TITLES[0])
    studio.window.rack.added.emit(CODES)
    studio.wait(lambda: any(slot.model == CODES and slot.values for slot in studio.slots()))
    studio.wait(seconds=PLAYED_SECONDS)
    apply_theme(application, "light")
    studio.draw("window-codes-light")
    apply_theme(application, "dark")
    studio.window.resize(*SMALL)
    studio.select("wavegan-drums")
    studio.draw("window-small")
    studio.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
