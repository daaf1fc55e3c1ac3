"""The code ribbon shows codes and edits its loop by mouse and wheel."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from rtaudiogen.gui.shell.theme import DARK, LIGHT, apply_theme
from rtaudiogen.gui.widgets.codes.colours import rgb
from rtaudiogen.gui.widgets.codes.history import SECONDS, CodeHistory
from rtaudiogen.gui.widgets.codes.ribbon import CodeRibbon
from rtaudiogen.gui.widgets.codes.window import VisibleRange, Window

FRAMES, RATE, WIDTH = 200, 50.0, 808
LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def stream(frames: int = FRAMES):
    """Return codes (frames, 3) and their levels."""
    codes = np.random.default_rng(1).integers(0, 64, (frames, 3))
    return codes, np.linspace(0.01, 1.0, frames, dtype=np.float32)


@pytest.fixture
def ribbon(shown):
    widget = shown(CodeRibbon(), WIDTH, 120)
    widget.show_stream(*stream(), FRAMES, RATE)
    return widget


def place(ribbon: CodeRibbon, frame: float) -> QPoint:
    """Return the point where a code frame begins."""
    return QPoint(round(ribbon.x_of(frame)), round(ribbon.cells_area().center().y()))


def loop(ribbon: CodeRibbon) -> tuple[int, int]:
    """Return the first and last code frame that are played."""
    return ribbon.window_played.first, ribbon.window_played.end


def test_dragging_across_the_whole_begins_a_window(ribbon, drag, heard):
    said = heard(ribbon.changed)
    drag(ribbon, place(ribbon, 50), place(ribbon, 80), place(ribbon, 100))
    assert loop(ribbon) == (50, 100)
    assert said[-1] == (50 / FRAMES, 100 / FRAMES)


def test_the_window_and_its_edges_can_be_dragged(ribbon, drag, heard):
    ribbon.show_window(0.25, 0.5)
    said = heard(ribbon.changed)
    drag(ribbon, place(ribbon, 75), place(ribbon, 95))
    assert loop(ribbon) == (70, 120)
    drag(ribbon, place(ribbon, 70), place(ribbon, 90))
    assert loop(ribbon) == (90, 120)
    drag(ribbon, place(ribbon, 120), place(ribbon, 150))
    assert loop(ribbon) == (90, 150)
    drag(ribbon, place(ribbon, 120), QPoint(9000, 0))
    assert loop(ribbon) == (140, 200)
    assert all(0 <= start < end <= 1 for start, end in said)


def test_outside_of_the_window_another_one_is_begun(ribbon, drag):
    ribbon.show_window(0.25, 0.5)
    drag(ribbon, place(ribbon, 150), place(ribbon, 170))
    assert loop(ribbon) == (150, 170)


def test_a_click_changes_nothing_and_a_double_click_selects_all(ribbon, qtbot, heard):
    ribbon.show_window(0.25, 0.5)
    said = heard(ribbon.changed)
    qtbot.mouseClick(ribbon, LEFT, pos=place(ribbon, 150))
    assert said == []
    qtbot.mouseDClick(ribbon, LEFT, pos=place(ribbon, 150))
    assert said == [(0.0, 1.0)]


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, (48, 98)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, (52, 102)),
        (Qt.Key.Key_Left, SHIFT, (50, 98)),
        (Qt.Key.Key_Right, SHIFT, (50, 102)),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, (100, 150)),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, (0, 50)),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, (0, 200)),
    ],
)
def test_keys_move_the_window(ribbon, qtbot, heard, key, modifier, expected):
    ribbon.show_window(0.25, 0.5)
    said = heard(ribbon.changed)
    qtbot.keyClick(ribbon, key, modifier)
    assert loop(ribbon) == expected
    assert len(said) == 1


def test_the_wheel_comes_closer_and_double_click_goes_back(ribbon, turn, qtbot):
    middle = (ribbon.visible.left + ribbon.visible.span / 2, ribbon.visible.span)
    turn(ribbon, 3)
    assert ribbon.visible.span < middle[1] / 2
    assert ribbon.visible.left + ribbon.visible.span / 2 == pytest.approx(middle[0], abs=0.01)
    before = ribbon.visible.left
    turn(ribbon, -1, SHIFT)
    assert ribbon.visible.left > before
    qtbot.mouseDClick(ribbon, LEFT, pos=place(ribbon, 100))
    assert ribbon.visible == VisibleRange()


def test_close_up_the_hand_still_finds_the_right_frames(ribbon, turn, drag):
    turn(ribbon, 6)
    first = round(ribbon.visible.left * FRAMES) + 5
    drag(ribbon, place(ribbon, first), place(ribbon, first + 4))
    assert loop(ribbon) == (first, first + 4)


def test_the_engines_window_is_shown_silently_except_in_a_drag(ribbon, qtbot, heard):
    said = heard(ribbon.changed)
    ribbon.show_window(0.6, 0.1)
    assert loop(ribbon) == (20, 120)
    qtbot.mousePress(ribbon, LEFT, pos=place(ribbon, 60))
    ribbon.show_window(0.0, 0.3)
    assert loop(ribbon) == (20, 120)
    qtbot.mouseRelease(ribbon, LEFT, pos=place(ribbon, 60))
    ribbon.show_window(float("nan"), 0.3)
    assert loop(ribbon) == (20, 120)
    assert said == []


def test_the_playhead_stands_where_it_is_played(ribbon):
    bare = ribbon.grab().toImage()
    ribbon.show_position(100.0)
    marked = ribbon.grab().toImage()
    changed = [x for x in range(WIDTH) if bare.pixel(x, 40) != marked.pixel(x, 40)]
    assert changed
    assert all(abs(x - ribbon.x_of(100)) <= 4 for x in changed)
    ribbon.show_position(None)
    assert ribbon.grab().toImage() == bare


def test_a_moving_playhead_costs_next_to_nothing(ribbon):
    ribbon.show_stream(*stream(6000), 48_000, 100.0)
    picture = QImage(ribbon.size(), QImage.Format.Format_RGB32)
    ribbon.render(picture)
    begun = time.process_time()
    for step in range(100):
        ribbon.show_position(step * 480.0)
        QApplication.processEvents()
    assert time.process_time() - begun < 0.5, "5 ms each on a slow machine, 15 % of a frame"


def test_cells_show_code_as_colour_stage_as_row_level_as_light(ribbon):
    codes = np.array([[1, 2], [1, 3], [7, 2], [1, 2]])
    ribbon.show_stream(codes, np.array([1.0, 1.0, 1.0, 0.01], np.float32), 4, RATE)
    picture, area = ribbon.grab().toImage(), ribbon.cells_area()

    def cell(frame: int, stage: int) -> QColor:
        y = area.top() + area.height() * (0.25 + 0.5 * stage) + 5
        return picture.pixelColor(round(ribbon.x_of(frame + 0.3)), round(y))

    assert cell(0, 0) == cell(1, 0) != cell(2, 0)
    assert cell(0, 1) == cell(2, 1) != cell(1, 1)
    assert cell(3, 0).lightness() < cell(0, 0).lightness()
    assert abs(cell(3, 0).hue() - cell(0, 0).hue()) < 12


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_neighbouring_codes_are_far_apart_and_all_stand_out(theme):
    well = QColor(theme.well)
    colours = rgb(np.arange(1024), well)
    assert np.linalg.norm(np.diff(colours, axis=0), axis=-1).min() > 0.25
    ground = np.array([well.redF(), well.greenF(), well.blueF()])
    assert np.linalg.norm(colours - ground, axis=-1).min() > 0.4


def test_an_empty_ribbon_says_what_to_do_and_takes_no_hand(shown, qtbot, drag, heard):
    ribbon = shown(CodeRibbon(), WIDTH, 120)
    blank = ribbon.grab().toImage()
    said = heard(ribbon.changed)
    ribbon.show_sentence("Drop a sound here")
    assert ribbon.grab().toImage() != blank
    drag(ribbon, QPoint(100, 40), QPoint(300, 40))
    qtbot.keyClick(ribbon, Qt.Key.Key_Right)
    qtbot.mouseDClick(ribbon, LEFT, pos=QPoint(200, 40))
    assert said == []


def test_the_ribbon_is_described_in_seconds(ribbon):
    assert ribbon.accessibleDescription() == "all of 4.00 s"
    ribbon.show_window(0.25, 0.5)
    assert ribbon.accessibleDescription() == "loop 1.00 … 2.00 s (50 codes) of 4.00 s"
    assert ribbon.accessibleName()


def test_a_new_stream_is_shown_whole_and_keeps_the_loops_shares(ribbon, turn):
    ribbon.show_window(0.25, 0.5)
    turn(ribbon, 4)
    ribbon.show_stream(*stream(100), 800, RATE)
    assert ribbon.window_played == Window(200, 400, 800)
    assert ribbon.visible == VisibleRange()
    assert ribbon.x_of(800) == pytest.approx(ribbon.cells_area().right())


def test_another_theme_paints_the_cells_anew(ribbon, qapp):
    dark = ribbon.grab().toImage()
    apply_theme(qapp, "light")
    assert ribbon.grab().toImage() != dark
    apply_theme(qapp, "dark")
    assert ribbon.grab().toImage() == dark


def test_history_scrolls_left_and_keeps_only_the_last_seconds(shown):
    history = shown(CodeHistory(), WIDTH, 120)
    history.begin(RATE)
    codes, _ = stream(600)
    for played in range(8, 601, 8):
        history.show_newest(played, codes[max(0, played - 32) : played].tolist(), 0.5)
    assert np.array_equal(history.codes, codes[600 - round(SECONDS * RATE) :])
    picture = history.grab().toImage()
    history.show_newest(600, codes[-32:].tolist(), 0.5)
    assert history.grab().toImage() == picture, "nothing new"


def test_missed_codes_are_omitted_and_a_new_stage_count_restarts(shown):
    history = shown(CodeHistory(), WIDTH, 120)
    history.begin(RATE)
    history.show_newest(2, [[1], [2]], 1.0)
    history.show_newest(90, [[8], [9]], 1.0)
    history.show_newest(1, [[5]], 1.0)
    assert history.codes.ravel().tolist() == [1, 2, 8, 9, 5]
    history.show_newest(3, [[5, 5], [6, 6], [7, 7]], 1.0)
    assert history.codes.tolist() == [[6, 6], [7, 7]], "another number of stages"
