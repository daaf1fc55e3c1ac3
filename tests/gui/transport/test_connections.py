"""Devices and ports are chosen in the window, on a real audio server with real MIDI ports."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from rtaudiogen.client.catalogue import AudioDevice, Connections
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.gui.transport.connection_bar import Chooser, ConnectionBar
from rtaudiogen.wire.settings import EngineSettings

if TYPE_CHECKING:
    from tests.jack_server import JackServer

SENDER = Path(__file__).parents[2] / "midi" / "midi_sender.py"


def values(chooser: Chooser) -> list[Any]:
    return [chooser.itemData(index) for index in range(chooser.count())]


def pick(chooser: Chooser, value: Any) -> None:
    """Select a value of the list as a click does."""
    index = values(chooser).index(value)
    chooser.setCurrentIndex(index)
    chooser.activated.emit(index)


@pytest.mark.jack(synchronous=False)
def test_a_device_is_chosen_in_play_and_a_real_keyboard_is_heard(
    private_jack_server: "JackServer",
    window: MainWindow,
    eventually: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", private_jack_server.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    bar = window.transport.connections
    command = [sys.executable, str(SENDER), "keys"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
        bar.look.emit()
        eventually(lambda: any("JACK" in str(value) for value in values(bar.output)))
        eventually(lambda: any("sender" in value for value in values(bar.midi)))
        pick(bar.output, next(value for value in values(bar.output) if "JACK" in str(value)))
        eventually(lambda: window.facts and not window.facts.null_device)
        pick(bar.midi, next(value for value in values(bar.midi) if "sender" in value))
        eventually(lambda: window.facts and window.facts.midi_ports)
        sender.stdin.write("90,45,64\n")
        sender.stdin.flush()
        eventually(lambda: window.facts and window.facts.slots[0].voices == 1)
        eventually(lambda: window.transport.meter.held_db > -40.0)
        sender.stdin.write("80,45,0\n")
        sender.stdin.flush()
        eventually(lambda: window.facts and window.facts.slots[0].voices == 0)
        pick(bar.midi, "none")
        pick(bar.output, "null")
        eventually(lambda: window.facts and window.facts.null_device)
        sender.stdin.close()


def test_a_chosen_device_stays_listed_when_it_is_gone(qtbot):
    bar = ConnectionBar()
    qtbot.addWidget(bar)
    card = AudioDevice("USB Audio", "ALSA", 48000, False)
    bar.show_connections(Connections(outputs=(card,)))
    pick(bar.output, "USB Audio (ALSA)")
    bar.show_connections(Connections())
    assert bar.output.currentData() == "USB Audio (ALSA)"
    bar.show_connections(Connections(outputs=(card,)))
    assert values(bar.output).count("USB Audio (ALSA)") == 1
    assert bar.output.currentData() == "USB Audio (ALSA)"


def test_the_processor_is_offered_only_with_a_gpu(qtbot):
    bar = ConnectionBar()
    qtbot.addWidget(bar)
    bar.show_settings(EngineSettings())
    bar.show()
    assert not bar.processor.isVisible()
    bar.show_processors(["cpu", "cuda"])
    assert bar.processor.isVisible()
    assert values(bar.processor) == ["cpu", "cuda", "auto"]
    assert bar.processor.currentText() == "CPU"
    with qtbot.waitSignal(bar.wanted) as wanted:
        pick(bar.processor, "cuda")
    assert wanted.args == ["device", "cuda"]


def test_a_gpu_that_is_asked_for_and_has_gone_can_be_taken_back(qtbot):
    bar = ConnectionBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.show_processors(["cpu"])
    bar.show_settings(EngineSettings(device="cuda"))
    assert bar.processor.isVisible()
    assert bar.processor.currentText() == "GPU (CUDA)"
    assert "cpu" in values(bar.processor)


def test_the_processor_is_chosen_in_play(window, eventually):
    before = window.bridge._engine.pid
    window.transport.connections.wanted.emit("device", "auto")
    eventually(lambda: window.bridge._engine.pid != before)
    eventually(lambda: window.transport.connections.processor.currentData() == "auto")
    eventually(lambda: "sine (16 voices) is computed on 'cpu'" in " ".join(window.facts.messages))
    eventually(lambda: window.facts.slots[0].device == "cpu")
    window.transport.connections.wanted.emit("device", "cpu")
    eventually(lambda: window.transport.connections.processor.currentData() == "cpu")


def test_neither_wheel_nor_arrow_keys_choose_another_device(window, qtbot):
    latency = window.transport.connections.latency
    said = []
    latency.picked.connect(said.append)
    latency.setFocus()
    before = latency.currentIndex()
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(latency, wheel)
    assert not wheel.isAccepted()
    qtbot.keyClick(latency, Qt.Key.Key_Down)
    assert latency.view().isVisible()
    latency.hidePopup()
    assert (latency.currentIndex(), said) == (before, [])
