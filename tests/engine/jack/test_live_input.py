"""Device input passes through an effect and returns after the reported latency."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.devices import Device, find_input
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.settings import EngineSettings

from ...realtime.effects import installed
from ...waiting import eventually
from .jack_loop import signal as played

if TYPE_CHECKING:
    from tests.jack_server import JackServer

RATE = 48000
LOOP = Path(__file__).with_name("jack_loop.py")


@pytest.fixture
def effects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the family of effects for processes that the test starts."""
    for name, value in installed(tmp_path / "effects").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def server(private_jack_server: "JackServer", monkeypatch: pytest.MonkeyPatch) -> "JackServer":
    """Return a server that engines find, and that a test may kill."""
    for name, value in private_jack_server.environment.items():
        monkeypatch.setenv(name, value)
    return private_jack_server


def listening(model: str, **settings: Any) -> EngineProcess:
    """Return an engine that plays an effect on JACK's input, fully left, where the gain is 1."""
    defaults: dict[str, Any] = {"output": "JACK", "input": "default", "latency_ms": 200.0}
    engine = EngineProcess(EngineSettings(**(defaults | settings), midi="none"))
    engine.set_mix(engine.add_slot(model), "pan", -1.0)
    engine.start()
    eventually(lambda: engine.snapshot().get("playing"))
    return engine


class Loop:
    """The samples that came back, and the frame at which they were sent."""

    def __init__(
        self, server: "JackServer", folder: Path, seconds: float = 2.0, opposite: bool = False
    ) -> None:
        inputs, outputs = server.ports("PortAudio:in_"), server.ports("PortAudio:out_")
        if opposite:
            inputs[1] = f"-{inputs[1]}"
        path = folder / "loop.npz"
        ports = [outputs[0], *inputs]
        command = [sys.executable, LOOP, server.name, path, str(seconds), "numbers", *ports]
        subprocess.run(command, env=server.environment, check=True, timeout=300)
        with np.load(path) as file:
            self.samples = file["samples"]
            self._ahead = int(file["recorded_from"]) - int(file["played_from"])

    def expected(self, delay_frames: int) -> np.ndarray:
        """Return what should have come back."""
        return played(self._ahead - delay_frames, len(self.samples))

    def delay_frames(self) -> int:
        """Return the delay, from the last value that came back."""
        last = len(self.samples) - 1
        number = round(abs(float(self.samples[last])) * 2**23) - 1
        return last + self._ahead - number


@pytest.mark.jack
@pytest.mark.parametrize("block_frames", [0, 256, 512, 200])
def test_every_bit_comes_back_after_the_reported_latency(
    server: "JackServer", effects: None, tmp_path: Path, block_frames: int
) -> None:
    with closing(listening("echo", block_frames=block_frames)) as engine:
        loop = Loop(server, tmp_path)
        facts = engine.snapshot()
    parts = facts["latency_ms"]
    assert list(parts) == [
        "input device", "ring", "input resampler", "resampler + model", "limiter", "device",
    ]  # fmt: skip
    assert facts["input"] == "system"
    assert facts["input_late_frames"] == facts["input_lost_frames"] == 0
    delay = loop.delay_frames()
    settled = slice(RATE // 2, None)
    np.testing.assert_array_equal(loop.samples[settled], loop.expected(delay)[settled])
    # a client is between the server's input, a period late, and its output, a period early
    reported = round(sum(parts.values()) * RATE / 1000)
    assert delay == reported - 2 * server.period_frames


@pytest.mark.jack
def test_a_chain_returns_every_bit_after_the_reported_latency(
    server: "JackServer", effects: None, tmp_path: Path
) -> None:
    with closing(listening("echo")) as engine:
        (echo,) = (slot["slot"] for slot in engine.snapshot()["slots"])
        room = engine.add_slot("space", {"mix": 0.0})
        engine.set_mix(room, "hears_input", False)
        engine.connect(echo, output=room)
        loop = Loop(server, tmp_path)
        parts = engine.snapshot()["latency_ms"]
    delay = loop.delay_frames()
    settled = slice(RATE // 2, None)
    np.testing.assert_array_equal(loop.samples[settled], loop.expected(delay)[settled])
    assert delay == round(sum(parts.values()) * RATE / 1000) - 2 * server.period_frames


@pytest.mark.jack
def test_opposite_phases_do_not_cancel(server: "JackServer", effects: None, tmp_path: Path) -> None:
    with closing(listening("echo")):
        loop = Loop(server, tmp_path, opposite=True)
    settled = slice(RATE // 2, None)
    came = loop.samples[settled]
    sent = loop.expected(loop.delay_frames())[settled]
    assert np.array_equal(came, sent) or np.array_equal(came, -sent)


@pytest.mark.jack
def test_an_effect_at_another_rate_is_late_by_its_resamplers(
    server: "JackServer", effects: None, tmp_path: Path
) -> None:
    with closing(listening("echo-16k")) as engine:
        tone = Loop(server, tmp_path)
        parts = engine.snapshot()["latency_ms"]
    resampled = parts["input resampler"] + parts["resampler + model"]
    assert resampled == pytest.approx(5.0, abs=0.1)
    # the signal alternates at half the rate, beyond 8 kHz: nothing of it may come back
    assert np.abs(tone.samples[RATE:]).max() < 1e-4


@pytest.mark.jack
def test_the_meter_shows_what_is_heard(server: "JackServer", effects: None, tmp_path: Path) -> None:
    with closing(listening("echo")) as engine:
        assert engine.snapshot()["input_peak"] == 0.0
        Loop(server, tmp_path)
        assert engine.snapshot()["input_peak"] > 0.001


@pytest.mark.jack
def test_the_input_comes_back_with_its_server(
    server: "JackServer", effects: None, tmp_path: Path
) -> None:
    with closing(listening("echo", output=None, input_required=True)) as engine:
        server.kill()
        eventually(lambda: engine.snapshot().get("null_device"))
        assert engine.snapshot()["input"] == ""
        server.start()
        eventually(lambda: engine.snapshot().get("input") == "system")
        eventually(lambda: server.ports("PortAudio:in_"))
        loop = Loop(server, tmp_path)
        reported = sum(engine.snapshot()["latency_ms"].values()) * RATE / 1000
    assert loop.delay_frames() == round(reported) - 2 * server.period_frames


@pytest.mark.jack(client_ms=200)
def test_an_engine_that_was_killed_listens_again(
    server: "JackServer", effects: None, tmp_path: Path
) -> None:
    with closing(listening("echo")) as engine:
        eventually(lambda: engine.snapshot()["frames_played"] > 3 * RATE)
        os.kill(engine.pid, signal.SIGKILL)
        eventually(lambda: engine.snapshot().get("restarts") == 1)
        eventually(lambda: engine.snapshot().get("input") == "system")
        eventually(lambda: len(server.ports("PortAudio:in_")) == 2)
        loop = Loop(server, tmp_path)
        reported = sum(engine.snapshot()["latency_ms"].values()) * RATE / 1000
    assert loop.delay_frames() == round(reported) - 2 * server.period_frames


def test_a_required_input_that_is_missing_is_refused_in_one_line() -> None:
    settings = EngineSettings(
        output="null", midi="none", input="no such microphone", input_required=True
    )
    with pytest.raises(RtAudioGenError, match="no audio input matches 'no such") as refusal:
        EngineProcess(settings)
    assert "\n" not in str(refusal.value)


def test_without_a_device_the_input_is_silence(effects: None) -> None:
    with closing(listening("echo", output="null")) as engine:
        eventually(lambda: engine.snapshot()["frames_played"] > 4800)
        facts = engine.snapshot()
    assert facts["input"] == ""
    assert facts["peak"] == 0.0
    assert facts["input_late_frames"] == 0
    assert "ring" in facts["latency_ms"]


MICROPHONE = Device(0, "USB microphone", "ALSA", 1, 48000, is_default=True)
LINE = Device(3, "system", "JACK Audio Connection Kit", 2, 48000)
SPEAKERS = Device(1, "speakers", "ALSA", 2, 48000)
JACK = Device(4, "system", "JACK Audio Connection Kit", 2, 48000)


@pytest.fixture
def two_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtaudiogen.devices.list_inputs", lambda: [MICROPHONE, LINE])


@pytest.mark.usefixtures("two_inputs")
@pytest.mark.parametrize(
    ("wanted", "output", "found"),
    [
        ("default", SPEAKERS, MICROPHONE),
        ("default", JACK, LINE),
        ("usb", SPEAKERS, MICROPHONE),
        (3, JACK, LINE),
        ("0", SPEAKERS, MICROPHONE),
    ],
)
def test_an_input_is_found_beside_its_output(
    wanted: str | int, output: Device, found: Device
) -> None:
    assert find_input(wanted, output) == found


@pytest.mark.usefixtures("two_inputs")
@pytest.mark.parametrize("wanted", ["usb", 0, "line in"])
def test_an_input_of_another_api_is_refused_with_candidates(
    wanted: str | int,
) -> None:
    with pytest.raises(RtAudioGenError, match=r"choose 3 system \(JACK.*like the output") as no:
        find_input(wanted, JACK)
    assert "\n" not in str(no.value)
