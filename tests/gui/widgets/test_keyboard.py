"""The keyboard plays the keys that are touched, and releases every key it holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt

from rtaudiogen.gui.widgets.surfaces.keyboard import PianoKeyboard
from rtaudiogen.gui.widgets.surfaces.keys import is_black, key_name, key_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def piano(shown):
    return shown(PianoKeyboard(), 900, 120)


@pytest.fixture
def played(piano, heard):
    """Return a list of all signals in order: (key, velocity) and key."""
    said = []
    piano.pressed.connect(lambda *values: said.append(values))
    piano.released.connect(said.append)
    return said


def front(piano, key):
    area = piano.key_area(key)
    return QPoint(round(area.center().x()), round(area.bottom()) - 4)


def test_the_keyboard_shows_as_many_octaves_as_fit_from_c3(shown):
    narrow, wide = shown(PianoKeyboard(), 300, 100), shown(PianoKeyboard(), 1200, 100)
    assert narrow.keys.start == wide.keys.start == 48
    assert 1 <= narrow.octaves < wide.octaves
    assert narrow.keys[-1] % 12 == 0


def test_every_key_that_is_shown_can_be_touched(piano):
    for key in piano.keys:
        assert piano.key_at(QPointF(front(piano, key))) == key
        assert QPointF(piano.rect().bottomRight()).x() >= piano.key_area(key).right() - 1
    assert piano.key_at(QPointF(-5, 10)) is None


def test_a_click_presses_and_lets_go(piano, played, qtbot):
    qtbot.mousePress(piano, LEFT, pos=front(piano, 60))
    qtbot.mouseRelease(piano, LEFT, pos=front(piano, 60))
    (key, velocity), released = played
    assert (key, released) == (60, 60)
    assert velocity > 110


def test_the_nearer_to_the_front_the_louder(piano, played, qtbot):
    x = front(piano, 60).x()
    for y in (0, 60, 119):
        qtbot.mouseClick(piano, LEFT, pos=QPoint(x, min(max(y, 2), 117)))
    velocities = [said[1] for said in played if isinstance(said, tuple)]
    assert velocities == sorted(velocities)
    assert all(1 <= velocity <= 127 for velocity in velocities)
    assert velocities[-1] > 120


def test_dragging_glides_from_key_to_key_and_never_holds_two(piano, played, drag):
    drag(piano, front(piano, 60), front(piano, 61), front(piano, 62), QPoint(-30, 50))
    assert [said if isinstance(said, int) else said[0] for said in played] == [
        60, 60, 61, 61, 62, 62,
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["hide", "clearFocus"])
def test_a_key_that_is_held_is_let_go_when_the_keyboard_goes(piano, played, qtbot, end):
    qtbot.mousePress(piano, LEFT, pos=front(piano, 60))
    getattr(piano, end)()
    assert played[-1] == 60


def test_wheel_and_page_keys_move_by_octaves_within_bounds(piano, turn, qtbot):
    turn(piano, 1)
    assert piano.lowest == 60
    qtbot.keyClick(piano, Qt.Key.Key_PageDown)
    qtbot.keyClick(piano, Qt.Key.Key_PageDown)
    assert piano.lowest == 36
    for notches, edge in ((20, "high"), (-40, "low")):
        for _ in range(abs(notches)):
            turn(piano, notches)
        assert piano.keys.start >= 0
        assert piano.keys[-1] <= 127
        assert piano.lowest == 0 or edge == "high"
    qtbot.keyClick(piano, Qt.Key.Key_Home)
    assert piano.lowest == 48


def test_a_key_held_while_the_octave_moves_is_still_let_go(piano, played, turn, qtbot):
    qtbot.mousePress(piano, LEFT, pos=front(piano, 60))
    turn(piano, 1)
    qtbot.mouseRelease(piano, LEFT, pos=front(piano, 72))
    assert played[-1] == 60


def test_arrows_and_space_play_without_a_mouse(piano, played, qtbot):
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(piano, key)
    qtbot.keyPress(piano, Qt.Key.Key_Space)
    qtbot.keyRelease(piano, Qt.Key.Key_Space)
    assert played == [(49, 100), 49]


def test_keys_played_elsewhere_are_shown_and_not_said(piano, played):
    before = piano.grab().toImage()
    piano.show_down({60, 61})
    assert piano.grab().toImage() != before
    piano.show_down(())
    assert piano.grab().toImage() == before
    assert played == []


def test_the_computers_keys_are_a_piano():
    row = [key_of(ord(letter), 4) for letter in "AWSEDFTGYHUJKOLP"]
    assert row == list(range(60, 76))
    assert key_of(Qt.Key.Key_Semicolon, 4) == 76
    assert key_of(Qt.Key.Key_Q, 4) is None
    assert [is_black(key) for key in row[:5]] == [False, True, False, True, False]
    assert key_name(60) == "C4"


@settings(deadline=None)
@given(st.integers(0, 2**25), st.integers(-5, 15))
def test_no_key_of_the_computer_leaves_the_range_of_midi(qt_key, octave):
    key = key_of(qt_key, octave)
    assert key is None or 0 <= key <= 127
