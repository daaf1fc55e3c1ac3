"""Pads are struck, crossed, locked and mutated, by mouse and by keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication

from rtaudiogen.gui.widgets.painting import fitted_font
from rtaudiogen.gui.widgets.surfaces.pad_grid import PADS, PadGrid

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def grid(shown):
    return shown(PadGrid(), 480, 360)


def centre(grid, pad):
    return grid.pad_area(pad).center().toPoint()


def test_the_first_pad_is_bottom_left_and_the_last_top_right(grid):
    assert grid.pad_at(QPointF(10, 350)) == 0
    assert grid.pad_at(QPointF(470, 10)) == PADS - 1
    assert grid.pad_at(QPointF(-1, 10)) is None


@pytest.mark.parametrize("pad", range(PADS))
def test_a_press_strikes_the_pad_under_it_at_once(grid, qtbot, heard, pad):
    said = heard(grid.struck)
    qtbot.mousePress(grid, LEFT, pos=centre(grid, pad))
    assert [(struck, 55 < velocity < 73) for struck, velocity in said] == [(pad, True)]
    qtbot.mouseRelease(grid, LEFT, pos=centre(grid, pad))
    assert len(said) == 1
    assert grid.current == pad


def test_the_nearer_to_the_front_the_louder(grid, qtbot, heard):
    said = heard(grid.struck)
    area = grid.pad_area(5).toRect().adjusted(0, 1, 0, -1)
    for y in (area.top(), area.center().y(), area.bottom()):
        qtbot.mouseClick(grid, LEFT, pos=QPoint(area.center().x(), y))
    velocities = [velocity for _, velocity in said]
    assert velocities == sorted(velocities)
    assert 1 <= velocities[0] < 10
    assert 118 < velocities[-1] <= 127


def test_pads_are_crossed_only_by_dragging_onto_another_pad(grid, drag, heard):
    bred, struck = heard(grid.bred), heard(grid.struck)
    drag(grid, centre(grid, 3), centre(grid, 6), centre(grid, 9))
    drag(grid, centre(grid, 3), centre(grid, 6), centre(grid, 3))
    drag(grid, centre(grid, 3), QPoint(-50, -50))
    assert bred == [(3, 9)]
    assert [pad for pad, _ in struck] == [3, 3, 3]


def test_the_target_of_a_dragged_pad_is_shown(grid, qtbot):
    qtbot.mousePress(grid, LEFT, pos=centre(grid, 3))
    grid.advance(10)
    before = grid.grab().toImage()
    grid._pointer = QPointF(centre(grid, 9))
    assert grid.grab().toImage() != before


def test_the_menu_locks_mutates_takes_back_and_crosses(grid, heard):
    said = {name: heard(getattr(grid, name)) for name in ("lock_wanted", "mutate_wanted", "bred")}
    place = centre(grid, 7)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        QApplication.sendEvent(grid, QContextMenuEvent(reason, place, grid.mapToGlobal(place)))
        menu = QApplication.activePopupWidget()
        lock, mutate, back, _, cross = menu.actions()
        lock.trigger()
        mutate.trigger()
        back.trigger()
        cross.menu().actions()[2].trigger()
        menu.close()
    # With the menu key it is the pad that was chosen last: the first.
    assert said["lock_wanted"] == [(7, True), (0, True)]
    assert said["mutate_wanted"] == [(7, 1), (7, -1), (0, 1), (0, -1)]
    assert said["bred"] == [(7, 2), (0, 3)]


def test_a_locked_pad_looks_locked_and_can_be_unlocked(grid, heard):
    said = heard(grid.lock_wanted)
    before = grid.grab().toImage()
    grid.set_locked(2, True)
    assert grid.grab().toImage() != before
    menu = grid.menu(2)
    assert menu.actions()[0].text() == "Unlock"
    menu.actions()[0].trigger()
    assert said == [(2, False)]


def test_arrows_select_within_the_grid_space_and_enter_strike(grid, qtbot, heard):
    struck, chosen = heard(grid.struck), heard(grid.chosen)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(grid, key)
    assert chosen == [1, 5, 1, 5]
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert struck == [(5, 100), (5, 100)]
    assert grid.current == 0


def test_a_flash_is_bright_and_fades(grid, heard):
    struck = heard(grid.struck)
    dark = grid.grab().toImage()
    grid.flash(4, 127)
    bright = grid.grab().toImage()
    grid.advance(0.1)
    fading = grid.grab().toImage()
    grid.advance(10)
    assert dark == grid.grab().toImage()
    assert len({image.pixelColor(centre(grid, 4)).name() for image in (dark, bright, fading)}) == 3
    assert struck == []


def test_a_pad_shows_its_sounds_outline_or_nothing_without_one(grid):
    plain = grid.grab().toImage()
    grid.set_outline(0, np.linspace(1, 0, 48))
    assert grid.grab().toImage() != plain
    grid.set_outline(0, None)
    assert grid.grab().toImage() == plain


@pytest.mark.parametrize(
    "modifier", [Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier]
)
def test_alt_drag_takes_a_pad_out_as_a_file_without_a_strike(grid, drag, heard, modifier):
    struck, wanted, bred = heard(grid.struck), heard(grid.file_wanted), heard(grid.bred)
    drag(grid, centre(grid, 5), centre(grid, 6), centre(grid, 7), modifier=modifier)
    assert wanted == [5]
    assert struck == bred == []
    drag(grid, centre(grid, 5), centre(grid, 5), modifier=modifier)
    assert wanted == [5]


def test_the_menu_saves_a_sound(grid, heard):
    saved = heard(grid.save_wanted)
    menu = grid.menu(3)
    next(action for action in menu.actions() if action.text() == "Save the sound").trigger()
    menu.close()
    assert saved == [3]


def test_a_long_name_is_wrapped_and_nothing_of_it_is_cut(grid):
    for word in ("shaker", "closed", "crash"):
        room = grid.pad_area(0).width() - 12
        font = fitted_font(grid, word, room, bold=True)
        assert QFontMetricsF(font).horizontalAdvance(word) <= room
