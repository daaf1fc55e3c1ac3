"""A fader is a horizontal knob: dragged sideways, typed, and reset by a double-click."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit

from rtaudiogen.generator import Parameter
from rtaudiogen.gui.widgets.controls.fader import Fader
from rtaudiogen.gui.widgets.controls.value_text import value_text
from rtaudiogen.gui.widgets.painting import scaled_font

LEFT = Qt.MouseButton.LeftButton
GAIN = Parameter("gain", "Gain", -60.0, 12.0, 0.0, "dB")
START = QPoint(60, 10)


@pytest.fixture
def fader(shown) -> Fader:
    return shown(Fader(GAIN), 300, 24)


def test_dragging_right_is_louder_and_the_track_spans_the_range(fader, drag, heard):
    said = heard(fader.changed)
    drag(fader, START, START + QPoint(20, 0))
    assert said == [fader.value]
    assert fader.value == pytest.approx(20 / fader._track().width() * 72.0)
    drag(fader, START, START + QPoint(0, 40))
    assert said == [fader.value]


def test_a_fader_is_held_only_while_the_mouse_is_down(fader, qtbot):
    qtbot.mousePress(fader, LEFT, pos=START)
    assert fader.is_held
    qtbot.mouseRelease(fader, LEFT, pos=START)
    assert not fader.is_held


def test_a_value_is_typed_and_a_double_click_takes_it_back(fader, qtbot):
    qtbot.mouseClick(fader, LEFT, pos=fader.value_area().center())
    editor = fader.findChild(QLineEdit)
    editor.setText("-12")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert fader.value == -12.0
    qtbot.mouseDClick(fader, LEFT, pos=START)
    assert fader.value == 0.0


def test_every_value_has_room(fader):
    metrics = QFontMetrics(scaled_font(fader, 1.0, bold=True))
    for value in (-60.0, -12.34, 0.0, 12.0):
        text = value_text(GAIN, value)
        assert metrics.horizontalAdvance(text) <= fader.value_area().width()


def test_higher_looks_otherwise(fader):
    pictures = set()
    for value in (-60.0, -6.0, 0.0, 12.0):
        fader.show_value(value)
        pictures.add(fader.grab().toImage().cacheKey())
    assert len(pictures) == 4
