"""Scrolling a page does not turn the controls under the pointer."""

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rtaudiogen.gui.widgets import scroll_page
from rtaudiogen.gui.widgets.controls.knob import Knob
from rtaudiogen.gui.widgets.scroll_page import ScrollPage
from tests.gui.widgets.gallery import GAIN


@pytest.fixture
def page(shown):
    """Return a page of twenty knobs that shows two or three."""
    area, inside = ScrollPage(), QWidget()
    column = QVBoxLayout(inside)
    for _ in range(20):
        column.addWidget(Knob(GAIN, inside))
    area.setWidgetResizable(True)
    area.setWidget(inside)
    return shown(area, 200, 300)


def test_scrolling_does_not_move_a_knob_under_the_pointer(page, turn):
    knob = page.findChildren(Knob)[5]
    knob.setFocus()
    turn(page.viewport(), -1)
    assert page.verticalScrollBar().value() > 0
    turn(knob, -1)
    assert knob.value == GAIN.default


def test_the_wheel_scrolls_past_a_knob_that_was_not_clicked(page, turn):
    knob = page.findChildren(Knob)[5]
    assert not turn(knob, -1)
    assert knob.value == GAIN.default


def test_the_wheel_moves_the_clicked_knob_that_it_begins_on(page, turn, monkeypatch):
    knob = page.findChildren(Knob)[5]
    knob.setFocus()
    turn(knob, -1)
    assert knob.value < GAIN.default
    assert page.verticalScrollBar().value() == 0
    monkeypatch.setattr(scroll_page, "_TURN_SECONDS", 0.0)  # a pause
    turn(page.viewport(), -1)
    before = knob.value
    turn(knob, -1)
    assert knob.value < before
