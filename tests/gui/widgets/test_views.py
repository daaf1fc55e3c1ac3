"""The scopes show what is heard, steadily and in the right place, and freeze on request."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolButton

from rtaudiogen.gui.shell.theme import TEXT, THEMES, apply_theme
from rtaudiogen.gui.widgets.scopes.phase_view import PhaseView
from rtaudiogen.gui.widgets.scopes.scope import SECONDS
from rtaudiogen.gui.widgets.scopes.spectrum import LogSpectrum, note_name
from rtaudiogen.gui.widgets.scopes.spectrum_view import SpectrumView
from rtaudiogen.gui.widgets.scopes.waveform_view import WaveformView
from rtaudiogen.gui.widgets.scopes.zero_crossing import last_crossing

RATE = 48000
VIEWS = [WaveformView, SpectrumView, PhaseView]


def tone(hz, frames=RATE, level=0.5, channels=2, start=0):
    wave = level * np.sin(2 * np.pi * hz * (start + np.arange(frames)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def feed(view, frames):
    view.feed(frames)
    view.advance(1 / 30)


@pytest.fixture(params=VIEWS)
def view(request, shown):
    return shown(request.param(), 640, 320)


@pytest.fixture
def waveform(shown):
    return shown(WaveformView(), 640, 320)


def test_space_or_the_button_freezes_and_later_resumes_live(view, qtbot, heard):
    said = heard(view.froze)
    feed(view, tone(300))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    picture = view.grab().toImage()
    for block in np.array_split(tone(1234, level=0.9), 10):
        feed(view, -block * [1, 0.3])
    assert view.frozen
    assert view.grab().toImage() == picture
    qtbot.mouseClick(view.findChildren(QToolButton)[0], Qt.MouseButton.LeftButton)
    view.advance(1 / 30)
    assert not view.frozen
    assert view.grab().toImage() != picture
    assert said == [True, False]


def test_the_frozen_frames_can_be_saved_and_nothing_else(view, qtbot, heard):
    saved = heard(view.save)
    freeze, save = view.findChildren(QToolButton)
    assert not save.isVisible()
    frames = tone(300, 5000)
    view.feed(frames)
    qtbot.mouseClick(freeze, Qt.MouseButton.LeftButton)
    view.feed(tone(100, 5000))
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    ((found, rate, picture),) = saved
    np.testing.assert_array_equal(found, frames)
    assert rate == RATE
    assert picture.size() == view.size()


@pytest.mark.parametrize("frames", [0, 1, 2, 3, 100, RATE * 6])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_any_count_of_frames_and_channels_is_shown_and_frozen(view, qtbot, frames, channels):
    feed(view, tone(440, frames, channels=channels))
    view.grab()
    view.set_frozen(True)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    view.grab()
    view.resize(60, 60)
    view.grab()


def test_another_sample_rate_begins_anew(view):
    feed(view, tone(440))
    view.set_sample_rate(16000)
    assert view.ring.written == 0
    feed(view, tone(440, 16000))
    view.grab()


def test_nothing_is_painted_while_nothing_is_heard(view, qtbot):
    feed(view, tone(440))
    qtbot.wait(100)
    painted = []
    view.paint = lambda painter, area: painted.append(1)
    qtbot.wait(120)
    assert painted == []
    view.feed(tone(440))
    qtbot.waitUntil(lambda: bool(painted))


def test_a_steady_tone_stands_still(waveform):
    pictures = []
    for start in (0, 1000, 1777, 12345):
        feed(waveform, tone(437.3, start=start))
        frames, first = waveform.visible()
        wave = frames[:, 0]
        # The value at the left edge is interpolated between the frames around it.
        edge = np.interp(-first, np.arange(len(wave)), wave)
        pictures.append((edge, wave[10] > wave[0]))
    assert all(abs(edge) < 0.01 and rising for edge, rising in pictures)


@settings(deadline=None)
@given(st.floats(40, 2000), st.floats(0, 6.28), st.floats(0.001, 1))
def test_the_trigger_finds_a_rising_crossing_of_any_tone(hz, phase, level):
    t = np.arange(4800) / RATE
    crossing = last_crossing((level * np.sin(2 * np.pi * hz * t + phase)).astype(np.float32))
    assert crossing is not None
    turns = hz * crossing / RATE + phase / (2 * np.pi)
    assert abs(turns - round(turns)) < 0.01
    assert crossing >= 4800 - 2.5 * RATE / hz


def test_the_trigger_ignores_wiggles_about_zero_and_silence():
    t = np.arange(4800) / RATE
    wave = np.sin(2 * np.pi * 100 * t) + 0.1 * np.sin(2 * np.pi * 3000 * t)
    crossing = last_crossing(wave.astype(np.float32))
    assert abs((crossing / 480) - round(crossing / 480)) < 0.05
    assert last_crossing(np.zeros(100, np.float32)) is None
    assert last_crossing(np.ones(100, np.float32)) is None
    assert last_crossing(np.zeros(0, np.float32)) is None


def test_the_wheel_zooms_in_time_and_with_shift_in_level(waveform, turn, qtbot):
    turn(waveform, 1)
    assert waveform.span_seconds == pytest.approx(0.016)
    for _ in range(50):
        turn(waveform, 5)
    assert waveform.span_seconds == 0.001
    for _ in range(50):
        turn(waveform, -5)
    assert waveform.span_seconds == SECONDS
    turn(waveform, 3, Qt.KeyboardModifier.ShiftModifier)
    assert waveform.gain == pytest.approx(1.25**3)
    qtbot.keyClick(waveform, Qt.Key.Key_Home)
    assert (waveform.span_seconds, waveform.gain) == (pytest.approx(0.02), 1.0)
    qtbot.keyClick(waveform, Qt.Key.Key_Up)
    qtbot.keyClick(waveform, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert waveform.span_seconds < 0.02
    assert waveform.gain > 1


def test_the_frozen_cursor_reads_time_and_level(waveform, qtbot):
    frames = np.zeros((RATE, 1), np.float32)
    frames[-480:] = 0.5
    feed(waveform, frames)
    waveform.set_frozen(True)
    area = waveform.canvas()
    readings = [
        waveform.reading(QPointF(x, area.center().y())) for x in (area.left(), area.right())
    ]
    assert readings[0].startswith("−20.0")
    assert "−120.0 dB" in readings[0]
    assert readings[1] == "−0.02 ms  +0.500 (−6.0 dB)"
    qtbot.mouseMove(waveform, QPoint(area.right(), area.center().y()))
    waveform.move_cursor(QPointF(area.right(), area.center().y()))
    assert "−6.0 dB" in waveform.accessibleDescription()


def test_a_reading_too_wide_for_the_head_is_painted_in_the_plot(waveform):
    feed(waveform, np.zeros((RATE, 1), np.float32))
    waveform.set_frozen(True)
    area = waveform.canvas()
    corner = QRect(area.left(), area.top(), 60, 20)

    def letters() -> int:
        waveform.move_cursor(QPointF(area.right(), area.center().y()))
        picture = waveform.grab(corner).toImage()
        text = waveform.palette().color(TEXT)
        places = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
        return sum(picture.pixelColor(x, y) == text for x, y in places)

    assert letters() == 0
    waveform.resize(200, 320)
    assert letters() > 0


def test_the_frozen_picture_can_be_dragged_back_and_forth(waveform, drag, qtbot):
    frames = np.arange(RATE, dtype=np.float32)[:, None] / RATE
    feed(waveform, frames)
    waveform.set_frozen(True)
    last = waveform.visible()[0][-1, 0]
    drag(waveform, QPoint(100, 150), QPoint(400, 150))
    back = waveform.visible()[0][-1, 0]
    assert back < last
    drag(waveform, QPoint(600, 150), QPoint(-9000, 150))
    assert waveform.visible()[0][-1, 0] == frames[-1, 0]
    for _ in range(500):
        qtbot.keyClick(waveform, Qt.Key.Key_PageUp)
    assert waveform.visible()[0][0, 0] == 0.0


def test_a_long_stretch_scrolls_with_its_lines_unchanged(waveform):
    waveform.zoom(2.0 / waveform.span_seconds)
    noise = np.random.default_rng(0).normal(size=(3 * RATE, 1)).astype(np.float32)
    feed(waveform, noise[: 2 * RATE])
    size = 151
    before = waveform._extremes(waveform.visible()[0][:, 0], size)[1]
    feed(waveform, noise[2 * RATE : 2 * RATE + 10 * size])
    after = waveform._extremes(waveform.visible()[0][:, 0], size)[1]
    np.testing.assert_array_equal(before[20:], after[: len(before) - 20])


@pytest.mark.parametrize("hz", [55.0, 440.0, 5000.0, 15000.0])
@pytest.mark.parametrize("level_db", [0.0, -20.0])
def test_a_tone_is_a_peak_at_its_frequency_and_level(shown, hz, level_db):
    view = shown(SpectrumView(), 900, 400)
    for _ in range(20):
        feed(view, tone(hz, 8192, level=10 ** (level_db / 20)))
    column = int(np.argmax(view.levels_db))
    found = view._spectrum.hz((column + 0.5) / len(view.levels_db))
    assert found == pytest.approx(hz, rel=0.12 if hz < 100 else 0.02)
    assert view.levels_db[column] == pytest.approx(level_db, abs=1.5)


def test_peaks_are_held_fall_slowly_and_are_forgotten_on_delete(shown, qtbot):
    view = shown(SpectrumView(), 900, 400)
    feed(view, tone(1000, 8192))
    peak = float(view.held_db.max())
    silence = np.zeros((8192, 2), np.float32)
    feed(view, silence)
    for _ in range(15):
        feed(view, silence)
    assert view.levels_db.max() < peak - 40
    assert peak - 10 < view.held_db.max() < peak
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert view.held_db.max() == view.levels_db.max()


def test_cursor_reads_frequency_note_and_level_while_running(shown, qtbot):
    view = shown(SpectrumView(), 900, 400)
    feed(view, tone(440, 8192, level=1.0))
    area = view.canvas()
    x = area.left() + round((area.width() - 1) * view._spectrum.share(440))
    hz, _, note, *_, level, unit = view.reading(QPointF(x, area.center().y())).split()
    assert float(hz) == pytest.approx(440, rel=0.01)
    assert note == "A4"
    assert (float(level.replace("−", "-")), unit) == (pytest.approx(0, abs=2.5), "dB")


def test_the_waterfall_repaints_its_past_in_another_theme(shown, qapp):
    view = shown(SpectrumView(), 900, 400)
    feed(view, np.zeros((8192, 2), np.float32))
    newest = view.canvas().center() + QPoint(0, round(view.canvas().height() * 0.06))
    for name, theme in THEMES.items():
        apply_theme(qapp, name)
        assert view.grab().toImage().pixelColor(newest) == QColor(theme.well)


def test_notes_are_named_with_their_distance():
    assert note_name(440.0) == "A4 +0 ct"
    assert note_name(261.6256) == "C4 +0 ct"
    assert note_name(440 * 2 ** (0.3 / 12)) == "A4 +30 ct"


@settings(deadline=None)
@given(st.floats(0, 1), st.sampled_from([8000, 16000, 44100, 96000]))
def test_the_frequency_axis_goes_both_ways(share, rate):
    spectrum = LogSpectrum(rate, 64)
    assert spectrum.share(spectrum.hz(share)) == pytest.approx(share, abs=1e-9)
    assert spectrum.highest_hz <= rate / 2


@pytest.mark.parametrize(("right", "correlation"), [(1.0, 1.0), (-1.0, -1.0), (0.0, 0.0)])
def test_the_phase_view_tells_mono_from_what_cancels(shown, right, correlation):
    view = shown(PhaseView(), 400, 400)
    for _ in range(20):
        feed(view, tone(300, 4800) * np.float32([1.0, right]))
    assert view.correlation == pytest.approx(correlation, abs=0.01)
    assert f"{correlation:+.2f}".replace("-", "−") in view.reading(QPointF())
