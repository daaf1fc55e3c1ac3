"""Effect of a window on the sound: none, while it is dragged, resized and played for a minute.

    python scripts/window_strain.py [--seconds 60] [--ring 20] [--models wavenet-keys-strings …]

A private JACK server with the dummy driver, which waits for no client, and a screen in memory
(Xvfb). The same rack plays the same phrases twice: without a window, then with one whose views are
all open, which is moved and resized sixty times a second while a fader is moved. Dropouts that also
occur without a window are due to the machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from math import sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rtaudiogen.client.catalogue import Startup
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import Snapshot

if TYPE_CHECKING:
    from rtaudiogen.gui.shell.main_window import MainWindow

RATE, PERIOD_FRAMES = 48000, 256
SCREEN = "1920x1200x24"
PHRASE_SECONDS, WARM_UP_SECONDS, STILL_SECONDS, MOVE_MS = 12.0, 5.0, 15.0, 16
START_SECONDS = 60.0


@dataclass(frozen=True)
class Strain:
    """Dropouts and gaps of the sound in one of the two runs."""

    underruns: int
    lost_frames: int
    longest_gap_ms: float  # since its start, like the next field
    machine_gap_ms: float
    load_p99: float

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> "Strain":
        """Return the difference of two snapshots of one engine."""
        return cls(
            after.underrun_episodes - before.underrun_episodes,
            after.lost_frames - before.lost_frames,
            after.longest_gap_ms, after.machine_gap_ms, after.load_p99,
        )  # fmt: skip


def without_window(startup: Startup, seconds: float) -> Strain:
    """Run the engine without a window."""
    with closing(EngineProcess(startup.settings)) as engine:
        engine.start()
        engine.load_session(startup.session)
        _play(engine, WARM_UP_SECONDS)
        before = Snapshot.from_json(engine.snapshot())
        _play(engine, seconds)
        return Strain.between(before, Snapshot.from_json(engine.snapshot()))


def _play(engine: EngineProcess, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        engine.play_phrase(min(left, PHRASE_SECONDS))
        time.sleep(min(left, PHRASE_SECONDS))


def with_window(startup: Startup, seconds: float) -> tuple[Strain, str]:
    """Run the engine with a moving window; also return lines about the window itself."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from rtaudiogen.gui.shell.bridge import Bridge
    from rtaudiogen.gui.shell.main_window import MainWindow
    from rtaudiogen.gui.shell.theme import apply_theme

    frame_seconds: list[float] = []

    class TimedWindow(MainWindow):
        """Records the time of every repaint."""

        def event(self, event: QEvent) -> bool:
            start = time.perf_counter()
            done: bool = super().event(event)
            if event.type() == QEvent.Type.UpdateRequest:
                frame_seconds.append(time.perf_counter() - start)
            return done

    application = QApplication(["rtaudiogen"])
    apply_theme(application, "dark")
    window = TimedWindow(Bridge())
    window.bridge.open(startup)
    window.show()
    _live(window, START_SECONDS, lambda: bool(window.rack.strips))
    for view in window.scopes.scopes:
        window.scopes.show_scope(view, True)
    _strain(window, WARM_UP_SECONDS, moved=False)
    costs = []
    for name, moved, length in (("still", False, STILL_SECONDS), ("dragged", True, seconds)):
        frame_seconds.clear()
        assert window.facts is not None
        before, cpu, start = window.facts, time.process_time(), time.perf_counter()
        _strain(window, length, moved)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - start
        median, p99 = np.percentile(1000 * np.array(frame_seconds), [50, 99])
        costs.append(
            f"window {name:8} {len(frame_seconds) / wall:3.0f} frames/s  {median:5.1f} ms a frame"
            f" (p99 {p99:5.1f})  {cpu / wall:4.0%} of a core"
        )
    strain = Strain.between(before, window.facts)
    window.close()
    return strain, "\n".join(costs)


def _strain(window: "MainWindow", seconds: float, moved: bool) -> None:
    """Let the window play and move a fader; drag and resize it if `moved`."""
    engine = window.bridge.do
    begun, phrase_until = time.monotonic(), 0.0
    while (now := time.monotonic()) - begun < seconds:
        if now >= phrase_until:
            phrase_until = now + PHRASE_SECONDS
            engine(lambda engine: engine.play_phrase(PHRASE_SECONDS))
        t = now - begun
        if moved:
            window.move(round(200 + 180 * sin(2.1 * t)), round(150 + 120 * sin(1.3 * t)))
            window.resize(round(1280 + 200 * sin(1.7 * t)), round(820 + 100 * sin(2.3 * t)))
        slot = window.selected_slot()
        if slot is not None and slot.values:
            window.bridge.set_mix(slot.slot, "pan", sin(t))
        _live(window, MOVE_MS / 1000)


def _live(window: "MainWindow", seconds: float, until: Any = lambda: False) -> None:
    from PySide6.QtCore import QCoreApplication, QEventLoop

    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 2)
        time.sleep(0.001)


@contextmanager
def audio_server() -> Iterator[None]:
    """Run a JACK server with its own clock."""
    name = f"strain-{os.getpid()}"
    command = ["jackd", "-n", name, "--no-realtime", "-d", "dummy"]
    command += ["-r", str(RATE), "-p", str(PERIOD_FRAMES)]
    os.environ.update(
        JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1"
    )
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        end = time.monotonic() + START_SECONDS
        while subprocess.run(["jack_lsp"], capture_output=True).returncode != 0:
            if server.poll() is not None or time.monotonic() > end:
                sys.exit("jackd does not start")
            time.sleep(0.05)
        try:
            yield
        finally:
            server.terminate()


@contextmanager
def screen() -> Iterator[None]:
    """Run an X server whose screen is in memory."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as number:
            os.environ["DISPLAY"] = f":{number.readline().strip()}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        try:
            yield
        finally:
            server.terminate()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the two runs side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--ring", type=float, default=20.0, help="milliseconds")
    parser.add_argument("--models", nargs="+", default=["wavenet-keys-strings"])
    options = parser.parse_args(arguments)
    settings = EngineSettings(
        output="JACK", block_frames=PERIOD_FRAMES, latency_ms=options.ring, midi="none",
        fall_back=False,
    )  # fmt: skip
    startup = Startup(settings, {"slots": [{"model": model} for model in options.models]})
    with tempfile.TemporaryDirectory() as home, audio_server(), screen():
        os.environ["RTAUDIOGEN_HOME"] = str(Path(home))
        alone = without_window(startup, options.seconds)
        beside, costs = with_window(startup, options.seconds)
    print(f"{', '.join(options.models)}; ring {options.ring:g} ms, {options.seconds:g} s each")
    for name, strain in (("without a window", alone), ("dragged and resized", beside)):
        print(
            f"{name:20} {strain.underruns:3} dropouts {strain.lost_frames:7} frames lost"
            f"  gap {strain.longest_gap_ms:5.1f} ms  machine {strain.machine_gap_ms:5.1f} ms"
            f"  load p99 {strain.load_p99:4.0%}"
        )
    print(costs)


if __name__ == "__main__":
    main()
