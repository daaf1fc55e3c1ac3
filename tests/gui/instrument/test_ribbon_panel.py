"""The code ribbon of a slot, in the window and on a real engine."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest

from rtaudiogen.gui.instrument.ribbon_panel import INVITATION, RibbonPanel
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.vqvae.codec import create
from rtaudiogen.models.vqvae.learning.excerpts import encode
from rtaudiogen.registry import find
from rtaudiogen.views import RibbonView
from rtaudiogen.wire.snapshot import SlotSnapshot

MODEL, SECONDS = "vqvae-music", 4.0
LEFT = Qt.MouseButton.LeftButton
RIBBON = replace(SINE, id="coded", views=(RibbonView("attack", "release"),), takes_sound=True)
STREAM = {
    "codes": [[1, 2]] * 100, "levels": [1.0] * 100, "frames": 100, "every": 1,
    "frames_per_second": 50.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """Write notes of different pitch at the model's rate, and return the file."""
    rate = find(MODEL).sample_rate
    t = np.arange(round(SECONDS * rate)) / rate
    pitch = 196.0 * 2 ** (np.floor(5 * t) % 7 * 2 / 12)
    signal = 0.4 * np.sin(2 * np.pi * np.cumsum(pitch) / rate) * np.exp(-3 * (5 * t % 1))
    path = tmp_path_factory.mktemp("sounds") / "notes.wav"
    soundfile.write(path, signal.astype(np.float32), rate, subtype="FLOAT")
    return path


@pytest.fixture
def ribbon(window, eventually, sound):
    """Return the ribbon of a slot that plays the sound, once it shows the codes."""
    number = window.facts.slots[0].slot
    window.bridge.do(lambda e: e.swap_slot(number, MODEL, {"source": 1.0}, str(sound)))
    eventually(lambda: not window.ribbon.ribbon.is_empty())
    eventually(lambda: window.ribbon.ribbon.position is not None)
    yield window.ribbon.ribbon
    window.bridge.do(lambda e: e.swap_slot(number, "sine"))
    eventually(lambda: not window.ribbon.isVisible())


def drag(ribbon, start: float, end: float) -> None:
    """Drag with the left button from one code frame to another."""
    y = round(ribbon.cells_area().center().y())
    QTest.mousePress(ribbon, LEFT, pos=QPoint(round(ribbon.x_of(start)), y))
    for share in (0.3, 0.7, 1.0):
        x = ribbon.x_of(start + share * (end - start))
        QTest.mouseMove(ribbon, QPoint(round(x), y))
    QTest.mouseRelease(ribbon, LEFT, pos=QPoint(round(ribbon.x_of(end)), y))


def repeats(signal: np.ndarray, period: int) -> float:
    """Return the share of a signal's power that differs one period later."""
    error = signal[period:] - signal[:-period]
    return float(np.square(error).mean() / np.square(signal).mean())


def test_ribbon_shows_the_sounds_codes_and_dragging_loops_them(window, ribbon, eventually, sound):
    signal, _ = soundfile.read(sound, dtype="float32")
    expected = encode(create(find(MODEL)), signal)
    assert np.array_equal(ribbon.codes, expected)
    assert window.ribbon.currentWidget() is ribbon

    drag(ribbon, 100, 130)
    first, end = ribbon.window_played.first, ribbon.window_played.end
    assert (abs(first - 100) < 3, abs(end - 130) < 3) == (True, True)
    low, high = first / len(expected), end / len(expected)
    values = window.instrument.panel.values
    assert (values["loop_start"], values["loop_end"]) == (low, high)
    eventually(lambda: window.facts.slots[0].values["loop_end"] == pytest.approx(high))
    eventually(lambda: ribbon.position is not None and first <= ribbon.position < end)

    waveform = window.scopes.waveform
    played = window.facts.frames_played
    eventually(lambda: window.facts.frames_played > played + 1.6 * 48000)
    for _ in range(5):
        assert first <= ribbon.position < end
        QTest.qWait(40)
    period = (end - first) * 480
    heard = waveform.ring.latest(3 * period)[:, 0]
    assert np.square(heard).mean() > 1e-6
    assert repeats(heard, period) < 1e-3
    assert repeats(heard, period - 480) > 0.05

    window.history.undo.trigger()
    eventually(lambda: ribbon.window_played.whole)
    eventually(lambda: window.facts.slots[0].values["loop_end"] == 1.0)
    assert window.facts.slots[0].values["loop_start"] == 0.0
    window.history.redo.trigger()
    eventually(lambda: ribbon.window_played.end == end)


def test_ribbon_shows_the_priors_codes_and_hides_without_codes(window, ribbon, eventually):
    number = window.facts.slots[0].slot
    window.bridge.set_parameter(number, "source", 0.0)
    eventually(lambda: window.ribbon.currentWidget() is window.ribbon.history)
    eventually(lambda: len(window.ribbon.history.codes) > 50)
    window.bridge.set_parameter(number, "source", 1.0)
    eventually(lambda: window.ribbon.currentWidget() is ribbon)
    window.bridge.do(lambda e: e.swap_slot(number, "sine"))
    eventually(lambda: not window.ribbon.isVisible())


# -- the panel alone ------------------------------------------------------------------------------


@pytest.fixture
def panel(qtbot):
    """Return a panel, and the requests that it has made."""
    asked: list = []
    made = RibbonPanel(lambda slot, then: asked.append((slot, then)))
    qtbot.addWidget(made)
    made.resize(600, 90)
    return made, asked


def test_a_stream_is_requested_once_and_a_late_one_is_dropped(panel):
    made, asked = panel
    for _ in range(3):
        made.show_slot(RIBBON, SlotSnapshot(1, "coded", sound="/a.wav"))
    made.show_slot(RIBBON, SlotSnapshot(1, "coded", sound="/b.wav"))
    assert [slot for slot, _ in asked] == [1, 1]
    asked[0][1]({**STREAM, "frames": 200})
    assert made.ribbon.is_empty()
    asked[1][1](STREAM)
    assert made.ribbon.window_played.frames == 100


def test_the_ends_are_parameters_in_their_own_units(panel, qtbot):
    made, asked = panel
    made.show_slot(RIBBON, SlotSnapshot(1, "coded"))
    asked[0][1](STREAM)
    made.show_values({"attack": 1.0, "release": 5000.0})
    assert made.ribbon.window_played.whole
    made.show_values({"attack": 1.0, "release": 2502.0})
    assert made.ribbon.window_played.end == 50
    moved: list = []
    made.moved.connect(moved.append)
    qtbot.keyClick(made.ribbon, Qt.Key.Key_Right)
    assert moved == [{"attack": pytest.approx(20.99), "release": pytest.approx(2551.96)}]


def test_a_model_without_sounds_of_its_own_says_what_to_do(panel):
    made, asked = panel
    made.show_slot(RIBBON, SlotSnapshot(1, "coded"))
    asked[0][1]({**STREAM, "frames": 1, "codes": [[0, 0]], "levels": [0.0]})
    assert made.ribbon.is_empty()
    assert made.ribbon.accessibleDescription() == INVITATION


def test_a_dropped_local_sound_is_accepted_and_a_url_is_not(panel):
    made, _ = panel
    made.show_slot(RIBBON, SlotSnapshot(1, "coded"))
    wanted: list = []
    made.sound_wanted.connect(wanted.append)
    assert made.acceptDrops()
    for urls, taken in (
        ([QUrl("https://x.org/a.wav")], False),
        ([QUrl.fromLocalFile("/a.wav")], True),
    ):
        data = QMimeData()
        data.setUrls(urls)
        buttons, keys, action = LEFT, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(5, 5), action, data, buttons, keys)
        enter.ignore()
        made.dragEnterEvent(enter)
        assert enter.isAccepted() == taken
    made.dropEvent(QDropEvent(QPointF(5, 5), action, data, buttons, keys))
    assert wanted == ["/a.wav"]
    made.show_slot(replace(RIBBON, takes_sound=False), SlotSnapshot(2, "coded"))
    assert not made.acceptDrops()


def test_a_model_without_a_ribbon_view_has_none(panel):
    made, asked = panel
    made.show_slot(SINE, SlotSnapshot(1, "sine"))
    assert made.isHidden()
    made.show_slot(None, None)
    assert asked == []
