"""Keys are typed by name, and MIDI messages are shown as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from rtaudiogen.gui.widgets.controls.key_box import KeyBox, parse_key
from rtaudiogen.gui.widgets.midi_text import midi_text
from rtaudiogen.gui.widgets.surfaces.keys import key_name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C4", 60), ("c4", 60), ("c#4", 61), ("C♯4", 61), ("Db4", 61), ("b3", 59), ("cb4", 59),
        ("C-1", 0), ("G9", 127), ("60", 60), (" a 4 ", 69), ("C−1", 0),
        ("G#9", None), ("Cb-1", None), ("H4", None), ("", None), ("C", None), ("128", None),
    ],
)  # fmt: skip
def test_a_key_is_understood_as_it_is_written(text, key):
    assert parse_key(text) == key


@given(st.integers(0, 127))
def test_every_name_means_its_key(key):
    assert parse_key(key_name(key)) == key


@given(st.text(max_size=8))
def test_no_text_is_too_odd(text):
    key = parse_key(text)
    assert key is None or 0 <= key <= 127


def test_a_name_is_typed_and_nonsense_changes_nothing(shown, qtbot, heard):
    box = shown(KeyBox())
    said = heard(box.valueChanged)
    for text in ("eb2", "x", "e"):
        box.selectAll()
        qtbot.keyClicks(box.lineEdit(), text)
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert said[-1] == box.value() == 39
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.text() == "E2"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ((0x90, 60, 100), (1, "note on C4", "velocity 100")),
        ((0x9F, 60, 0), (16, "note off C4", "")),
        ((0x81, 0, 64), (2, "note off C-1", "")),
        ((0xB0, 74, 5), (1, "CC 74 brightness", "5")),
        ((0xB0, 20, 5), (1, "CC 20", "5")),
        ((0xC3, 7, 0), (4, "program", "7")),
        ((0xD0, 99, 0), (1, "pressure", "99")),
        ((0xA0, 60, 9), (1, "pressure of C4", "9")),
        ((0xE0, 0, 64), (1, "bend", "+0")),
        ((0xE0, 0, 0), (1, "bend", "−8192")),
    ],
)
def test_a_message_is_told_in_words(message, text):
    found = midi_text(*message)
    assert (found.channel, found.what.replace("−", "-"), found.value) == text
