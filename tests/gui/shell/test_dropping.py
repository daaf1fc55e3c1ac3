"""Files dropped on the window are loaded by their kind and place."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from rtaudiogen.client import catalogue
from rtaudiogen.client.library import Item, Kind
from rtaudiogen.gui.library.browser_table import mime_of
from rtaudiogen.gui.shell.dropping import DropFrame
from rtaudiogen.gui.shell.file_drag import drag_made_file
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.saving.presets import Preset, save_preset
from rtaudiogen.saving.sessions import Session, SlotState, save_session

LEFT, NO_KEYS, COPY = (
    Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction,
)  # fmt: skip


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 220 * np.arange(32000) / 16000), 16000)
    return path


@pytest.fixture
def turned(window: MainWindow) -> Iterator[MainWindow]:
    """Yield the window with its library page open."""
    window.pages.turn_to(window.library.page)
    yield window
    window.pages.turn_to(window.instrument)


def urls(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def middle(window: MainWindow, widget: QWidget) -> QPoint:
    return widget.mapTo(window, widget.rect().center())


def enter(window: MainWindow, place: QPoint, data: QMimeData) -> bool:
    """Send the events of a drag that enters, and return whether the window accepts it."""
    handle = window.windowHandle()
    event = QDragEnterEvent(place, COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(handle, event)
    move = QDragMoveEvent(place, COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(handle, move)
    return move.isAccepted()


def drop(window: MainWindow, place: QPoint, data: QMimeData) -> None:
    """Send the events of a whole drag and drop."""
    assert enter(window, place, data)
    event = QDropEvent(QPointF(place), COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(window.windowHandle(), event)
    assert event.isAccepted()


def sounds(window: MainWindow, eventually) -> list[str]:
    """Return the sound files that the slots play from."""
    found: list[list[str]] = []
    window.bridge.do(
        lambda engine: engine.session(),
        lambda session: found.append([slot["sound"] for slot in session["slots"]]),
    )
    eventually(lambda: found)
    return found[0]


def test_a_sound_beside_the_slots_adds_one_that_plays_it(window, eventually, hum):
    drop(window, middle(window, window.scopes), urls([hum]))
    eventually(lambda: len(window.rack.strips) == 2 and window.selected_slot())
    eventually(lambda: window.selected_slot().model != "sine")
    assert sounds(window, eventually) == ["", str(hum)]
    slot = window.selected_slot()
    model = window.rack.models.find(slot.model)
    (source,) = [p for p in model.parameters if p.stepped and "file" in p.labels][:1]
    assert source.labels[round(slot.values[source.id] - source.minimum)] == "file"
    eventually(lambda: window.facts.peak > 0.005)


def test_a_sound_dropped_on_a_slot_plays_there_as_do_its_codes(turned, eventually, hum):
    window = turned
    first = next(iter(window.rack.strips))
    taker = next(model.id for model in window.rack.models.models if model.takes_sound)
    window.bridge.do(lambda engine: engine.swap_slot(first, taker))
    eventually(lambda: window.facts.slots[0].model == taker)
    drop(window, middle(window, window.rack.strips[first]), urls([hum]))
    eventually(lambda: sounds(window, eventually) == [str(hum)])
    drop(window, middle(window, window.library.page), urls([hum]))
    eventually(lambda: "bits per second" in window.messages.text)
    codes = catalogue.recordings_folder() / "hum.rtac"
    window.library.page.show_kind(Kind.RECORDING)
    eventually(lambda: codes in [item.path for item in window.library.page.table.items])
    drop(window, middle(window, window.rack.strips[first]), urls([codes]))
    eventually(lambda: sounds(window, eventually) == [str(codes)])
    assert list(window.rack.strips) == [first]
    codes.unlink()


def test_models_sessions_and_presets_are_taken_several_at_once(window, eventually, tmp_path):
    shipped = window.rack.models.find("wavenet-textures").path
    preset = tmp_path / "soft.json"
    save_preset(preset, Preset({"attack": 321.0}, None, "sine", "soft"))
    nothing = tmp_path / "notes.txt"
    nothing.write_text("la la")
    drop(window, middle(window, window.scopes), urls([preset, nothing, shipped]))
    eventually(lambda: window.facts.slots[0].values["attack"] == pytest.approx(321.0))
    eventually(lambda: [slot.model for slot in window.facts.slots] == ["sine", "wavenet-textures"])
    assert any("notes.txt: cannot be used" in line for line in window.messages.history)


def test_a_session_that_is_dropped_is_opened(window, eventually, tmp_path):
    path = tmp_path / "dropped.json"
    latency = window.bridge._engine.settings.latency_ms
    save_session(
        path,
        Session((SlotState("sine"),) * 3, "null", sample_rate=48000, latency_ms=latency,
                midi="none"),
    )  # fmt: skip
    drop(window, middle(window, window.scopes), urls([path]))
    eventually(lambda: len(window.rack.strips) == 3)
    eventually(lambda: window.windowTitle() == "dropped – rtaudiogen")


def test_a_dropped_model_replaces_a_slots_generator_or_adds_one(window, eventually):
    data = mime_of([item for item in window.library.watch.items if item.name == "sine"])
    assert data.urls() == []  # it has no file
    drop(window, middle(window, window.scopes), data)
    eventually(lambda: len(window.rack.strips) == 2)
    first = next(iter(window.rack.strips))
    textures = [item for item in window.library.watch.items if item.name == "wavenet-textures"]
    drop(window, middle(window, window.rack.strips[first]), mime_of(textures))
    eventually(lambda: window.facts.slots[0].model == "wavenet-textures")
    assert len(window.rack.strips) == 2


def test_a_preset_for_another_family_is_refused_in_a_sentence(window, eventually, tmp_path):
    path = tmp_path / "choir.json"
    save_preset(path, Preset({}, None, "wavenet-keys-strings", "choir"))
    drop(window, middle(window, next(iter(window.rack.strips.values()))), urls([path]))
    eventually(lambda: "choir is for wavenet" in window.messages.text)
    assert "plays sine" in window.messages.text


def test_a_preset_without_a_slot_brings_its_model_along(window, eventually, tmp_path):
    window.sessions.emptied.emit()
    eventually(lambda: window.rack.strips == {})
    path = tmp_path / "soft.json"
    save_preset(path, Preset({"attack": 222.0}, 5, "sine", "soft"))
    drop(window, middle(window, window.scopes), urls([path]))
    eventually(lambda: len(window.rack.strips) == 1)
    eventually(lambda: window.facts.slots[0].values.get("attack") == pytest.approx(222.0))


def test_damaged_files_are_one_line_each_and_change_nothing(window, eventually, tmp_path):
    paths = [tmp_path / f"bad{suffix}" for suffix in (".wav", ".json", ".safetensors", ".rtac")]
    for path in paths:
        path.write_bytes(b"{ nothing")
    before = len(window.messages.history)
    drop(window, middle(window, window.scopes), urls(paths))
    eventually(lambda: all(
        any(str(path) in line for line in window.messages.history) for path in paths
    ))  # fmt: skip
    assert not any("\n" in line for line in window.messages.history[before:])
    assert [slot.model for slot in window.facts.slots] == ["sine"]


def test_the_drop_target_is_framed_during_a_drag(window, hum):
    frame = window.findChild(DropFrame)
    strip = next(iter(window.rack.strips.values()))
    assert enter(window, middle(window, strip), urls([hum]))
    assert frame.isVisible()
    assert frame.geometry().contains(middle(window, strip))
    QApplication.sendEvent(window.windowHandle(), QDragLeaveEvent())
    assert not frame.isVisible()


def test_text_is_not_taken(window):
    data = QMimeData()
    data.setText("hello")
    assert not enter(window, middle(window, window.scopes), data)


def test_a_file_made_for_a_drag_goes_if_nobody_takes_it(window, eventually):
    made: list[str] = []

    def make(engine: object, path: str) -> None:
        soundfile.write(path, np.zeros(100), 16000)
        made.append(path)

    drag_made_file(window.bridge, window.surface.pads, "hit", make)  # no button is held
    eventually(lambda: made and not Path(made[0]).exists())
    assert Path(made[0]).parent == catalogue.recordings_folder()


def test_a_file_made_for_a_drag_stays_after_the_drop(window, eventually, monkeypatch):
    dragged: list[QMimeData] = []

    def take(drag: QDrag, actions: Qt.DropAction) -> Qt.DropAction:
        dragged.append(drag.mimeData())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", take)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: LEFT)
    for _ in range(2):
        drag_made_file(
            window.bridge, window.surface.pads, "snare",
            lambda _, path: soundfile.write(path, np.zeros(100), 16000),
        )  # fmt: skip
    eventually(lambda: len(dragged) == 2)
    paths = [Path(data.urls()[0].toLocalFile()) for data in dragged]
    assert [path.name for path in paths] == ["snare.wav", "snare 2.wav"]
    for path in paths:
        assert soundfile.info(path).frames == 100
        path.unlink()


def test_the_browsers_own_items_cannot_be_dropped_on_it(turned, hum):
    window = turned

    class Inner(QDragMoveEvent):
        def source(self) -> QWidget:
            return window.library.page.tree

    event = Inner(middle(window, window.library.page), COPY, urls([hum]), LEFT, NO_KEYS)
    window.library.drop_target.eventFilter(window, event)
    assert not event.isAccepted()


def test_an_item_with_a_problem_says_it_when_it_is_used(window):
    item = Item(Kind.SESSION, "bad", Path("bad.json"), problem="bad.json: damaged")
    window.library.actions.use(item)
    assert window.messages.text == "bad.json: damaged"
