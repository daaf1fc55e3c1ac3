"""A level meter rises at once, holds, falls, and remembers clipping."""

import math

import pytest
from PySide6.QtCore import Qt

from rtaudiogen.gui.widgets.scopes.level_meter import FALL_DB_PER_SECOND, HOLD_SECONDS, LevelMeter


@pytest.fixture(params=[Qt.Orientation.Vertical, Qt.Orientation.Horizontal])
def meter(request, shown):
    return shown(LevelMeter("Master", request.param))


def test_the_meter_rises_at_once_and_falls_slowly(meter):
    meter.set_level(0.5)
    assert meter.peak_db == pytest.approx(-6.02, abs=0.01)
    meter.set_level(0.0)
    meter.advance(0.5)
    assert meter.peak_db == pytest.approx(-6.02 - FALL_DB_PER_SECOND / 2, abs=0.01)
    meter.advance(10)
    assert meter.peak_db == -60


def test_the_maximum_is_held_and_then_falls(meter):
    meter.set_level(1.0 / 2)
    for _ in range(10):
        meter.advance(HOLD_SECONDS / 10 - 0.001)
    assert meter.held_db == pytest.approx(-6.02, abs=0.01)
    meter.advance(0.5)
    assert -60 < meter.held_db < -6.02
    meter.advance(10)
    assert meter.held_db == -60


@pytest.mark.parametrize("peak", [1.0, 1.5, math.nan, math.inf])
def test_the_clip_mark_stays_until_it_is_clicked(meter, qtbot, peak):
    meter.set_level(0.999)
    assert not meter.clipped
    meter.set_level(peak)
    meter.set_level(0.0)
    meter.advance(100)
    assert meter.clipped
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert not meter.clipped


def test_the_clip_mark_is_cleared_by_delete(meter, qtbot):
    meter.set_level(2.0)
    qtbot.keyClick(meter, Qt.Key.Key_Delete)
    assert not meter.clipped


def test_louder_is_drawn_longer(meter):
    def lit(peak):
        meter.advance(100)
        meter.set_level(peak, peak / 2)
        image = meter.grab().toImage()
        pixels = (
            image.pixelColor(x, y).green()
            for x in range(image.width())
            for y in range(image.height())
        )
        return sum(green > 180 for green in pixels)

    silent, soft, loud = lit(0.0), lit(0.05), lit(0.4)
    assert silent < soft < loud


def test_the_meter_is_painted_only_while_it_changes(meter, qtbot, qapp):
    painted = []
    original = meter.paintEvent
    meter.paintEvent = lambda event: (painted.append(1), original(event))
    qtbot.waitUntil(lambda: meter._listening.running)
    meter.advance(100)
    qtbot.waitUntil(lambda: meter._seen == (-60, -60, -60, False))
    qapp.processEvents()
    painted.clear()
    qtbot.wait(120)
    assert painted == []
    meter.set_level(0.5)
    qtbot.waitUntil(lambda: bool(painted))


def test_no_clock_runs_for_what_is_hidden(meter):
    clock = meter._listening
    assert clock.running
    meter.hide()
    assert not clock.running


def test_no_clock_runs_for_what_has_been_deleted(qapp, qtbot):
    meter = LevelMeter()
    meter.show()
    clock = meter._listening
    meter.deleteLater()
    qtbot.waitUntil(lambda: not clock.running)


def test_a_meter_shown_again_moves_again(meter):
    meter.hide()
    meter.show()
    assert meter._listening.running
