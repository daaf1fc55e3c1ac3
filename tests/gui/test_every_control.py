"""Every control of the window is clicked once, on every page and for every kind of generator."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from rtaudiogen.client.catalogue import Startup
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.shell.theme import apply_theme
from rtaudiogen.wire.settings import EngineSettings

LEFT = Qt.MouseButton.LeftButton
SYSTEM = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QAbstractItemView, QComboBox,
          QLineEdit, QTabBar)  # fmt: skip
SETTINGS = EngineSettings(output="null", sample_rate=48000, latency_ms=40.0, midi="none")
OURS = "rtaudiogen.gui.widgets"
MODELS = ("sine", "wavegan-drums", "vqvae-speech", "wavenet-textures")


@pytest.fixture
def window(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any, eventually: Any
) -> Iterator[MainWindow]:
    """Yield a window that is not shared: the test changes everything in it."""
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    window = MainWindow(Bridge())
    window.bridge.open(Startup(SETTINGS, {"slots": [{"model": "sine"}, {"model": model}]}))
    window.show()
    eventually(lambda: len(window.rack.strips) == 2)
    window.rack.select(max(window.rack.strips))
    eventually(lambda: window.instrument.panel is not None)
    yield window
    window.close()
    apply_theme(QApplication.instance(), "dark")


@pytest.fixture(autouse=True)
def nobody_answers(qapp: QApplication) -> Iterator[None]:
    """Close the menus and dialogs that a click opens."""

    def close() -> None:
        for window in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if isinstance(window, QDialog):
                window.reject()
            elif window is not None:
                window.close()

    timer = QTimer()
    timer.timeout.connect(close)
    timer.start(20)
    yield
    timer.stop()


@pytest.fixture(autouse=True)
def nothing_leaves_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the file manager and the system's blocking dialogs."""
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda *_: True)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(f"PySide6.QtWidgets.QFileDialog.{name}", lambda *_: ("", ""))
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getExistingDirectory", lambda *_: "")


def is_control(widget: QWidget) -> bool:
    """Return whether a widget reacts to the mouse."""
    if isinstance(widget, QScrollBar):
        return False
    if isinstance(widget, SYSTEM):
        return True
    ours = type(widget).__module__.startswith(OURS)
    return ours and type(widget).mousePressEvent is not QWidget.mousePressEvent


def controls(window: MainWindow) -> list[QWidget]:
    """Return the controls that are visible and enabled now."""
    return [
        widget for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window) and widget.isEnabled() and is_control(widget)
    ]  # fmt: skip


def name_of(widget: QWidget) -> str:
    text = widget.accessibleName() or getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} {text!r}"


def click_all(window: MainWindow) -> set[str]:
    """Click every control once, also those that a click reveals, and return their names."""
    clicked: set[int] = set()
    names = set()
    while fresh := [widget for widget in controls(window) if id(widget) not in clicked]:
        widget = fresh[0]
        clicked.add(id(widget))
        names.add(name_of(widget))
        if "Remove this slot" in name_of(widget):
            continue  # it would take the other controls along
        QTest.mouseClick(widget, LEFT)
        QApplication.processEvents()
    return names


@pytest.mark.parametrize("model", MODELS)
def test_every_control_can_be_clicked_and_the_engine_plays_on(window, eventually, model, qtbot):
    failures: list[str] = []
    window.bridge.failed.connect(failures.append)
    names: set[str] = set()
    with qtbot.captureExceptions() as exceptions:
        # the other pages do not depend on what is in the rack
        for page in range(window.pages.count() if model == MODELS[0] else 1):
            window.pages.setCurrentIndex(page)
            QTest.qWait(50)
            names |= click_all(window)
    window.bridge.failed.disconnect(failures.append)
    assert exceptions == []
    assert not any("Error:" in failure for failure in failures), failures
    assert len(names) > 40
    done = threading.Event()
    window.bridge.do(lambda engine: engine.panic(), lambda _: done.set())
    eventually(done.is_set)
    frames = window.facts.frames_played
    eventually(lambda: window.facts.frames_played > frames)
    assert window.facts.restarts == 0
