"""The MIDI page shows arriving messages, lights keys and maps controllers."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from rtaudiogen.gui.midi.mapping_list import Mapping
from rtaudiogen.gui.midi.midi_monitor import MidiMonitor
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.wire.snapshot import MidiSnapshot

if TYPE_CHECKING:
    from tests.jack_server import JackServer

SENDER = Path(__file__).parents[2] / "midi" / "midi_sender.py"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: MainWindow, eventually: Callable[..., None]) -> Iterator[MainWindow]:
    """Turn the window to the MIDI page."""
    window.pages.turn_to(window.midi)
    window.midi.monitor._forget()
    form, slots = window.midi.mappings.form, window.facts.slots
    eventually(lambda: form.slot.currentData() == slots[0].slot and form.parameter.count())
    yield window
    window.pages.turn_to(window.instrument)


def rows(window: MainWindow) -> list[tuple[str, ...]]:
    return window.midi.monitor.list.rows


def mappings(window: MainWindow) -> list[tuple[str, int]]:
    return [(mapping.id, mapping.controller) for mapping in window.midi.mappings.choices]


def controls(window: MainWindow) -> dict[str, int]:
    assert window.facts is not None
    return dict(window.facts.slots[0].controls)


def button(window: MainWindow, name: str) -> QPushButton | QToolButton:
    """Return the button of a row whose accessible name begins with `name`."""
    rows = window.midi.mappings._rows
    assert rows is not None
    found = [*rows.findChildren(QPushButton), *rows.findChildren(QToolButton)]
    return next(one for one in found if one.accessibleName().startswith(name))


@contextmanager
def port(window: MainWindow, server: "JackServer", eventually: Callable[..., None]) -> Iterator:
    """Connect a real MIDI port to the window, and yield a function that sends on it."""
    pipe = subprocess.PIPE
    command = [sys.executable, str(SENDER), "keys"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"

        def send(line: str) -> None:
            sender.stdin.write(f"{line}\n")
            sender.stdin.flush()

        window.bridge.reopen(midi="all")
        eventually(lambda: window.facts and window.facts.midi_ports)
        yield send
        window.bridge.reopen(midi="none")
        eventually(lambda: window.facts and not window.facts.midi_ports)
        sender.stdin.close()


def test_screen_notes_are_listed_in_words(page, eventually):
    page.surface.press(61, 100)
    page.surface.release(61)
    eventually(lambda: len(rows(page)) >= 2)
    off, on = rows(page)[:2]
    assert on[1:] == ("screen", "1", "note on C♯4", "velocity 100")
    assert off[1:4] == ("screen", "1", "note off C♯4")


def test_the_monitor_stands_still_and_is_emptied(page, qtbot, eventually):
    monitor = page.midi.monitor
    page.surface.press(60, 100)
    eventually(lambda: rows(page))
    qtbot.mouseClick(monitor.pause, LEFT)
    count = len(rows(page))
    page.surface.release(60)
    eventually(lambda: page.facts.midi[-1].status == 0x80)
    qtbot.wait(100)
    assert len(rows(page)) == count
    qtbot.mouseClick(monitor.pause, LEFT)
    qtbot.mouseClick(monitor.clear, LEFT)
    assert rows(page) == []


def test_a_mapping_is_added_changed_and_removed(page, qtbot, eventually):
    form, slot = page.midi.mappings.form, page.facts.slots[0].slot
    form.parameter.setCurrentIndex(form.parameter.findData("attack"))
    form.controller.show_controller(74)
    qtbot.mouseClick(form.add, LEFT)
    eventually(lambda: controls(page) == {"attack": 74})
    eventually(lambda: mappings(page) == [("attack", 74)])
    choice = page.midi.mappings.choices[Mapping(slot, "attack", 74)]
    assert choice.currentText() == "CC 74 brightness"
    choice.show_controller(21)
    choice.activated.emit(choice.currentIndex())
    eventually(lambda: controls(page) == {"attack": 21})
    eventually(lambda: mappings(page) == [("attack", 21)])
    page.bridge.play(0xB0, 74, 127)  # moves nothing any more
    page.bridge.play(0xB0, 21, 127)
    eventually(lambda: page.facts.slots[0].values["attack"] > 100.0)
    qtbot.mouseClick(button(page, "Remove"), LEFT)
    eventually(lambda: controls(page) == {} and mappings(page) == [])


def test_controllers_with_a_meaning_of_their_own_are_not_offered(page):
    form = page.midi.mappings.form
    offered = {form.controller.itemData(index) for index in range(form.controller.count())}
    assert {1, 7, 74} <= offered
    assert not {6, 38, 64, 98, 120, 123} & offered


@pytest.mark.jack(synchronous=False)
def test_a_controller_of_a_real_port_is_learnt_and_learnt_again(
    private_jack_server, page, qtbot, eventually, monkeypatch
):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", private_jack_server.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with port(page, private_jack_server, eventually) as send:
        send("90,45,64")
        eventually(lambda: page.surface.keyboard._arrived == {0x45})
        eventually(lambda: any("sender" in row[1] or "keys" in row[1] for row in rows(page)))
        send("80,45,0")
        eventually(lambda: page.surface.keyboard._arrived == set())
        form = page.midi.mappings.form
        form.parameter.setCurrentIndex(form.parameter.findData("release"))
        qtbot.mouseClick(form.learn_button, LEFT)
        eventually(lambda: "Move a controller" in page.messages.text)
        send("b0,16,64")
        eventually(lambda: mappings(page) == [("release", 0x16)])
        qtbot.mouseClick(button(page, "Learn"), LEFT)
        eventually(lambda: page.messages.history[-1].endswith("of slot "
                   f"{page.facts.slots[0].slot}."))  # fmt: skip
        qtbot.wait(100)
        send("b0,17,64")
        eventually(lambda: mappings(page) == [("release", 0x17)])
        eventually(lambda: controls(page) == {"release": 0x17})


def test_keys_that_arrive_light_up_in_another_shade(window, qtbot):
    keyboard = window.surface.keyboard
    place = keyboard.key_area(60).center().toPoint()
    plain = keyboard.grab().toImage().pixelColor(place)
    window.surface.press(60, 100)
    by_hand = keyboard.grab().toImage().pixelColor(place)
    window.surface.release(60)
    window.surface.hear([MidiSnapshot(1, 0.0, "keys", 0x90, 60, 100)])
    arrived = keyboard.grab().toImage().pixelColor(place)
    assert len({colour.name() for colour in (plain, by_hand, arrived)}) == 3
    window.surface.hear([MidiSnapshot(2, 0.0, "keys", 0x90, 60, 0)])
    assert keyboard.grab().toImage().pixelColor(place) == plain


def test_panic_and_all_notes_off_put_the_lights_out(window):
    for out in (
        window.panic,
        lambda: window.surface.hear([MidiSnapshot(2, 0.0, "keys", 0xB0, 123, 0)]),
    ):
        window.surface.hear([MidiSnapshot(1, 0.0, "keys", 0x90, 60, 100)])
        assert window.surface.keyboard._arrived == {60}
        out()
        assert window.surface.keyboard._arrived == set()


def test_messages_that_came_too_fast_are_counted(qtbot):
    monitor = MidiMonitor()
    qtbot.addWidget(monitor)
    monitor.hear([MidiSnapshot(1, 0.0, "keys", 0xB0, 1, 5)])
    monitor.hear([MidiSnapshot(10, 61.5, "keys", 0xE0, 0, 64)])
    assert monitor.list.rows[0] == ("1:01.500", "keys", "1", "bend", "+0")
    assert "8 messages arrived too fast" in monitor._missed.text()
