"""The transport bar: block, master gain, true peak, latency by parts, disk space."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from rtaudiogen.gui.shell.theme import ALARM, TEXT, WARNING
from rtaudiogen.gui.transport.master_panel import MasterPanel
from rtaudiogen.gui.transport.transport_bar import load_role, parts_text
from rtaudiogen.wire.snapshot import Snapshot

LEFT = Qt.MouseButton.LeftButton


def test_the_master_gain_is_typed_and_what_is_heard_follows(window, qtbot, eventually):
    master = window.transport.master
    window.surface.press(60, 100)
    eventually(lambda: window.facts.peak > 0.01)
    qtbot.mouseClick(master.gain, LEFT, pos=master.gain.value_area().center())
    editor = master.gain.findChild(QLineEdit)
    editor.setText("-60")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    eventually(lambda: window.facts.master_gain_db == -60.0)
    eventually(lambda: window.facts.peak < 0.001)
    qtbot.mouseDClick(master.gain, LEFT, pos=master.gain.rect().topLeft())
    eventually(lambda: window.facts.master_gain_db == 0.0 and window.facts.peak > 0.01)
    window.bridge.do(lambda engine: engine.set_master(3.0))
    eventually(lambda: master.gain.value == 3.0)
    window.bridge.do(lambda engine: engine.set_master(0.0))
    eventually(lambda: master.gain.value == 0.0)
    window.surface.release(60)


def test_the_meter_shows_true_peaks_until_it_is_cleared(qtbot):
    panel = MasterPanel()
    qtbot.addWidget(panel)
    wave = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4)  # no frame is above −3 dB
    panel.hear(np.repeat(wave[:, None], 2, axis=1).astype(np.float32))
    level = float(panel.peak.removesuffix(" dBTP").replace("−", "-"))
    assert level > -0.3
    assert panel.meter.clipped == (level >= 0.0)
    panel.hear(np.full((480, 2), 1.2, np.float32))
    assert panel.meter.clipped
    level = float(panel.peak.removesuffix(" dBTP"))
    assert level >= 1.5  # 1.6 dB, and what a sudden step overshoots
    panel.meter.clear()
    assert panel.peak == "−∞ dBTP"
    assert not panel.meter.clipped


def test_another_block_is_had_while_it_plays(window, eventually):
    block = window.transport.connections.block
    values = [block.itemData(index) for index in range(block.count())]
    assert values[:8] == [0, 32, 64, 128, 256, 512, 1024, 2048]
    block.setCurrentIndex(values.index(512))
    block.activated.emit(values.index(512))
    eventually(lambda: window.bridge._engine.settings.block_frames == 512)
    eventually(lambda: block.currentData() == 512)
    block.activated.emit(0)
    eventually(lambda: window.bridge._engine.settings.block_frames == 0)


@pytest.mark.parametrize(
    ("p50", "p99", "role"),
    [(0.4, 0.8, TEXT), (0.5, 1.4, WARNING), (0.8, 0.9, WARNING), (0.96, 1.2, ALARM)],
)
def test_full_load_is_an_alarm_and_high_load_a_warning(p50, p99, role):
    assert load_role(Snapshot("null", 48000, load_p50=p50, load_p99=p99)) == role


def test_the_parts_of_the_latency_can_be_read_without_hovering(window, eventually):
    eventually(lambda: "ring " in window.transport.latency.note)


def test_small_parts_of_the_latency_are_left_out():
    parts = {"MIDI": 0.5, "ring": 20.1, "block": 5.3, "resampler + model": 0.0, "device": 5.0}
    assert parts_text(parts) == "ring 20 + block 5 + device 5"


def test_free_disk_space_is_shown_before_recording(window, eventually):
    eventually(lambda: window.transport.recorder.facts.endswith(" left"))


@pytest.mark.parametrize("name", ["button", "format", "folder"])
def test_the_recorder_can_be_reached_by_the_keyboard(window, name):
    control = getattr(window.transport.recorder, name)
    assert control.focusPolicy() == Qt.FocusPolicy.TabFocus
