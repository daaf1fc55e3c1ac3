"""Everything that is done to the rack is undone by its name, on a real engine."""

import json

import pytest

from rtaudiogen.gui.shell import history
from rtaudiogen.gui.shell.main_window import MainWindow


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """The window without anything to undo."""
    window.history.stack.clear()
    return window


def rack(window):
    return [(slot.slot, slot.model) for slot in window.facts.slots]


def undo(window, eventually, name):
    """Undo the step of that name, which the menu tells."""
    eventually(lambda: window.history.undo.text() == f"Undo: {name}")
    window.history.undo.trigger()


def test_a_removed_slot_comes_back_with_everything(window, eventually):
    ((slot, _),) = rack(window)
    window.instrument.set_values({"attack": 123.0})
    window.rack.mixed.emit(slot, "gain_db", -7.0)
    window.midi.mappings.mapped.emit(slot, 20, "level")
    eventually(lambda: window.facts.slots[0].controls == {"level": 20})
    window.rack.strips[slot].remove.click()
    eventually(lambda: rack(window) == [])
    assert "Undo (Ctrl+Z) brings it back" in window.messages.text
    undo(window, eventually, "remove Sine")
    eventually(lambda: rack(window) == [(slot, "sine")])
    facts = window.facts.slots[0]
    eventually(lambda: window.facts.slots[0].values["attack"] == 123.0)
    assert facts.mix["gain_db"] == -7.0
    assert facts.controls == {"level": 20}


def test_adding_and_exchanging_are_undone_and_redone(window, eventually):
    ((slot, _),) = rack(window)
    window.rack.added.emit("sine")
    eventually(lambda: len(rack(window)) == 2)
    window.rack.swapped.emit(slot, "wavenet-textures")
    eventually(lambda: rack(window)[0] == (slot, "wavenet-textures"))
    undo(window, eventually, "exchange Sine for Textures")
    eventually(lambda: rack(window)[0] == (slot, "sine"))
    undo(window, eventually, "add Sine")
    eventually(lambda: rack(window) == [(slot, "sine")])
    window.history.redo.trigger()
    eventually(lambda: len(rack(window)) == 2)


def test_one_gesture_is_one_step(window, eventually, monkeypatch):
    for value in (10.0, 20.0, 30.0):
        window.instrument.set_values({"attack": value})
    window.instrument.set_values({"level": -3.0})
    monkeypatch.setattr(history, "GESTURE_SECONDS", -1.0)
    window.instrument.set_values({"level": -6.0})
    eventually(lambda: window.facts.slots[0].values["level"] == -6.0)
    undo(window, eventually, "Level")
    eventually(lambda: window.facts.slots[0].values["level"] == -3.0)
    undo(window, eventually, "Level")
    undo(window, eventually, "Attack")
    eventually(lambda: window.facts.slots[0].values["attack"] < 10.0)
    assert not window.history.undo.isEnabled()


def test_an_undone_value_is_shown_by_its_control(window, eventually):
    knob = window.instrument.panel.control("attack")
    before = knob.value
    knob.set_value(200.0)
    undo(window, eventually, "Attack")
    eventually(lambda: knob.value == before)
    fader = window.rack.strips[window.rack.selection].gain
    fader.set_value(-20.0)
    undo(window, eventually, "gain of Sine")
    eventually(lambda: fader.value == 0.0)
    master = window.transport.master.gain
    master.set_value(-20.0)
    undo(window, eventually, "master gain")
    eventually(lambda: master.value == 0.0)


def test_undo_outlives_the_selection(window, eventually):
    ((first, _),) = rack(window)
    window.instrument.set_values({"attack": 99.0})
    eventually(lambda: window.facts.slots[0].values["attack"] == 99.0)
    window.rack.added.emit("sine")
    eventually(lambda: window.rack.selection != first)
    undo(window, eventually, "add Sine")
    undo(window, eventually, "Attack")
    eventually(lambda: window.slot_of(first).values["attack"] < 99.0)


def test_the_demo_takes_nothing_away_for_good(window, eventually):
    before = rack(window)
    window.sessions.demo.emit()
    eventually(lambda: rack(window) != before and window.facts.slots)
    undo(window, eventually, "play the demo")
    eventually(lambda: rack(window) == before)


def test_the_title_marks_changes_and_undo_gives_the_file_back(window, eventually, tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    window.files.save_session(str(first))
    eventually(lambda: window.windowTitle() == "first – rtaudiogen")
    document = json.loads(first.read_text())
    second.write_text(json.dumps({**document, "slots": document["slots"] * 2}))
    window.instrument.set_values({"attack": 66.0})
    assert window.windowTitle() == "first* – rtaudiogen"
    window.files.open_session(str(second))
    eventually(lambda: window.windowTitle() == "second – rtaudiogen" and len(rack(window)) == 2)
    undo(window, eventually, "open second")
    eventually(lambda: window.windowTitle() == "first* – rtaudiogen" and len(rack(window)) == 1)
    window.files.save_session(str(first))
    eventually(lambda: window.windowTitle() == "first – rtaudiogen")


def test_a_learnt_mapping_is_a_step_like_any_other(window, eventually):
    ((slot, _),) = rack(window)
    window.rack_actions.learn(slot, "release")
    eventually(lambda: "Move a controller" in window.messages.text)
    # as the engine does when a port's controller moves
    window.bridge.do(lambda engine: engine.map_controller(slot, 21, "release"))
    eventually(lambda: window.facts.slots[0].controls == {"release": 21})
    undo(window, eventually, "map CC 21 to release of Sine")
    eventually(lambda: window.facts.slots[0].controls == {})
    window.history.redo.trigger()
    eventually(lambda: window.facts.slots[0].controls == {"release": 21})


def test_a_changed_rack_is_replaced_only_if_the_user_agrees(window, eventually, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(
        "rtaudiogen.gui.shell.session_actions.ask_whether",
        lambda _w, _t, question: bool(asked.append(question)),
    )
    window.instrument.set_values({"attack": 55.0})
    before = rack(window)
    for replace in (window.files.empty_rack, window.files.play_demo):
        replace()
    window.files.open_session("never.json")
    assert len(asked) == 3
    assert all("not saved" in question for question in asked)
    assert window.history.undo.text() == "Undo: Attack"  # nothing else was done
    assert rack(window) == before


def test_an_unchanged_rack_is_replaced_without_a_question(window, eventually, monkeypatch):
    monkeypatch.setattr(
        "rtaudiogen.gui.shell.session_actions.ask_whether", lambda *_: pytest.fail("asked")
    )
    window.files.empty_rack()
    eventually(lambda: rack(window) == [])
