"""The window without a screen, on a real engine that keeps time by the clock."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

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
    """Tests that need what is not there."""

    def collect(self) -> Any:
        pytest.skip(MISSING, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    return SkippedModule.from_parent(parent, path=module_path) if MISSING else None


def wait(condition: Callable[[], Any]) -> Any:
    """Let the window live until something is so."""
    return waiting.eventually(condition, QtWidgets.QApplication.processEvents, _said)


def _said() -> str:
    """What the windows have been told, for whoever reads that a test failed."""
    widgets = QtWidgets.QApplication.topLevelWidgets()
    facts = [facts for widget in widgets if (facts := getattr(widget, "facts", None))]
    said = [message for fact in facts for message in fact.messages]
    return f"the engines said: {' | '.join(said) or 'nothing'}"


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """`wait`."""
    return wait


@pytest.fixture(scope="package")
def open_window(
    qapp: "QtWidgets.QApplication", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[MainWindow]":
    """A window on an engine of its own, which is started once."""
    from rtaudiogen.client.catalogue import Beginning
    from rtaudiogen.gui.shell.bridge import Bridge
    from rtaudiogen.gui.shell.main_window import MainWindow
    from rtaudiogen.gui.shell.theme import apply_theme
    from rtaudiogen.wire.settings import EngineSettings

    settings = EngineSettings(output="null", sample_rate=48000, latency_ms=40.0, midi="none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTAUDIOGEN_HOME", str(tmp_path_factory.mktemp("home")))
        apply_theme(qapp, "dark")
        window = MainWindow(Bridge())
        window.bridge.open(Beginning(settings, SESSION))
        window.show()
        wait(lambda: window.rack.models.models and window.rack.strips)
        yield window
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window: "MainWindow") -> "MainWindow":
    """The same, with one sine in the rack that has just been put there."""
    old = set(open_window.rack.strips)
    open_window.show()
    open_window.activateWindow()  # others were opened and closed meanwhile
    open_window.keys.let_go()
    open_window.bridge.do(lambda engine: engine.load_session(SESSION))
    wait(lambda: len(open_window.rack.strips) == 1 and not old & set(open_window.rack.strips))
    wait(lambda: open_window.facts is not None and open_window.facts.peak < 0.001)
    wait(lambda: "attack" in open_window.facts.slots[0].values)  # the slot plays
    return open_window
