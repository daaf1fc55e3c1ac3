"""The window opens as it was closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from rtaudiogen.client.window_file import appearance, keep_appearance
from rtaudiogen.gui.shell import window_state
from rtaudiogen.gui.shell.main_window import first_size
from rtaudiogen.gui.shell.theme import DARK, LIGHT
from rtaudiogen.gui.shell.window_state import WindowState


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[Path]:
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    yield tmp_path
    WindowState().apply_theme("dark")


def test_size_theme_scale_and_splitters_are_restored(qtbot):
    def build(state: WindowState) -> tuple[QWidget, QSplitter]:
        window = QWidget()
        splitter = QSplitter(Qt.Orientation.Horizontal, window)
        splitter.addWidget(QWidget())
        splitter.addWidget(QWidget())
        splitter.resize(400, 100)
        qtbot.addWidget(window)
        state.add_window(window)
        state.add_splitter("halves", splitter)
        return window, splitter

    first = WindowState()
    window, splitter = build(first)
    window.resize(777, 555)
    splitter.setSizes([300, 100])
    sizes = splitter.sizes()
    first.apply_theme("light")
    first.scale(150)
    first.remember_device("auto")
    first.save()

    second = WindowState()
    window, splitter = build(second)
    second.apply_theme()
    second.restore()
    assert (window.width(), window.height()) == (777, 555)
    assert splitter.sizes() == sizes != [200, 200]
    assert second.scale_percent == 150
    assert second.device == "auto"
    assert QApplication.palette().window().color().name() == LIGHT.window


@pytest.mark.parametrize("damage", [b"", b"{", b'{"rtaudiogen": "window", "version": 99}'])
def test_a_damaged_file_is_put_aside_and_told_once(home, damage):
    (home / "window.json").write_bytes(damage)
    state = WindowState()
    assert "window.json" in state.notice
    assert "it was moved to" in state.notice
    assert (home / "window-put-aside.json").read_bytes() == damage
    assert WindowState().notice == ""
    state.apply_theme()
    assert QApplication.palette().window().color().name() == DARK.window
    assert state.scale_percent == 100


@pytest.mark.parametrize("nonsense", [None, 3, [], {}, "###"])
def test_values_that_make_no_sense_change_nothing(qtbot, nonsense):
    names = ("geometry", "theme", "scale_percent", "device")
    keep_appearance(dict.fromkeys(names, nonsense))
    state, window = WindowState(), QWidget()
    qtbot.addWidget(window)
    window.resize(640, 480)
    state.add_window(window)
    state.restore()
    state.apply_theme()
    assert (window.width(), window.height()) == (640, 480)
    assert (state.theme, state.scale_percent, state.device) == ("dark", 100, "cpu")


def test_the_window_closes_when_its_folder_cannot_be_written(home):
    (home / "window.json").mkdir()
    state = WindowState()
    state.add("page", lambda: 2, lambda _: None)
    state.save()
    assert (home / "window.json").is_dir()


def test_window_state_is_saved_periodically_if_it_changed(qtbot, monkeypatch):
    monkeypatch.setattr(window_state, "SAVE_MS", 10)
    window, kept = QWidget(), WindowState()
    qtbot.addWidget(window)
    page = ["Instrument"]
    kept.add("page", lambda: page[0], lambda _: None)
    kept.save_periodically(window)
    qtbot.waitUntil(lambda: appearance()[0].get("page") == "Instrument")
    page[0] = "MIDI"
    qtbot.waitUntil(lambda: appearance()[0].get("page") == "MIDI")
    keep_appearance({"page": "another window's"})
    qtbot.wait(100)
    assert appearance()[0]["page"] == "another window's"  # nothing has changed here


@pytest.mark.parametrize(
    ("screen", "window"),
    [
        ((1280, 800), (1264, 752)),  # all of it, below a title bar
        ((1600, 1000), (1280, 800)),
        ((2560, 1440), (1920, 1080)),
    ],
)
def test_the_first_size_fits_the_screen(screen, window):
    assert first_size(QSize(*screen)).toTuple() == window
