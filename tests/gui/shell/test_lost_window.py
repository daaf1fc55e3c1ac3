"""The application's process is killed or hangs while its engine plays."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rtaudiogen.client import catalogue
from rtaudiogen.client.open_engine import stop_engine
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.gui.shell import bridge
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.saving.sessions import Mix, Session, SlotState, save_session

RATE = 48000
SESSION = Session(
    slots=(SlotState("sine", mix=Mix(gain_db=-9.0)),),
    output="null", sample_rate=RATE, latency_ms=500.0, midi="none",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    save_session(catalogue.recent_path(), SESSION)
    yield tmp_path / "engine"
    stop_engine()


@pytest.fixture
def application(home: Path) -> "Iterator[subprocess.Popen[bytes]]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen([sys.executable, "-m", "rtaudiogen"], env=environment) as process:
        yield process
        process.kill()


@pytest.fixture
def window(qtbot, home: Path) -> Iterator[MainWindow]:
    """Return the window that a user opens next."""
    window = MainWindow(Bridge())
    window.show()
    yield window
    window.close()


def playing_engine(home: Path, eventually: Callable[..., None]) -> int:
    """Return the process id of the application's engine, once its rack has a slot."""
    board = home / "board"
    eventually(lambda: board.exists() and b'"frames_played": ' in board.read_bytes())
    eventually(lambda: b'"model": "sine"' in board.read_bytes())
    return int(json.loads((home / "address.json").read_text())["pid"])


def test_sound_survives_a_killed_window_and_the_next_takes_over(
    application, window, home, eventually
):
    engine_pid = playing_engine(home, eventually)
    application.send_signal(signal.SIGKILL)
    application.wait()
    window.bridge.open()
    eventually(lambda: window.facts is not None and window.rack.strips)
    assert window.bridge._engine.pid == engine_pid
    assert window.facts.slots[0].mix["gain_db"] == -9.0
    assert "still playing" in window.messages.text  # though the engine had more to say
    assert window.facts.underrun_episodes == 0
    frames = window.facts.frames_played
    assert frames > 0
    eventually(lambda: window.facts.frames_played > frames)
    window.surface.press(69, 110)
    eventually(lambda: window.facts.peak > 0.02)
    window.surface.release(69)


def test_a_frozen_window_loses_the_engine_and_can_take_it_back(
    application, window, home, eventually
):
    engine_pid = playing_engine(home, eventually)
    application.send_signal(signal.SIGSTOP)
    window.bridge.open()
    eventually(lambda: window.facts is not None and window.rack.strips)
    assert window.bridge._engine.pid == engine_pid
    application.send_signal(signal.SIGCONT)
    time.sleep(1.0)
    frames = window.facts.frames_played
    eventually(lambda: window.facts.frames_played > frames + RATE)
    other = EngineProcess.attach(home)  # as a third window does
    assert other is not None
    eventually(lambda: "another window" in window.messages.text)
    window.messages.restart.emit()
    eventually(lambda: other.was_taken)
    frames = window.facts.frames_played
    eventually(lambda: window.facts.frames_played > frames)
    assert window.bridge._engine.pid == engine_pid
    other.close()


def test_a_silent_engine_is_reported_and_so_is_its_return(window, eventually, monkeypatch):
    monkeypatch.setattr(bridge, "SILENT_SECONDS", 0.3)
    window.bridge.open()
    eventually(lambda: window.facts is not None and window.facts.frames_played > 0)
    pid = window.bridge._engine.pid
    os.kill(pid, signal.SIGSTOP)
    eventually(lambda: "No sound" in window.messages.text)
    os.kill(pid, signal.SIGCONT)
    eventually(lambda: any("plays again" in line for line in window.messages.history))


def test_a_window_that_is_asked_to_end_takes_its_engine_along(application, home, eventually):
    playing_engine(home, eventually)
    application.send_signal(signal.SIGHUP)
    assert application.wait(20) == 0
    assert not home.exists()
    assert json.loads(catalogue.recent_path().read_text())["slots"][0]["mix"]["gain_db"] == -9.0
