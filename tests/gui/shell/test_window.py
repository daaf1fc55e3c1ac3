"""The main window plays, selects and edits on a real engine."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from rtaudiogen.gui.rack.slot_strip import SlotStrip
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.wire.snapshot import SlotSnapshot

LEFT = Qt.MouseButton.LeftButton


def slot(window: MainWindow) -> SlotSnapshot:
    """Return the facts of the first slot."""
    assert window.facts is not None
    return window.facts.slots[0]


def strip_of(window: MainWindow) -> SlotStrip:
    """Return the strip of the first slot."""
    return window.rack.strips[slot(window).slot]


def place_of(window: MainWindow, key: int) -> QPoint:
    """Return the point to click for a key."""
    area = window.surface.keyboard.key_area(key)
    return QPoint(round(area.center().x()), round(area.bottom() - 4))


def engine_pid(window: MainWindow) -> int:
    engine = window.bridge._engine
    assert engine is not None
    return engine.pid


def test_a_key_under_the_mouse_sounds_until_it_is_let_go(window, qtbot, eventually):
    keyboard = window.surface.keyboard
    qtbot.mousePress(keyboard, LEFT, pos=place_of(window, 60))
    eventually(lambda: window.facts.peak > 0.01 and slot(window).voices == 1)
    eventually(lambda: np.abs(window.scopes.waveform.ring.latest(4800)).max() > 0.01)
    qtbot.mouseRelease(keyboard, LEFT, pos=place_of(window, 60))
    eventually(lambda: slot(window).voices == 0)


def test_screen_notes_go_to_the_selected_slot(window, eventually):
    window.rack.added.emit("sine")
    eventually(lambda: len(window.rack.strips) == 2)
    first, second = sorted(window.rack.strips)
    eventually(lambda: window.rack.selection == second)
    eventually(lambda: "attack" in window.slot_of(second).values)

    def voices() -> list[int]:
        return [window.slot_of(number).voices for number in (first, second)]

    window.surface.press(60, 100)
    eventually(lambda: voices() == [0, 1])
    window.rack.select(first)
    eventually(lambda: window.selected_slot().slot == first)
    window.surface.release(60)
    eventually(lambda: voices() == [0, 0])


def test_the_computers_keys_play_but_not_while_somebody_writes(window, qtbot, eventually):
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_G)
    eventually(lambda: slot(window).voices == 2)
    qtbot.keyRelease(window.windowHandle(), Qt.Key.Key_A)
    qtbot.keyRelease(window.windowHandle(), Qt.Key.Key_G)
    eventually(lambda: slot(window).voices == 0)

    field = window.instrument.panel.findChild(QLineEdit) or QLineEdit(window)
    field.show()
    field.setFocus()
    eventually(field.hasFocus)
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_A)
    assert field.text() == "a"
    qtbot.wait(200)
    assert slot(window).voices == 0


def test_held_keys_are_released_when_the_window_loses_focus(window, qtbot, eventually):
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    eventually(lambda: slot(window).voices == 1)
    window.keys.let_go()
    eventually(lambda: slot(window).voices == 0)


def test_generators_are_added_swapped_and_removed(window, eventually):
    first = slot(window).slot
    window.rack.added.emit("sine")
    eventually(lambda: len(window.rack.strips) == 2 and window.rack.selection != first)
    second = window.rack.selection
    window.rack.swapped.emit(second, "wavenet-textures")
    eventually(lambda: window.facts.slots[1].model == "wavenet-textures")
    eventually(lambda: "Textures" in window.rack.strips[second].model.text())
    eventually(lambda: window.facts.peak > 0.001)  # it sounds by itself
    assert "temperature" in window.instrument.panel.values
    window.rack.strips[second].remove.click()
    eventually(lambda: [s.slot for s in window.facts.slots] == [first])
    eventually(lambda: window.rack.selection == first and set(window.rack.strips) == {first})


def test_the_menu_of_models_names_family_and_use(window):
    menu = window.rack.menus.menu(window, lambda model: None)
    entries = [action.text() for action in menu.actions()]
    assert any("Sine" in entry and "notes" in entry for entry in entries)
    assert {"sine", "vqvae", "wavenet"} <= set(entries)  # the headings


def test_gain_mute_and_pan_reach_the_engine_and_come_back(window, qtbot, eventually):
    strip = strip_of(window)
    strip.gain.set_value(-24.0)
    strip.pan.set_value(-1.0)
    eventually(lambda: slot(window).mix["gain_db"] == -24.0 and slot(window).mix["pan"] == -1.0)
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    eventually(lambda: window.facts.peak > 0.001)
    qtbot.mouseClick(strip.mute, LEFT)
    eventually(lambda: slot(window).mix["mute"] and window.facts.peak < 0.001)
    qtbot.keyRelease(window.windowHandle(), Qt.Key.Key_A)
    window.bridge.do(lambda engine: engine.set_mix(strip.slot, "gain_db", 3.0))
    eventually(lambda: strip.gain.value == 3.0)
    assert strip.mute.isChecked()


def test_a_knob_moves_its_parameter_and_follows_it(window, eventually):
    panel, number = window.instrument.panel, slot(window).slot
    panel.control("attack").set_value(250.0)
    eventually(lambda: slot(window).values["attack"] > 249.0)
    window.bridge.do(lambda engine: engine.set_parameter(number, "attack", 50.0))
    eventually(lambda: abs(panel.control("attack").value - 50.0) < 0.5)


def test_a_recording_lies_in_the_file_that_is_named(window, qtbot, eventually):
    recorder = window.transport.recorder
    qtbot.mouseClick(recorder.button, LEFT)
    eventually(lambda: recorder.button.isChecked())
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    eventually(lambda: window.facts.recording.seconds > 1.2)
    qtbot.keyRelease(window.windowHandle(), Qt.Key.Key_A)
    assert "0:00:01" in recorder.facts
    qtbot.mouseClick(recorder.button, LEFT)
    eventually(lambda: not recorder.button.isChecked())
    sound, rate = soundfile.read(recorder.path)
    assert rate == 48000
    assert len(sound) > 48000
    assert np.abs(sound).max() > 0.01
    assert recorder.folder.isEnabled()
    eventually(lambda: recorder.path in window.messages.text)


@pytest.mark.parametrize(("form", "subtype"), [("FLAC 16", "PCM_16"), ("WAV 24", "PCM_24")])
def test_the_recorder_writes_the_format_that_is_chosen(window, qtbot, eventually, form, subtype):
    recorder = window.transport.recorder
    recorder.format.setCurrentText(form)
    qtbot.mouseClick(recorder.button, LEFT)
    eventually(lambda: recorder.button.isChecked() and window.facts.recording.seconds > 0.1)
    assert not recorder.format.isEnabled()
    qtbot.mouseClick(recorder.button, LEFT)
    eventually(lambda: not recorder.button.isChecked())
    assert soundfile.info(recorder.path).subtype == subtype
    assert Path(recorder.path).suffix == f".{form[:4].strip().lower()}"
    assert recorder.format.isEnabled()


def test_a_session_is_saved_and_opened_again(window, eventually, tmp_path):
    path = str(tmp_path / "gig.json")
    window.rack.mixed.emit(slot(window).slot, "gain_db", -9.0)
    eventually(lambda: slot(window).mix["gain_db"] == -9.0)
    window.files.save_session(path)
    eventually(lambda: Path(path).exists() and path in window.messages.text)
    window.sessions.emptied.emit()
    eventually(lambda: window.facts.slots == () and window.rack.strips == {})
    assert window.instrument.panel is None
    window.files.open_session(path)
    eventually(lambda: [s.mix["gain_db"] for s in window.facts.slots] == [-9.0])
    eventually(lambda: len(window.rack.strips) == 1 and window.instrument.panel is not None)


def test_a_killed_engine_is_told_in_a_sentence_and_sounds_again(window, qtbot, eventually):
    qtbot.wait(2500)  # a checkpoint has been kept
    before = window.facts.restarts
    os.kill(engine_pid(window), signal.SIGKILL)
    eventually(lambda: window.facts.restarts > before)
    eventually(lambda: any("was restarted" in line for line in window.messages.history))
    assert window.isVisible()
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    eventually(lambda: window.facts.peak > 0.01)
    eventually(lambda: np.abs(window.scopes.waveform.ring.latest(4800)).max() > 0.01)
    qtbot.keyRelease(window.windowHandle(), Qt.Key.Key_A)


def test_an_error_of_the_engine_is_one_line_in_the_window(window, eventually):
    window.rack.added.emit("no-such-model")
    eventually(lambda: "no model 'no-such-model'" in window.messages.text)
    assert "\n" not in window.messages.text
    window.files.open_session("/nowhere/gig.json")
    eventually(lambda: "/nowhere/gig.json: cannot be read" in window.messages.text)


def test_another_latency_is_had_while_it_plays(window, eventually):
    window.transport.connections.wanted.emit("latency_ms", 80.0)
    eventually(lambda: window.facts.latency_ms.get("ring", 0.0) >= 80.0)
    eventually(lambda: window.transport.connections.latency.currentData() == 80.0)
    assert "ring" in window.transport.latency.toolTip()
    assert [s.model for s in window.facts.slots] == ["sine"]


def test_escape_silences_everything_and_leaves_a_field(window, qtbot, eventually):
    window.surface.press(60, 100)
    eventually(lambda: slot(window).voices == 1)
    field = window.instrument.panel.findChild(QLineEdit)
    field.setFocus()
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    eventually(lambda: slot(window).voices == 0)
    eventually(lambda: not field.hasFocus())
    window.surface.release(60)


def test_panic_stops_a_stream_until_it_is_started_again(window, qtbot, eventually):
    first = slot(window).slot
    window.rack.added.emit("wavenet-textures")
    eventually(lambda: len(window.rack.strips) == 2 and window.rack.selection != first)
    strip = window.rack.strips[window.rack.selection]
    eventually(lambda: window.facts.peak > 0.001)
    window.transport.panic_button.click()
    eventually(lambda: strip.stop.isChecked() and strip.stop.text() == "▶")
    eventually(lambda: window.facts.peak < 0.0001)
    assert "stopped" in strip.describes
    window.setFocus()
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    eventually(lambda: window.facts.peak > 0.001)
    assert not strip.stop.isChecked()


def test_panic_silences_what_is_held(window, qtbot, eventually):
    qtbot.keyPress(window.windowHandle(), Qt.Key.Key_A)
    eventually(lambda: slot(window).voices == 1)
    window.transport.panic_button.click()
    eventually(lambda: slot(window).voices == 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_looks_can_be_had(window, theme):
    window.sessions.themed.emit(theme)
    assert window.grab().size() == window.size()


def test_the_pad_moves_two_parameters_of_the_selected_slot(window, eventually):
    pad = window.xy.pad
    x, y = pad.parameters
    pad.set_values(x.minimum, y.maximum)
    eventually(lambda: slot(window).values[x.id] == pytest.approx(x.minimum, abs=1e-3))
    eventually(lambda: slot(window).values[y.id] == pytest.approx(y.maximum, rel=1e-3))
    window.bridge.do(lambda engine: engine.set_parameter(window.rack.selection, y.id, y.minimum))
    eventually(lambda: window.xy.pad.values[1] == pytest.approx(y.minimum, abs=1e-3))
