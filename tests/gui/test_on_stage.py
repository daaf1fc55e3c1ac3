"""The window on a real audio server: learning controllers, foreign generators, lost devices."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from rtaudiogen.client.catalogue import Startup
from rtaudiogen.gui.shell.bridge import Bridge
from rtaudiogen.gui.shell.main_window import MainWindow
from rtaudiogen.wire.settings import EngineSettings

if TYPE_CHECKING:
    from tests.jack_server import JackServer

pytestmark = pytest.mark.jack(synchronous=False)

SENDER = Path(__file__).parents[1] / "midi" / "midi_sender.py"
SETTINGS = EngineSettings(
    output="JACK", block_frames=256, latency_ms=60.0, midi="sender", midi_required=False
)
STRANGER = '''
from dataclasses import replace

from rtaudiogen.generator import Family
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine

FAULTY = replace(SINE, id="faulty", family="faulty")


class Faulty(Sine):
    """Plays a note, and breaks at the second one."""

    notes = 0

    def render(self, out, parameters, events):
        super().render(out, parameters, events)
        self.notes += len(events)
        if self.notes > 2:
            raise RuntimeError("a string broke")


FAMILY = Family(
    name="faulty",
    summary="breaks",
    builtin=lambda: [FAULTY],
    describe=lambda path: FAULTY,
    create="stranger:Faulty",
)
'''


class Controller:
    """A program with a MIDI port."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SENDER), "knobs"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def send(self, *data: int) -> None:
        """Send one message."""
        assert self._process.stdin is not None
        self._process.stdin.write(",".join(f"{byte:x}" for byte in data) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End the program, so that its port disappears."""
        self._process.communicate()


@pytest.fixture
def controller(
    private_jack_server: "JackServer", monkeypatch: pytest.MonkeyPatch
) -> Iterator[Controller]:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", private_jack_server.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    controller = Controller()
    yield controller
    controller.close()


@pytest.fixture
def stage(
    controller: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any,
    eventually: Any,
) -> Iterator[MainWindow]:  # fmt: skip
    """Yield a window on that server with a sine in its rack and a foreign family installed."""
    (tmp_path / "stranger.py").write_text(STRANGER)
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rtaudiogen.generators]\nfaulty = stranger:FAMILY\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path / "home"))
    window = MainWindow(Bridge())
    window.bridge.open(Startup(SETTINGS, {"slots": [{"model": "sine"}]}))
    window.show()
    eventually(lambda: window.facts is not None and window.rack.strips)
    eventually(lambda: window.facts.midi_ports and window.instrument.panel is not None)
    yield window
    window.close()


def test_a_real_controller_is_learnt_and_its_move_is_recorded(
    stage, controller, eventually, tmp_path
):
    knob = stage.instrument.panel.control("level")
    knob.menu().actions()[0].trigger()
    eventually(lambda: "Move a controller" in stage.messages.text)
    controller.send(0xB0, 21, 100)
    eventually(lambda: stage.facts.slots[0].controls.get("level") == 21)
    assert "Controller 21 now moves level" in stage.messages.text
    QTest.mouseClick(stage.transport.recorder.button, Qt.MouseButton.LeftButton)
    eventually(lambda: stage.facts.recording and stage.facts.recording.running)
    controller.send(0x90, 69, 127)
    for value in (127, 0):
        controller.send(0xB0, 21, value)
        expected = 0.0 if value else -60.0
        eventually(lambda expected=expected: abs(knob.value - expected) < 0.5)
    controller.send(0x80, 69, 0)
    eventually(lambda: stage.facts.slots[0].voices == 0)
    path = stage.transport.recorder.path
    QTest.mouseClick(stage.transport.recorder.button, Qt.MouseButton.LeftButton)
    eventually(lambda: path in stage.messages.text)
    sound, rate = soundfile.read(path)
    assert rate == 48000
    assert abs(sound).max() > 0.3  # a quarter at the default level
    assert abs(sound[-rate // 20 :]).max() < 0.01


def test_a_generator_that_raises_is_reported_and_others_play_on(stage, controller, eventually):
    stage.rack.added.emit("faulty")
    eventually(lambda: len(stage.rack.strips) == 2)
    controller.send(0x90, 60, 100)
    eventually(lambda: [slot.voices for slot in stage.facts.slots] == [1, 1])
    controller.send(0x90, 64, 100)
    controller.send(0x90, 67, 100)
    eventually(lambda: "a string broke" in stage.messages.text)
    assert "Slot 2" in stage.messages.text
    assert "Traceback" not in "".join(stage.messages.history)
    eventually(lambda: stage.facts.slots[0].voices == 3)
    assert stage.facts.restarts == 0


def test_a_lost_device_is_reported_and_sound_returns_with_it(
    stage, private_jack_server, eventually
):
    # keys that are held count as let go of when an engine begins: nothing may stick
    stage.bridge.do(lambda engine: engine.play_midi([(0.0, 0x90, 69, 100)]))
    eventually(lambda: stage.facts.peak > 0.02)
    private_jack_server.kill()
    eventually(lambda: stage.facts.null_device)
    assert stage.transport.device.text == "no sound"
    eventually(lambda: any("restarted with session" in line for line in stage.messages.history))
    private_jack_server.start()
    eventually(lambda: not stage.facts.null_device)
    eventually(lambda: stage.facts.slots[0].voices == 1 and stage.facts.peak > 0.02)
    eventually(lambda: stage.transport.device.text == "48 kHz")
