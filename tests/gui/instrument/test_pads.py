"""A slot that plays hits shows pads instead of the keyboard, and its counters."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from rtaudiogen.client import catalogue
from rtaudiogen.wire.snapshot import MidiSnapshot

from ...models.wavegan.untrained import write_untrained

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def drums(window, eventually, tmp_path):
    """Return the window once its pads have hits in store."""
    path = write_untrained(tmp_path / "noise.safetensors")
    number = window.facts.slots[0].slot
    window.bridge.do(lambda engine: engine.swap_slot(number, str(path)))
    eventually(lambda: window.facts.slots[0].hits is not None)
    eventually(window.surface.pads.isVisible)
    eventually(lambda: window.facts.slots[0].hits.ready > 0)
    return window


def slot(window):
    return window.facts.slots[0]


def place_of(window, pad: int) -> QPoint:
    area = window.surface.pads.pad_area(pad)
    return QPoint(round(area.center().x()), round(area.bottom() - 4))


def drag(window, qtbot, start: QPoint, end: QPoint, modifier=Qt.KeyboardModifier.NoModifier):
    pads = window.surface.pads
    qtbot.mousePress(pads, LEFT, modifier, start)
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), pads.mapToGlobal(QPointF(end)),
        Qt.MouseButton.NoButton, LEFT, modifier,
    )  # fmt: skip
    QApplication.sendEvent(pads, event)
    qtbot.mouseRelease(pads, LEFT, modifier, end)


def test_pads_play_hits_and_move_what_belongs_to_them(drums, qtbot, eventually):
    window = drums
    assert not window.surface.keyboard.isVisible()
    qtbot.mouseClick(window.surface.pads, LEFT, pos=place_of(window, 2))
    eventually(lambda: slot(window).hits.played == 1)
    eventually(lambda: window.transport.meter.held_db > -40.0)
    number = slot(window).slot
    eventually(lambda: "1 played · 0 replays" in window.rack.strips[number].describes)

    def choose(text: str) -> None:
        menu = window.surface.pads.menu(2)
        next(action for action in menu.actions() if action.text() == text).trigger()
        menu.close()

    choose("Lock")
    eventually(lambda: slot(window).values["pad3.lock"] == 1.0)
    eventually(lambda: window.surface.pads._faces[2].locked)
    choose("Unlock")
    eventually(lambda: slot(window).values["pad3.lock"] == 0.0)
    choose("Mutate")
    eventually(lambda: slot(window).values["pad3.mutate"] == 1.0)
    drag(window, qtbot, place_of(window, 0), place_of(window, 2))
    eventually(lambda: slot(window).values["pad3.breed"] == 1.0)


def test_pads_show_how_their_hits_look_and_follow_what_is_struck(drums, qtbot, eventually):
    window, faces = drums, drums.surface.pads._faces
    eventually(lambda: all(face.outline is not None for face in faces))
    before = faces[3].outline
    assert before.shape == (48,)
    assert 0 <= before.min() <= before.max() <= 1
    window.surface.pads.mutate_wanted.emit(3, 1)
    eventually(lambda: slot(window).values["pad4.mutate"] == 1.0)

    def looks_otherwise() -> bool:
        qtbot.mouseClick(window.surface.pads, LEFT, pos=place_of(window, 3))
        qtbot.wait(300)
        return not np.array_equal(faces[3].outline, before)

    eventually(looks_otherwise)


def test_a_class_is_named_without_its_underscore_and_whole(drums):
    labels = [face.label for face in drums.surface.pads._faces]
    assert any("hat closed" in label for label in labels)


def test_a_hit_is_saved_from_the_menu(drums, eventually):
    drums.surface.pads.save_wanted.emit(1)
    folder = catalogue.recordings_folder() / "hits"
    eventually(lambda: str(folder) in drums.messages.text)
    (path,) = folder.glob("*pad 2*.wav")
    sound, rate = soundfile.read(path)
    assert rate == 48000
    assert np.abs(sound).max() > 0.01


def test_with_alt_a_hit_is_dragged_out_as_a_file_and_not_struck(
    drums, qtbot, eventually, monkeypatch
):
    dragged: list[Path] = []
    played = slot(drums).hits.played

    def take(bridge, source, stem, make, picture=None):
        path = catalogue.recordings_folder() / f"{stem}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        bridge.do(lambda engine: make(engine, str(path)), lambda _: dragged.append(path))
        assert not picture.isNull()

    monkeypatch.setattr("rtaudiogen.gui.instrument.hit_files.drag_made_file", take)
    drag(drums, qtbot, place_of(drums, 5), place_of(drums, 9), Qt.KeyboardModifier.AltModifier)
    eventually(lambda: dragged)
    sound, _ = soundfile.read(dragged[0])
    assert np.abs(sound).max() > 0.01
    assert slot(drums).hits.played == played


def test_a_pad_flashes_when_its_key_arrives(drums):
    pads = drums.surface.pads
    drums.surface.hear([MidiSnapshot(1, 0.0, "keys", 0x99, 36 + 4, 127)])
    assert pads._faces[4].glow > 0.9
    drums.surface.hear([MidiSnapshot(2, 0.0, "screen", 0x99, 36 + 5, 127)])
    assert pads._faces[5].glow == 0.0  # it flashed when it was struck


def test_a_bred_pad_is_selected_and_breeding_can_be_undone(drums, qtbot, eventually):
    window = drums
    drag(window, qtbot, place_of(window, 1), place_of(window, 4))
    eventually(lambda: slot(window).values["pad5.breed"] == 2.0)
    assert window.surface.pads.current == 4
    assert window.instrument.panel.control("pad5.breed").isVisible()
    window.history.undo.trigger()
    eventually(lambda: slot(window).values["pad5.breed"] == 0.0)
