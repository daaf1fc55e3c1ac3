"""The preset bar saves, browses and applies presets of the selected slot."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from rtaudiogen.client.library_files import preset_path
from rtaudiogen.gui.instrument.preset_bar import PresetBar
from rtaudiogen.gui.shell import history
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.saving.presets import Preset, load_preset, save_preset

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(window: MainWindow) -> Iterator[PresetBar]:
    """Yield the preset bar, with the factory presets alone."""
    yield window.instrument.presets
    for path in preset_path("sine", "x").parent.glob("*.json"):
        path.unlink()
    window.library.watch.look()


def entries(bar: PresetBar) -> dict[str, QAction]:
    """Return the actions of the menu as it opens."""
    bar.menu.menu().aboutToShow.emit()
    return {action.text(): action for action in bar.menu.menu().actions()}


def make(window: MainWindow, eventually: Callable[..., Any], **attacks: float) -> list[Path]:
    """Save a preset for each name and attack, and return their paths."""
    paths = [preset_path("sine", name) for name in attacks]
    for path, attack in zip(paths, attacks.values(), strict=True):
        save_preset(path, Preset({"attack": attack}, None, "sine", path.stem))
    window.library.watch.look()
    eventually(lambda: set(attacks) <= set(entries(window.instrument.presets)))
    return paths


def answer(monkeypatch: pytest.MonkeyPatch, name: str, overwrite: bool = False) -> list[str]:
    """Answer the dialogs, and return the list of the questions they ask."""
    asked: list[str] = []
    monkeypatch.setattr("rtaudiogen.gui.instrument.save_preset.ask_name", lambda *_: name)
    monkeypatch.setattr(
        "rtaudiogen.gui.instrument.save_preset.ask_whether",
        lambda _w, _t, question: bool(asked.append(question)) or overwrite,
    )
    return asked


def attack(window: MainWindow) -> float:
    assert window.facts is not None
    return window.facts.slots[0].values["attack"]


def test_present_values_are_saved_as_a_preset_and_return(window, bar, eventually, monkeypatch):
    number = window.facts.slots[0].slot
    window.bridge.do(lambda engine: engine.set_parameter(number, "attack", 123.0))
    eventually(lambda: attack(window) == pytest.approx(123.0))
    answer(monkeypatch, "Slow start")
    entries(bar)["Save as …"].trigger()
    path = preset_path("sine", "Slow start")
    eventually(lambda: str(path) in window.messages.text)
    kept = load_preset(path)
    assert kept.values["attack"] == pytest.approx(123.0)
    assert kept.values["release"] == pytest.approx(30.0)
    assert (kept.model, kept.name) == ("sine", "Slow start")
    assert kept.seed is not None
    eventually(lambda: bar.name == "Slow start")
    window.bridge.do(lambda engine: engine.set_parameter(number, "attack", 5.0))
    eventually(lambda: attack(window) == pytest.approx(5.0))
    entries(bar)["Slow start"].trigger()
    eventually(lambda: attack(window) == pytest.approx(123.0))


def test_the_second_slot_keeps_its_own_values(window, bar, eventually, monkeypatch):
    first = window.rack.selection
    window.rack.added.emit("sine")
    eventually(lambda: len(window.rack.strips) == 2 and window.rack.selection != first)
    second = window.rack.selection
    eventually(lambda: window.slot_of(second) is not None and window.selected_slot().values)
    window.bridge.do(lambda engine: engine.set_parameter(second, "attack", 77.0))
    eventually(lambda: window.slot_of(second).values["attack"] == pytest.approx(77.0))
    answer(monkeypatch, "second")
    entries(bar)["Save as …"].trigger()
    path = preset_path("sine", "second")
    eventually(path.exists)
    assert load_preset(path).values["attack"] == pytest.approx(77.0)


def test_the_arrows_walk_through_the_presets_and_around(window, bar, qtbot, eventually):
    make(window, eventually, a=100.0, b=200.0, c=300.0)
    last = list(entries(bar))[-4]  # a factory preset; a line and two actions follow
    for button, expected in ((bar.after, "a"), (bar.after, "b"), (bar.before, "a"),
                             (bar.before, last), (bar.after, "a")):  # fmt: skip
        qtbot.mouseClick(button, LEFT)
        eventually(lambda expected=expected: bar.name == expected)
    eventually(lambda: attack(window) == pytest.approx(100.0))
    assert entries(bar)["a"].isChecked()


def test_a_name_that_is_taken_is_asked_about(window, bar, eventually, monkeypatch):
    (path,) = make(window, eventually, mine=100.0)
    asked = answer(monkeypatch, "mine")
    entries(bar)["Save as …"].trigger()
    eventually(lambda: asked)
    assert "mine" in asked[0]
    assert load_preset(path).values == {"attack": 100.0}
    answer(monkeypatch, "mine", overwrite=True)
    entries(bar)["Save as …"].trigger()
    eventually(lambda: "release" in load_preset(path).values)


def test_a_name_that_no_file_can_have_is_refused_in_a_sentence(
    window, bar, eventually, monkeypatch
):
    answer(monkeypatch, "../escape")
    entries(bar)["Save as …"].trigger()
    eventually(lambda: "cannot be a file name" in window.messages.text)


def test_a_damaged_preset_is_not_offered(window, bar, eventually):
    (path,) = make(window, eventually, good=100.0)
    path.with_name("bad.json").write_text("{")
    window.library.watch.look()
    eventually(lambda: any(item.problem for item in window.library.watch.items))
    assert "bad" not in entries(bar)


def test_the_bar_needs_a_slot(window, bar, eventually):
    window.sessions.emptied.emit()
    eventually(lambda: not bar.isVisible())


def test_the_arrows_need_presets(qtbot):
    bar = PresetBar()
    qtbot.addWidget(bar)
    bar.show_presets([], None)
    assert set(entries(bar)) == {"", "Save as …", "About this sound"}
    assert not bar.before.isEnabled()


def test_a_changed_preset_is_marked_reverted_and_compared(
    window, bar, qtbot, eventually, monkeypatch
):
    monkeypatch.setattr(history, "GESTURE_SECONDS", -1.0)  # every movement is a step of its own
    entries(bar)["Sub Bass"].trigger()
    eventually(lambda: bar.name == "Sub Bass" and attack(window) == pytest.approx(6.0))
    eventually(lambda: "*" not in bar.menu.text() and not bar.compare.isEnabled())
    window.instrument.set_values({"attack": 99.0})
    eventually(lambda: bar.menu.text().endswith("*"))
    qtbot.mouseClick(bar.compare, LEFT)
    eventually(lambda: attack(window) == pytest.approx(6.0) and "*" not in bar.menu.text())
    qtbot.mouseClick(bar.compare, LEFT)
    eventually(lambda: attack(window) == pytest.approx(99.0) and "*" in bar.menu.text())
    entries(bar)["Revert to Sub Bass"].trigger()
    eventually(lambda: attack(window) == pytest.approx(6.0))
    window.history.undo.trigger()
    eventually(lambda: attack(window) == pytest.approx(99.0))


def test_about_this_sound_names_model_and_licence(window, bar, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(
        "rtaudiogen.gui.instrument.parameter_page.tell", lambda _w, _t, text: told.append(text)
    )
    entries(bar)["About this sound"].trigger()
    assert "Model: sine" in told[0]
    assert "Licence: MIT" in told[0]
