"""A knob reports each change by the user once, and shows outside changes silently."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip

from rtaudiogen.generator import Parameter
from rtaudiogen.gui.widgets.controls.knob import Knob
from rtaudiogen.gui.widgets.controls.value_text import parse_value, value_text
from tests.gui.widgets.gallery import BETWEEN, CUTOFF, GAIN, STEPS

SHIFT = Qt.KeyboardModifier.ShiftModifier
DIAL = QPoint(60, 50)


@pytest.fixture
def knob(shown):
    return shown(Knob(GAIN))


def value_place(knob):
    return QPoint(knob.width() // 2, knob.height() - 10)


def test_dragging_up_raises_and_down_lowers_and_says_so(knob, drag, heard):
    said = heard(knob.changed)
    drag(knob, DIAL, DIAL - QPoint(0, 40))
    assert knob.value > GAIN.default
    assert said == [knob.value]
    drag(knob, DIAL, DIAL + QPoint(0, 80))
    assert said[-1] == knob.value < GAIN.default


def test_shift_makes_dragging_ten_times_as_fine(shown, drag):
    coarse, fine = shown(Knob(GAIN)), shown(Knob(GAIN))
    drag(coarse, DIAL, DIAL - QPoint(0, 40))
    drag(fine, DIAL, DIAL - QPoint(0, 40), modifier=SHIFT)
    assert fine.value - GAIN.default == pytest.approx((coarse.value - GAIN.default) / 10)


def test_a_knob_stops_at_both_ends_and_turns_back_at_once(knob, drag, heard):
    drag(knob, DIAL, DIAL - QPoint(0, 5000))
    assert knob.value == GAIN.maximum
    drag(knob, DIAL, DIAL - QPoint(0, 5000), DIAL - QPoint(0, 4990))
    assert knob.value < GAIN.maximum
    drag(knob, DIAL, DIAL + QPoint(0, 5000))
    assert knob.value == GAIN.minimum
    said = heard(knob.changed)
    drag(knob, DIAL, DIAL + QPoint(0, 100))
    assert said == []


def test_the_wheel_moves_it_and_shift_makes_it_fine(knob, turn):
    turn(knob, 1)
    notch = knob.value - GAIN.default
    assert notch == pytest.approx((GAIN.maximum - GAIN.minimum) / 50)
    turn(knob, -1)
    turn(knob, 1, SHIFT)
    assert knob.value - GAIN.default == pytest.approx(notch / 10)


def test_a_stepped_knob_takes_whole_values_a_notch_at_a_time(shown, turn, heard, qtbot):
    knob = shown(Knob(STEPS))
    said = heard(knob.changed)
    for _ in range(4):
        turn(knob, 0.25)  # a wheel of high resolution
    qtbot.keyClick(knob, Qt.Key.Key_Up)
    assert all(value == round(value) for value in said)
    assert len(said) == 2


def test_turning_continues_from_where_a_controller_moved_it(shown, turn, heard):
    knob = shown(Knob(STEPS))
    said = heard(knob.changed)
    turn(knob, 0.25)
    knob.show_value(30)
    turn(knob, 1)
    assert said == [31]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (Qt.Key.Key_Up, 0.36),
        (Qt.Key.Key_Right, 0.36),
        (Qt.Key.Key_Down, -0.36),
        (Qt.Key.Key_Left, -0.36),
        (Qt.Key.Key_PageUp, 3.6),
        (Qt.Key.Key_PageDown, -3.6),
        (Qt.Key.Key_Home, GAIN.minimum - GAIN.default),
        (Qt.Key.Key_End, GAIN.maximum - GAIN.default),
    ],
)
def test_keys_move_it(knob, qtbot, heard, key, change):
    said = heard(knob.changed)
    qtbot.keyClick(knob, key)
    assert said == [pytest.approx(GAIN.default + change)]


def test_a_double_click_or_delete_brings_the_default_back(knob, qtbot, heard):
    said = heard(knob.changed)
    knob.show_value(-20)
    qtbot.mouseDClick(knob, Qt.MouseButton.LeftButton, pos=DIAL)
    knob.show_value(-20)
    qtbot.keyClick(knob, Qt.Key.Key_Delete)
    assert said == [GAIN.default, GAIN.default]


def test_enter_opens_a_field_enter_accepts_and_escape_cancels(knob, qtbot, heard):
    said = heard(knob.changed)
    for typed, closing in (("-7,5 dB", Qt.Key.Key_Return), ("9", Qt.Key.Key_Escape)):
        qtbot.keyClick(knob, Qt.Key.Key_Return)
        editor = knob.findChild(QLineEdit)
        assert editor.isVisible()
        editor.selectAll()
        qtbot.keyClicks(editor, typed)
        qtbot.keyClick(editor, closing)
        qtbot.waitUntil(lambda: knob.findChild(QLineEdit) is None)
    assert said == [-7.5]
    assert knob.hasFocus()


def test_a_click_on_the_value_not_on_the_dial_opens_the_field(knob, qtbot):
    qtbot.mouseClick(knob, Qt.MouseButton.LeftButton, pos=DIAL)
    assert knob.findChild(QLineEdit) is None
    qtbot.mouseClick(knob, Qt.MouseButton.LeftButton, pos=value_place(knob))
    assert knob.findChild(QLineEdit) is not None


@pytest.mark.parametrize("typed", ["", "loud", "nan", "inf", "1e999", "--3"])
def test_typing_no_value_changes_nothing(knob, qtbot, heard, typed):
    said = heard(knob.changed)
    knob.edit()
    editor = knob.findChild(QLineEdit)
    editor.setText(typed)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert said == []
    assert knob.value == GAIN.default


def test_a_value_out_of_range_is_clamped(knob, heard):
    said = heard(knob.changed)
    knob.set_value(1000)
    knob.set_value(-1000)
    assert said == [GAIN.maximum, GAIN.minimum]


def test_a_value_from_outside_is_shown_and_not_said(knob, heard):
    said = heard(knob.changed)
    before = knob.grab().toImage()
    knob.show_value(-12)
    assert knob.value == -12
    assert knob.grab().toImage() != before
    knob.show_value(math.nan)
    assert knob.value == -12
    assert said == []


def test_the_menu_learns_a_controller_and_resets_to_default(knob, qtbot, heard):
    learned, said = heard(knob.learn), heard(knob.changed)
    knob.show_value(0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, DIAL, knob.mapToGlobal(DIAL))
    QApplication.sendEvent(knob, event)
    menu = QApplication.activePopupWidget()
    learn, default = menu.actions()
    learn.trigger()
    default.trigger()
    menu.close()
    assert len(learned) == 1
    assert said == [GAIN.default]


def test_a_mapped_controller_is_a_dot_and_a_line_of_the_tooltip(knob):
    before = knob.grab().toImage()
    knob.show_controller("CC 74")
    assert knob.grab().toImage() != before
    assert "CC 74" in knob.toolTip()
    knob.show_controller("")
    assert knob.grab().toImage() == before


def test_a_knob_tells_a_screen_reader_name_value_and_help(knob):
    knob.show_value(6)
    assert knob.accessibleName() == GAIN.name
    assert "6.0 dB" in knob.accessibleDescription()
    assert GAIN.help in knob.accessibleDescription()
    assert GAIN.help in knob.toolTip()


def test_letters_are_left_to_the_window_to_play_notes(knob, qtbot, heard):
    said = heard(knob.changed)
    qtbot.keyClick(knob, Qt.Key.Key_A)
    assert said == []


@pytest.mark.parametrize("parameter", [GAIN, CUTOFF, STEPS, BETWEEN])
def test_every_value_that_is_shown_can_be_typed(parameter):
    for value in (parameter.minimum, parameter.default, parameter.maximum):
        text = value_text(parameter, value)
        if "+" not in text:
            assert parse_value(parameter, text) == pytest.approx(value)


def test_values_read_as_people_write_them():
    assert value_text(GAIN, -6) == "−6.0 dB"
    assert value_text(GAIN, -0.01) == "0.0 dB"
    assert value_text(CUTOFF, 440.4) == "440 Hz"
    assert value_text(BETWEEN, 3.4) == "harp +0.40"
    assert value_text(BETWEEN, 6) == "choir"
    assert parse_value(BETWEEN, "cel") == 5
    flat = Parameter("flat", "Flat", 1.0, 1.0, 1.0)
    assert value_text(flat, 1.0) == "1"
    Knob(flat).grab()  # a range without extent is drawn, too


@pytest.mark.parametrize("typed", ["banana", "", "12 dogs"])
def test_typing_no_value_is_refused_with_the_valid_range(knob, qtbot, typed):
    knob.edit()
    editor = knob.findChild(QLineEdit)
    editor.setText(typed)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert knob.value == GAIN.default
    assert f"'{typed}' is not a value of {GAIN.name}" in QToolTip.text()
    assert value_text(GAIN, GAIN.maximum) in QToolTip.text()
    QToolTip.hideText()
