"""Time from the command to the window, and to the first sound.

    python scripts/window_start.py [--times 5]

`rtaudiogen` is started as a user starts it, once without files of its own (the demo) and once with
a saved rack, on a screen in memory and with a clock in place of an audio device. The result is the
best of several starts, with a warm file cache, counted from the start of the process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from window_strain import screen

PROBE = """
import sys, time
begun = float(sys.argv[1])
from PySide6.QtCore import QEvent, QTimer
from rtaudiogen.gui import app
from rtaudiogen.gui.shell.main_window import MainWindow

class TimedWindow(MainWindow):
    painted = heard = False
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and not self.painted:
            self.painted = True
            print("window", time.monotonic() - begun, flush=True)
            self.bridge.heard.connect(self.listen)
        return done
    def listen(self, frames):
        if not self.heard and abs(frames).max(initial=0.0) > 1e-4:
            self.heard = True
            print("sound", time.monotonic() - begun, flush=True)
            QTimer.singleShot(500, self.close)
        elif not self.heard and self.rack.strips and not getattr(self, "pressed", False):
            self.pressed = True  # a saved rack is silent until a key is pressed
            self.surface.press(60, 100)

app.MainWindow = TimedWindow
app.main()
"""


def start() -> dict[str, float]:
    """Return the seconds from the start of one process to its window and to its sound."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(begun)], capture_output=True, text=True, timeout=120
    )
    lines = dict(line.split() for line in done.stdout.splitlines())
    if "sound" not in lines:
        sys.exit(done.stderr)
    return {name: float(seconds) for name, seconds in lines.items()}


def main() -> None:
    """Print the best of several starts, the first and the next ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    with screen():
        first, later = [], []
        for _ in range(options.times):
            with tempfile.TemporaryDirectory() as home:
                os.environ["RTAUDIOGEN_HOME"] = str(Path(home))
                first.append(start())
                later.append(start())
    for name, runs in (("first start (demo)", first), ("later starts", later)):
        best = {what: min(run[what] for run in runs) for what in ("window", "sound")}
        print(f"{name:20} window {best['window']:.2f} s   first sound {best['sound']:.2f} s")


if __name__ == "__main__":
    main()
