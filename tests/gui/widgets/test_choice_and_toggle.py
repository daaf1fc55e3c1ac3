"""Choice widgets: buttons for a few values, a list for many, a switch for two."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from rtaudiogen.gui.widgets.controls.choice import Choice
from rtaudiogen.gui.widgets.controls.toggle import Toggle
from tests.gui.widgets.gallery import FEW, MANY, SWITCH


@pytest.fixture
def few(shown):
    return shown(Choice(FEW))


@pytest.fixture
def many(shown):
    return shown(Choice(MANY))


def buttons(widget):
    return {button.text(): button for button in widget.findChildren(QPushButton)}


def test_a_few_labels_are_buttons_and_a_click_says_which(few, qtbot, heard):
    said = heard(few.changed)
    assert list(buttons(few)) == list(FEW.labels)
    assert buttons(few)["file"].isChecked()
    qtbot.mouseClick(buttons(few)["keys"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(buttons(few)["prior"], Qt.MouseButton.LeftButton)
    assert said == [3.0, 0.0]


def test_arrow_keys_walk_through_the_buttons(few, qtbot, heard):
    said = heard(few.changed)
    file = buttons(few)["file"]
    file.setFocus()
    qtbot.keyClick(file, Qt.Key.Key_Right)
    assert said == [2.0]


def test_many_labels_are_a_list_that_keys_walk_through(many, qtbot, heard):
    said = heard(many.changed)
    box = many.findChild(QComboBox)
    assert box.currentText() == "nylonguitar"
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert said == [3.0, 6.0]


def test_the_wheel_moves_a_list_only_when_it_has_focus(many, turn, heard):
    said = heard(many.changed)
    box = many.findChild(QComboBox)
    box.clearFocus()
    turn(box, -1)
    assert said == []
    box.setFocus()
    turn(box, -1)
    assert said == [3.0]


@pytest.mark.parametrize("parameter", [FEW, MANY])
def test_values_from_outside_are_shown_and_not_said(shown, heard, parameter):
    choice = shown(Choice(parameter))
    said = heard(choice.changed)
    for value in (0, parameter.maximum, 99, -5):
        choice.show_value(value)
        assert choice.value == parameter.clamp(value)
    assert said == []


def test_a_switch_goes_on_and_off_by_click_and_space(shown, qtbot, heard):
    toggle = shown(Toggle(SWITCH))
    said = heard(toggle.changed)
    button = toggle.findChild(QPushButton)
    assert button.text() == "yes"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "no"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert said == [0.0, 1.0]
    toggle.show_value(0)
    assert not button.isChecked()
    assert said == [0.0, 1.0]


def test_every_button_and_list_has_a_name_for_screen_readers(few, many):
    assert all(button.accessibleName() for button in buttons(few).values())
    assert many.findChild(QComboBox).accessibleName() == MANY.name


def test_nothing_is_clipped_in_a_font_twice_as_large(few):
    font = few.font()
    font.setPointSizeF(2 * font.pointSizeF())
    few.setFont(font)
    few.adjustSize()
    for button in buttons(few).values():
        assert button.width() >= button.sizeHint().width()
        assert few.rect().contains(button.geometry())
