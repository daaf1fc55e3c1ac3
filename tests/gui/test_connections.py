"""Devices and ports chosen in the window, on a real audio server with real MIDI ports."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rtaudiogen.engine.catalogue import AudioDevice, Connections
from rtaudiogen.gui.connection_bar import Chooser, ConnectionBar
from rtaudiogen.gui.main_window import MainWindow

if TYPE_CHECKING:
    from tests.conftest import JackServer

SENDER = Path(__file__).parents[1] / "engine" / "midi_sender.py"


def values(chooser: Chooser) -> list[Any]:
    return [chooser.itemData(index) for index in range(chooser.count())]


def pick(chooser: Chooser, value: Any) -> None:
    """As a click on that line of the list does."""
    index = values(chooser).index(value)
    chooser.setCurrentIndex(index)
    chooser.activated.emit(index)


@pytest.mark.jack
def test_a_device_is_chosen_while_it_plays_and_a_real_keyboard_is_heard(
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


def test_what_is_chosen_stays_though_it_has_gone(qtbot):
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
