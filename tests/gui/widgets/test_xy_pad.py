"""An XY pad moves two parameters together."""

import math

import pytest
from PySide6.QtCore import QPoint, Qt

from rtaudiogen.gui.widgets.surfaces.xy_pad import XYPad
from tests.gui.widgets.gallery import CUTOFF, GAIN, STEPS, SWITCH


@pytest.fixture
def pad(shown):
    return shown(XYPad(CUTOFF, GAIN), 300, 340)


def test_right_is_more_of_x_and_up_is_more_of_y(pad, qtbot, heard):
    said = heard(pad.changed)
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 200))
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(240, 50))
    (x0, y0), (x1, y1) = said
    assert x0 < x1
    assert y0 < y1


def test_dragging_out_of_the_field_stays_at_its_edges(pad, drag, heard):
    said = heard(pad.changed)
    drag(pad, QPoint(150, 150), QPoint(9000, -9000), QPoint(-9000, 9000))
    assert said[1:] == [(CUTOFF.maximum, GAIN.maximum), (CUTOFF.minimum, GAIN.minimum)]


@pytest.mark.parametrize(
    ("key", "x", "y"),
    [
        (Qt.Key.Key_Right, 119.8, 0),
        (Qt.Key.Key_Left, -119.8, 0),
        (Qt.Key.Key_Up, 0, 0.36),
        (Qt.Key.Key_Down, 0, -0.36),
        (Qt.Key.Key_PageUp, 0, 3.6),
        (Qt.Key.Key_PageDown, 0, -3.6),
    ],
)
def test_keys_move_it_and_shift_makes_them_fine(pad, qtbot, heard, key, x, y):
    said = heard(pad.changed)
    qtbot.keyClick(pad, key)
    assert said[-1] == pytest.approx((CUTOFF.default + x, GAIN.default + y))
    pad.show_values(CUTOFF.default, GAIN.default)
    qtbot.keyClick(pad, key, Qt.KeyboardModifier.ShiftModifier)
    assert said[-1] == pytest.approx((CUTOFF.default + x / 10, GAIN.default + y / 10))


def test_home_and_a_double_click_go_to_the_defaults(pad, qtbot, heard):
    said = heard(pad.changed)
    pad.show_values(100, 0)
    qtbot.keyClick(pad, Qt.Key.Key_Home)
    pad.show_values(100, 0)
    qtbot.mouseDClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    assert said == [(CUTOFF.default, GAIN.default)] * 2


def test_a_stepped_parameter_moves_by_whole_steps(shown, qtbot, heard):
    pad, switch = (shown(XYPad(parameter, GAIN), 300, 340) for parameter in (STEPS, SWITCH))
    said, switched = heard(pad.changed), heard(switch.changed)
    qtbot.keyClick(pad, Qt.Key.Key_Right)
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(101, 101))
    qtbot.keyClick(switch, Qt.Key.Key_Left)
    assert said[0][0] == STEPS.default + 1
    assert said[1][0] == round(said[1][0])
    assert switched == [(0.0, GAIN.default)]


def test_outside_values_are_shown_with_a_fading_trail_silently(pad, heard):
    said = heard(pad.changed)
    pad.show_values(100.0, -10.0)
    pad.show_values(9000.0, 5.0)
    trailing = pad.grab().toImage()
    pad.advance(10)
    assert pad.grab().toImage() != trailing
    pad.show_values(math.nan, 0.0)
    assert pad.values == (9000.0, 5.0)
    assert said == []
