"""No text of the window is cut off: at all sizes, on all pages, in every scale and font."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from rtaudiogen.client.catalogue import Startup
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.widgets.elided_label import ElidedLabel
from rtaudiogen.wire.settings import EngineSettings

from .conftest import SESSION
from .legibility import cut_anywhere, cut_texts

pytestmark = pytest.mark.slow


@pytest.fixture(params=[1.25, 2.0])
def large_letters(
    request, qapp: QApplication, eventually, tmp_path, monkeypatch
) -> Iterator[MainWindow]:
    """Yield a window that was opened with a larger font."""
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * request.param)
    qapp.setFont(font)
    window = MainWindow(Bridge())
    window.bridge.open(Startup(EngineSettings(output="null", midi="none"), SESSION))
    window.show()
    eventually(lambda: window.rack.models.models and window.rack.strips)
    yield window
    window.close()
    window.deleteLater()
    qapp.setFont(before)


@pytest.mark.parametrize("kind", [QLabel, QPushButton, QToolButton, QComboBox, ElidedLabel])
def test_a_text_that_is_cut_is_found(qtbot, kind):
    window = QWidget()
    qtbot.addWidget(window)
    widget = kind(parent=window)
    if isinstance(widget, QComboBox):
        widget.addItem("a rather long text")
    elif isinstance(widget, ElidedLabel):
        widget.show_sentence("a rather long text")
    else:
        widget.setText("a rather long text")
    window.show()
    widget.resize(400, 60)
    assert cut_texts(window) == []
    widget.resize(40, 60)
    widget.setToolTip("")
    assert len(cut_texts(window)) == 1
    widget.hide()
    assert cut_texts(window) == []


def test_nothing_is_cut_in_any_size_on_any_page(window, eventually):
    size = window.size()
    assert cut_anywhere(window, eventually) == []
    window.resize(size)
    window.pages.setCurrentIndex(0)


def test_nothing_is_cut_in_larger_letters(large_letters, eventually):
    assert cut_anywhere(large_letters, eventually) == []


@pytest.mark.parametrize("scale", ["1.25", "2"])
def test_nothing_is_cut_in_another_scale(scale, tmp_path):
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "RTAUDIOGEN_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.legibility"], cwd=Path(__file__).parents[2],
        env=environment, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
