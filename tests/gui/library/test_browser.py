"""The library page lists real files and opens, renames, exports and deletes them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QDesktopServices

from rtaudiogen.client import catalogue
from rtaudiogen.client.library import Item, Kind
from rtaudiogen.gui.library.browser import TITLES, Browser
from rtaudiogen.gui.library.browser_columns import COLUMNS
from rtaudiogen.gui.library.browser_table import MODEL_MIME, mime_of
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.saving.sessions import Session, SlotState, save_session

LEFT = Qt.MouseButton.LeftButton


def record(name: str, seconds: float = 0.5) -> Path:
    path = catalogue.recordings_folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = np.arange(round(16000 * seconds))
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 220 * frames / 16000), 16000)
    return path


def names(page: Browser) -> list[str]:
    model = page.tree.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def row_of(page: Browser, name: str) -> QPoint:
    """Return the point to click for a row."""
    model = page.tree.model()
    row = next(row for row in range(model.rowCount()) if name in str(model.index(row, 0).data()))
    page.tree.scrollTo(model.index(row, 0))
    return page.tree.visualRect(model.index(row, 0)).center()


@pytest.fixture
def page(window: MainWindow, qtbot, eventually) -> Iterator[Browser]:
    """Yield the library page, opened by its tab."""
    page = window.library.page
    tabs = window.pages.tabBar()
    qtbot.mouseClick(tabs, LEFT, pos=tabs.tabRect(window.pages.indexOf(page)).center())
    page.search.clear()
    page.show_kind(Kind.MODEL)
    eventually(lambda: page.isVisible() and "Sine" in names(page))
    yield page
    for folder in (catalogue.recordings_folder(), catalogue.sessions_folder()):
        for path in folder.iterdir() if folder.is_dir() else []:
            path.unlink()
    window.pages.turn_to(window.instrument)


def turn(page: Browser, qtbot, kind: Kind) -> None:
    index = list(TITLES).index(kind)
    qtbot.mouseClick(page.kinds, LEFT, pos=page.kinds.tabRect(index).center())


def click(page: Browser, qtbot, name: str) -> None:
    qtbot.mouseClick(page.tree.viewport(), LEFT, pos=row_of(page, name))


def press(page: Browser, qtbot, text: str) -> None:
    """Press a button of the page, or select an entry of its menu."""
    if text == page.button.text():
        assert page.button.isEnabled()
        qtbot.mouseClick(page.button, LEFT)
        return
    (action,) = [action for action in page.more.menu().actions() if action.text() == text]
    assert action.isEnabled()
    action.trigger()


def test_models_are_listed_with_facts_and_double_click_adds_one(window, page, qtbot, eventually):
    titles = [column.title for column in COLUMNS[Kind.MODEL]]
    row = next(r for r, item in enumerate(page.table.items) if item.name == "sine")
    facts = [page.table.index(row, column).data() for column in range(len(titles))]
    told = dict(zip(titles, facts, strict=True))
    assert (told["Name"], told["Id"]) == ("Sine", "sine")
    assert told["Plays"] == "notes"
    assert told["Origin"] == "built in"
    before = set(window.rack.strips)
    click(page, qtbot, "Sine")
    qtbot.mouseDClick(page.tree.viewport(), LEFT, pos=row_of(page, "Sine"))
    eventually(lambda: len(window.rack.strips) == 2 and window.rack.selection not in before)


def test_a_click_on_a_sound_plays_its_preview_beside_the_rack(window, page, qtbot, eventually):
    turn(page, qtbot, Kind.PRESET)
    click(page, qtbot, "Sub Bass")
    eventually(lambda: window.facts.peak > 0.05)
    assert len(window.rack.strips) == 1
    eventually(lambda: window.facts.slots[0].level < 0.001)  # it is not the slot that sounds


def test_a_double_click_gives_the_selected_slot_a_sound_that_suits_it(
    window, page, qtbot, eventually
):
    turn(page, qtbot, Kind.PRESET)
    click(page, qtbot, "Sub Bass")
    qtbot.mouseDClick(page.tree.viewport(), LEFT, pos=row_of(page, "Sub Bass"))
    eventually(lambda: window.facts.slots[0].values["attack"] == pytest.approx(6.0))
    assert len(window.rack.strips) == 1
    click(page, qtbot, "Night Ocean")
    qtbot.keyClick(page.tree, Qt.Key.Key_Return)
    eventually(lambda: [s.model for s in window.facts.slots] == ["sine", "wavenet-textures"])


def test_the_button_adds_a_slot_with_the_sound(window, page, qtbot, eventually):
    turn(page, qtbot, Kind.PRESET)
    click(page, qtbot, "Glass Pad")
    press(page, qtbot, "+ Add")
    eventually(lambda: len(window.rack.strips) == 2)
    eventually(lambda: window.facts.slots[1].values.get("attack") == pytest.approx(500.0))


def test_a_tag_leaves_the_sounds_that_have_it(page, qtbot):
    turn(page, qtbot, Kind.PRESET)
    everything = names(page)
    page.tags.setCurrentText("Kit")
    kits = names(page)
    assert "Tight Kit" in kits
    assert "Glass Pad" not in kits
    page.tags.setCurrentIndex(0)
    assert names(page) == everything
    turn(page, qtbot, Kind.MODEL)
    assert not page.tags.isVisible()


def test_enter_opens_what_is_selected(window, page, qtbot, eventually):
    click(page, qtbot, "Sine")
    qtbot.keyClick(page.tree, Qt.Key.Key_Return)
    eventually(lambda: len(window.rack.strips) == 2)


def test_a_search_leaves_what_has_the_word_in_it(page, qtbot):
    qtbot.keyClicks(page.search, "one sine per voice")
    assert names(page) == ["Sine"]
    page.search.setText("no such thing")
    assert names(page) == []
    assert any("no such thing" in label.text() for label in page.findChildren(type(page._empty)))
    page.search.clear()
    assert "Sine" in names(page)


def test_new_files_appear_newest_first_and_damage_is_one_line(page, qtbot, eventually):
    turn(page, qtbot, Kind.RECORDING)
    record("one.wav")
    page.refresh_wanted.emit()
    eventually(lambda: names(page) == ["one.wav"])
    record("two.wav")  # the folder is watched by now
    eventually(lambda: names(page) == ["two.wav", "one.wav"])
    (catalogue.recordings_folder() / "bad.wav").write_bytes(b"nothing")
    eventually(lambda: len(names(page)) == 3)
    (broken,) = [name for name in names(page) if name.startswith("bad.wav")]
    assert "cannot be read as sound" in broken
    click(page, qtbot, "bad.wav")
    assert not page.use.isEnabled()
    assert page.trash.isEnabled()


def test_a_recording_is_listed_when_it_is_finished(window, page, qtbot, eventually):
    turn(page, qtbot, Kind.RECORDING)
    window.transport.recorder.button.click()
    eventually(lambda: window.facts.recording and window.facts.recording.running)
    eventually(lambda: window.facts.recording.seconds > 1.0)
    window.transport.recorder.button.click()
    eventually(lambda: not window.facts.recording.running)
    eventually(lambda: [item for item in page.table.items if item.seconds > 1.0])


def test_a_heading_sorts(page, qtbot, eventually):
    turn(page, qtbot, Kind.RECORDING)
    record("long.wav", 2.0)
    record("short.wav", 0.2)
    record("middle.wav", 1.0)
    page.refresh_wanted.emit()
    eventually(lambda: len(names(page)) == 3)
    header = page.tree.header()
    column = [c.title for c in COLUMNS[Kind.RECORDING]].index("Length")
    place = QPoint(header.sectionViewportPosition(column) + 8, header.height() // 2)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert names(page) in (
        ["short.wav", "middle.wav", "long.wav"],
        ["long.wav", "middle.wav", "short.wav"],
    )


def test_a_recording_plays_in_the_selected_slot_or_in_a_new_one(window, page, qtbot, eventually):
    path = record("hum.wav", 3.0)
    turn(page, qtbot, Kind.RECORDING)
    page.refresh_wanted.emit()
    eventually(lambda: names(page) == ["hum.wav"])
    click(page, qtbot, "hum")
    press(page, qtbot, "Open")
    eventually(lambda: len(window.rack.strips) == 2)
    eventually(lambda: window.selected_slot() and window.selected_slot().model != "sine")
    taker = window.selected_slot()
    assert window.rack.models.find(taker.model).takes_sound
    eventually(lambda: window.facts.peak > 0.005)
    press(page, qtbot, "Open")
    eventually(lambda: f"Loading {path}" in window.messages._busy.text())
    eventually(lambda: not window.messages._busy.text())
    assert [slot.slot for slot in window.facts.slots][-1] == taker.slot
    sounds: list[str] = []
    window.bridge.do(lambda engine: engine.session(), lambda s: sounds.extend(
        slot["sound"] for slot in s["slots"]
    ))  # fmt: skip
    eventually(lambda: sounds == ["", str(path)])


def test_a_session_is_opened_and_the_window_is_called_like_it(window, page, qtbot, eventually):
    save_session(
        catalogue.sessions_folder() / "gig.json",
        Session(
            (SlotState("sine"), SlotState("sine")), output="null", sample_rate=48000, midi="none",
            latency_ms=window.bridge._engine.settings.latency_ms,
        ),
    )  # fmt: skip
    turn(page, qtbot, Kind.SESSION)
    page.refresh_wanted.emit()
    eventually(lambda: names(page) == ["gig"])
    assert page.table.items[0].uses == ("sine",)
    click(page, qtbot, "gig")
    press(page, qtbot, "Open")
    eventually(lambda: len(window.rack.strips) == 2)
    eventually(lambda: window.windowTitle() == "gig – rtaudiogen")


def test_built_in_models_can_only_be_exported(
    window, page, qtbot, eventually, tmp_path, monkeypatch
):
    click(page, qtbot, "Textures")
    assert not page.rename.isEnabled()
    assert not page.trash.isEnabled()
    target = tmp_path / "copy.safetensors"
    monkeypatch.setattr("rtaudiogen.gui.library.library_files.ask_where", lambda *_: target)
    press(page, qtbot, "Export …")
    eventually(lambda: str(target) in window.messages.text)
    assert catalogue.describe(target).id == "wavenet-textures"
    click(page, qtbot, "Sine")  # no file at all
    assert not page.export.isEnabled()
    assert not page.folder.isEnabled()


def test_a_file_is_renamed_and_moved_to_the_trash_on_request(
    window, page, qtbot, eventually, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = record("take.wav")
    turn(page, qtbot, Kind.RECORDING)
    page.refresh_wanted.emit()
    eventually(lambda: names(page) == ["take.wav"])
    monkeypatch.setattr("rtaudiogen.gui.library.library_files.ask_name", lambda *_: "best")
    click(page, qtbot, "take")
    press(page, qtbot, "Rename …")
    eventually(lambda: names(page) == ["best.wav"])
    assert not path.exists()
    click(page, qtbot, "best")
    answers: list[str] = []
    monkeypatch.setattr(
        "rtaudiogen.gui.library.library_files.ask_whether",
        lambda _w, _t, question: answers.append(question) or len(answers) > 1,
    )
    press(page, qtbot, "Delete …")
    assert "best.wav" in answers[0]
    assert path.with_name("best.wav").exists()  # the answer was no
    qtbot.keyClick(page.tree, Qt.Key.Key_Delete)
    eventually(lambda: names(page) == [])
    assert not path.with_name("best.wav").exists()


def test_a_folder_is_shown_by_the_system(page, qtbot, eventually, monkeypatch):
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    click(page, qtbot, "Textures")
    press(page, qtbot, "Show in folder")
    assert shown == [str(page.selection()[0].path.parent)]


def test_the_selection_stays_when_an_item_is_added(page, qtbot, eventually):
    record("one.wav")
    turn(page, qtbot, Kind.RECORDING)
    page.refresh_wanted.emit()
    eventually(lambda: names(page) == ["one.wav"])
    click(page, qtbot, "one")
    record("two.wav")
    eventually(lambda: len(names(page)) == 2)
    assert [item.name for item in page.selection()] == ["one.wav"]


def test_items_are_dragged_as_files_models_also_by_name(page, qtbot, eventually):
    page.tree.selectionModel().select(
        page.tree.model().index(0, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )
    data = page.tree.model().mimeData(page.tree.selectedIndexes())
    assert bytes(data.data(MODEL_MIME).data()).decode() == page.selection()[0].name
    path = record("take.wav")
    data = mime_of([Item(Kind.RECORDING, "take.wav", path)])
    assert [url.toLocalFile() for url in data.urls()] == [str(path)]
    assert not data.hasFormat(MODEL_MIME)


def test_menu_without_a_selection_offers_refresh_and_measuring(page):
    page.tree.clearSelection()
    assert not page.button.isEnabled()
    offered = [action.text() for action in page.more.menu().actions() if action.isEnabled()]
    assert offered == ["Refresh", "Measure speeds"]
    assert page.more.isEnabled()


def test_everything_can_be_reached_and_is_named(page):
    for widget in (page.kinds, page.search, page.tree, page.button, page.more):
        assert widget.accessibleName() or widget.text()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_speeds_of_the_models_are_measured_on_request(page, qtbot, eventually):
    def speeds() -> list[str]:
        titles = [column.title for column in COLUMNS[Kind.MODEL]]
        column = titles.index("Speed")
        return [page.table.index(row, column).data() for row in range(page.table.rowCount())]

    assert set(speeds()) == {"–"}
    press(page, qtbot, "Measure speeds")
    eventually(lambda: all("×" in speed for speed in speeds()))
