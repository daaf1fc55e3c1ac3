"""The first start, the second start, and an engine that cannot be started."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from rtaudiogen.client import catalogue
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.gui.shell.bridge import Bridge, new_messages
from rtaudiogen.gui.shell.main_window import MainWindow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    # the clock keeps time: a server that others have stopped would be the engine's end as well
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there-is-none")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    return tmp_path


@pytest.fixture
def fresh_window(qtbot, home) -> Iterator[MainWindow]:
    """Return a window as a new user sees it."""
    window = MainWindow(Bridge())
    window.bridge.open()
    window.show()
    yield window
    window.close()


def test_the_first_start_sounds_and_the_next_restores_the_rack(fresh_window, eventually, home):
    window = fresh_window
    eventually(lambda: window.facts is not None and window.facts.peak > 0.01)
    assert len(window.rack.strips) == 2  # the instrument, and a room
    eventually(lambda: window.instrument.panel is not None)
    window.bridge.set_mix(window.facts.slots[0].slot, "gain_db", -7.0)
    eventually(lambda: window.facts.slots[0].mix["gain_db"] == -7.0)
    window.close()
    kept = json.loads(catalogue.recent_path().read_text())
    assert kept["slots"][0]["mix"]["gain_db"] == -7.0
    startup = catalogue.last_startup()
    assert not startup.is_demo
    assert startup.session["slots"][0]["mix"]["gain_db"] == -7.0


def test_an_engine_given_up_is_reported_and_a_button_restarts_it(
    fresh_window, qtbot, eventually, monkeypatch
):
    window = fresh_window
    eventually(lambda: window.facts is not None and window.facts.slots)
    engine = window.bridge._engine
    before = engine.pid

    def fail():
        raise RtAudioGenError("the engine died 5 times in 30 s")

    monkeypatch.setattr(engine, "snapshot", fail)
    eventually(lambda: "died 5 times" in window.messages.text)
    button = next(
        child for child in window.messages.findChildren(QWidget)
        if getattr(child, "text", lambda: "")() == "Start the engine again"
    )  # fmt: skip
    assert button.isVisible()
    button.click()
    eventually(lambda: window.bridge._engine not in (engine, None))
    assert window.bridge._engine.pid != before
    frames = window.facts.frames_played
    eventually(lambda: 0 < window.facts.frames_played != frames)


def test_an_engine_that_fails_to_open_is_reported_in_one_line(qtbot, eventually, home, monkeypatch):
    """Play on the window without an engine, and close it: nothing more fails."""

    def refuse(*_):
        raise RtAudioGenError("the engine did not open; its log ends with: (empty)")

    monkeypatch.setattr("rtaudiogen.client.open_engine.EngineProcess.__init__", refuse)
    window = MainWindow(Bridge())
    window.bridge.open()
    window.show()
    eventually(lambda: "the engine did not open" in window.messages.text)
    window.surface.press(60, 100)
    window.panic()
    window.rack.added.emit("sine")
    eventually(lambda: "not running" in window.messages.text)
    window.close()


def test_messages_are_shown_once_and_again_when_they_recur():
    assert new_messages((), ("a", "b")) == ["a", "b"]
    assert new_messages(("a", "b"), ("b", "c")) == ["c"]
    assert new_messages(("a", "b"), ("a", "b")) == []
    assert new_messages(("a",), ("a", "x", "a")) == ["x", "a"]
