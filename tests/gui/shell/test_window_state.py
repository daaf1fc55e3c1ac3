"""The window comes back as it was left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from rtaudiogen.client.window_file import appearance, keep_appearance
from rtaudiogen.gui.shell import window_state
from rtaudiogen.gui.shell.theme import DARK, LIGHT
from rtaudiogen.gui.shell.window_state import Looks


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[Path]:
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    yield tmp_path
    Looks().apply_theme("dark")


def test_size_theme_scale_and_splitters_are_found_as_they_were_left(qtbot):
    def build(looks: Looks) -> tuple[QWidget, QSplitter]:
        window = QWidget()
        splitter = QSplitter(Qt.Orientation.Horizontal, window)
        splitter.addWidget(QWidget())
        splitter.addWidget(QWidget())
        splitter.resize(400, 100)
        qtbot.addWidget(window)
        looks.add_window(window)
        looks.add_splitter("halves", splitter)
        return window, splitter

    first = Looks()
    window, splitter = build(first)
    window.resize(777, 555)
    splitter.setSizes([300, 100])
    sizes = splitter.sizes()
    first.apply_theme("light")
    first.scale(150)
    first.compute_on("auto")
    first.keep()

    second = Looks()
    window, splitter = build(second)
    second.apply_theme()
    second.restore()
    assert (window.width(), window.height()) == (777, 555)
    assert splitter.sizes() == sizes != [200, 200]
    assert second.scale_percent == 150
    assert second.device == "auto"
    assert QApplication.palette().window().color().name() == LIGHT.window


@pytest.mark.parametrize("damage", [b"", b"{", b'{"rtaudiogen": "window", "version": 99}'])
def test_a_damaged_file_is_as_good_as_none(home, damage):
    (home / "window.json").write_bytes(damage)
    assert appearance() == {}
    looks = Looks()
    looks.apply_theme()
    assert QApplication.palette().window().color().name() == DARK.window
    assert looks.scale_percent == 100


@pytest.mark.parametrize("nonsense", [None, 3, [], {}, "###"])
def test_values_that_make_no_sense_change_nothing(qtbot, nonsense):
    names = ("geometry", "theme", "scale_percent", "device")
    keep_appearance(dict.fromkeys(names, nonsense))
    looks, window = Looks(), QWidget()
    qtbot.addWidget(window)
    window.resize(640, 480)
    looks.add_window(window)
    looks.restore()
    looks.apply_theme()
    assert (window.width(), window.height()) == (640, 480)
    assert (looks.theme, looks.scale_percent, looks.device) == ("dark", 100, "cpu")


def test_a_folder_that_cannot_be_written_does_not_keep_the_window_from_ending(home):
    (home / "window.json").mkdir()
    looks = Looks()
    looks.add("page", lambda: 2, lambda _: None)
    looks.keep()
    assert (home / "window.json").is_dir()


def test_looks_are_kept_while_the_window_is_open_if_they_have_changed(qtbot, monkeypatch):
    monkeypatch.setattr(window_state, "KEEP_MS", 10)
    window, kept = QWidget(), Looks()
    qtbot.addWidget(window)
    page = ["Instrument"]
    kept.add("page", lambda: page[0], lambda _: None)
    kept.keep_now_and_then(window)
    qtbot.waitUntil(lambda: appearance().get("page") == "Instrument")
    page[0] = "MIDI"
    qtbot.waitUntil(lambda: appearance().get("page") == "MIDI")
    keep_appearance({"page": "another window's"})
    qtbot.wait(100)
    assert appearance()["page"] == "another window's"  # nothing has changed here
