"""The window without a screen, on a real engine that keeps time by the clock."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rtaudiogen.errors import RtAudioGenError

from .. import waiting

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    from PySide6 import QtWidgets
except ImportError as error:  # the extra, or a system library, is not there
    if os.environ.get("CI"):
        raise
    MISSING = f"no window here: {error}"
else:
    MISSING = ""

if TYPE_CHECKING:
    from rtaudiogen.gui.shell.main_window import MainWindow

Eventually = Callable[..., None]
SESSION = {"slots": [{"model": "sine", "values": {"release": 30.0}}]}


class SkippedModule(pytest.Module):
    """Tests that are skipped because something they need is missing."""

    def collect(self) -> Any:
        pytest.skip(MISSING, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    return SkippedModule.from_parent(parent, path=module_path) if MISSING else None


def wait(condition: Callable[[], Any]) -> Any:
    """Process the window's events until a condition is true."""
    return waiting.eventually(condition, QtWidgets.QApplication.processEvents, _said)


def _said() -> str:
    """Return what the windows have shown the user, for the report of a failed test."""
    widgets = QtWidgets.QApplication.topLevelWidgets()
    facts = [facts for widget in widgets if (facts := getattr(widget, "facts", None))]
    said = [message for fact in facts for message in fact.messages]
    return f"the engines said: {' | '.join(said) or 'nothing'}"


class SharedWindow:
    """A window on an engine of its own, for all tests that do not harm it.

    It is opened once, and again when its engine is found silent or lost.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._patch = pytest.MonkeyPatch()
        self._window: MainWindow | None = None

    @property
    def window(self) -> "MainWindow":
        """Return the window, which stays open while tests of the window run."""
        assert self._window is not None
        return self._window

    def check(self) -> None:
        """Open the window anew if its engine does not play, and print the reason."""
        if self._window is not None and (why := _hindrance(self._window)):
            print(f"the shared window is replaced: {why}; {_said()}")
            self.close()
        if self._window is None:
            self._window = self._open()

    def close(self) -> None:
        """Close the window and end its engine."""
        window, self._window = self._window, None
        if window is not None:
            window.close()
            window.deleteLater()
            self._patch.undo()

    def _open(self) -> "MainWindow":
        from rtaudiogen.client.catalogue import Startup
        from rtaudiogen.gui.shell.bridge import Bridge
        from rtaudiogen.gui.shell.main_window import MainWindow
        from rtaudiogen.wire.settings import EngineSettings

        settings = EngineSettings(output="null", sample_rate=48000, latency_ms=40.0, midi="none")
        self._patch.setenv("RTAUDIOGEN_HOME", str(self._folders.mktemp("home")))
        window = MainWindow(Bridge())
        window.bridge.open(Startup(settings, SESSION))
        window.show()
        wait(lambda: window.rack.models.models and window.rack.strips)
        return window


_shared: list[SharedWindow] = []  # at most one


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Check the shared window before anything is set up for a test that uses it."""
    if _shared and "open_window" in getattr(item, "fixturenames", ()):
        _shared[0].check()


def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the shared window after the last test of the window."""
    if _shared and (nextitem is None or Path(__file__).parent not in nextitem.path.parents):
        _shared[0].close()


def _hindrance(window: "MainWindow") -> str:
    """Return why a window can serve no test: its engine was given up, or plays nothing."""
    engine = window.bridge._engine
    if engine is None:
        return "it has no engine"
    try:
        played = engine.snapshot().get("frames_played", 0)
    except RtAudioGenError as error:
        return str(error)
    with suppress(AssertionError):
        waiting.eventually(
            lambda: engine.snapshot().get("frames_played", 0) != played,
            QtWidgets.QApplication.processEvents,
        )
        return ""
    return "its engine plays nothing"


@pytest.fixture(autouse=True)
def agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agree whenever the window asks whether a changed rack may be replaced."""
    monkeypatch.setattr("rtaudiogen.gui.shell.session_actions.ask_whether", lambda *_: True)


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Return `wait`."""
    return wait


@pytest.fixture(scope="session")
def shared_window(
    qapp: "QtWidgets.QApplication", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[SharedWindow]":
    """Open the shared window."""
    from rtaudiogen.gui.shell.theme import apply_theme

    apply_theme(qapp, "dark")
    _shared.append(SharedWindow(tmp_path_factory))
    _shared[0].check()
    yield _shared[0]
    _shared.pop().close()


@pytest.fixture
def open_window(shared_window: SharedWindow) -> "MainWindow":
    """Return the shared window, whose engine plays."""
    return shared_window.window


@pytest.fixture
def window(open_window: "MainWindow") -> "MainWindow":
    """Return the shared window with one new sine as its rack."""
    old = set(open_window.rack.strips)
    open_window.show()
    open_window.activateWindow()  # others were opened and closed meanwhile
    open_window.keys.let_go()
    open_window.bridge.do(lambda engine: engine.load_session(SESSION))
    wait(lambda: len(open_window.rack.strips) == 1 and not old & set(open_window.rack.strips))
    wait(lambda: open_window.facts is not None and open_window.facts.peak < 0.001)
    wait(lambda: "attack" in open_window.facts.slots[0].values)  # the slot plays
    return open_window
