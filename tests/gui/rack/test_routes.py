"""Slots are led to effects in the window, step by step of its history."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from rtaudiogen.gui.rack.route_button import short_text
from rtaudiogen.gui.rack.route_panel import RoutePanel
from rtaudiogen.gui.rack.slot_strip import SlotStrip
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.routing import Ways


@pytest.fixture
def with_room(window: MainWindow, eventually: Callable[..., None]) -> tuple[int, int]:
    """Return the numbers of a sine and of a reverb below it."""
    window.rack.added.emit("space")
    eventually(lambda: len(window.rack.strips) == 2)
    assert window.facts is not None
    sine, room = (slot.slot for slot in window.facts.slots)
    eventually(lambda: not window.rack.strips[sine].route.isHidden())
    return sine, room


def ways(window: MainWindow, slot: int) -> Ways:
    facts = window.slot_of(slot)
    assert facts is not None
    return Ways(facts.output, facts.send)


def choose(strip: SlotStrip, output: str, send: str) -> None:
    """Choose in the panel, as a user does."""
    panel = strip.route.panel
    for box, name in ((panel.output, output), (panel.send, send)):
        index = box.findText(name)
        assert index >= 0, name
        box.setCurrentIndex(index)
        box.activated.emit(index)


def undo(window: MainWindow, eventually: Callable[..., None], name: str) -> None:
    """Undo the last step as soon as the history has it."""
    eventually(lambda: window.history.undo.text() == f"Undo: {name}")
    window.history.undo.trigger()


def test_without_an_effect_there_is_nothing_to_choose(window):
    (strip,) = window.rack.strips.values()
    assert strip.route.isHidden()


def test_a_slot_is_led_to_an_effect_and_back_by_undo(window, with_room, eventually):
    sine, room = with_room
    choose(window.rack.strips[sine], f"{room}  Space", "Nowhere")
    eventually(lambda: ways(window, sine) == Ways(room, 0))
    assert window.rack.strips[sine].route.text() == f"→ {room}"
    undo(window, eventually, "ways of Sine")
    eventually(lambda: ways(window, sine) == Ways())
    window.history.redo.trigger()
    eventually(lambda: ways(window, sine) == Ways(room, 0))


def test_a_part_is_sent_at_a_level(window, with_room, eventually):
    sine, room = with_room
    strip = window.rack.strips[sine]
    assert not strip.route.panel.level.isEnabled()
    choose(strip, "Master", f"{room}  Space")
    eventually(lambda: ways(window, sine) == Ways(0, room))
    strip.route.panel.level.changed.emit(-9.0)
    eventually(lambda: window.slot_of(sine).mix["send_db"] == -9.0)
    assert strip.route.panel.level.isEnabled()


def test_an_effect_is_not_offered_what_would_be_a_circle(window, with_room, eventually):
    _, room = with_room
    window.rack.added.emit("space")
    eventually(lambda: len(window.rack.strips) == 3)
    other = window.facts.slots[-1].slot
    window.rack.connected.emit(room, other, 0)
    eventually(lambda: ways(window, room) == Ways(other, 0))
    offered = window.rack.strips[other].route.panel.output
    eventually(lambda: [offered.itemText(i) for i in range(offered.count())] == ["Master"])


def test_another_effect_to_choose_keeps_what_is_chosen(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    panel = RoutePanel(parent)
    panel.offer([(2, "2  Space")], is_effect=False)
    panel.show_ways(Ways(2, 0))
    panel.offer([(2, "2  Space"), (3, "3  Cabinet")], is_effect=False)
    with qtbot.waitSignal(panel.connected) as connected:
        panel.send.setCurrentIndex(panel.send.findData(3))
        panel.send.activated.emit(panel.send.currentIndex())
    assert connected.args == [2, 3]


def test_an_effect_is_told_not_to_hear_the_live_input(window, with_room, qtbot, eventually):
    sine, room = with_room
    panel = window.rack.strips[room].route.panel
    panel.hears.click()
    eventually(lambda: window.slot_of(room).mix["hears_input"] is False)
    assert not window.rack.strips[sine].route.panel.hears.isVisibleTo(panel)


def test_an_effect_is_bypassed_and_its_strip_says_so(window, with_room, eventually):
    _, room = with_room
    strip = window.rack.strips[room]
    strip.route.panel.bypass.click()
    eventually(lambda: window.slot_of(room).mix["bypass"] is True)
    eventually(lambda: "bypassed" in strip.describes)


def test_a_removed_effect_leads_to_the_master_until_undone(window, with_room, eventually):
    sine, room = with_room
    choose(window.rack.strips[sine], f"{room}  Space", "Nowhere")
    eventually(lambda: ways(window, sine) == Ways(room, 0))
    window.rack.removed.emit(room)
    eventually(lambda: ways(window, sine) == Ways())
    undo(window, eventually, "remove Space")
    eventually(lambda: ways(window, sine) == Ways(room, 0))


@pytest.mark.parametrize(
    ("ways", "text"),
    [(Ways(), "→ M"), (Ways(3), "→ 3"), (Ways(0, 4), "→ M + 4"), (Ways(3, 4), "→ 3 + 4")],
)
def test_ways_are_said_in_a_few_letters(ways: Ways, text: str) -> None:
    assert short_text(ways) == text
