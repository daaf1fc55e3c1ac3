"""A VQ-VAE on a real audio server returns its input as the codec makes it, bit-exact."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen import registry
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.codes.codec import open_codec
from rtaudiogen.saving.sessions import load_session
from rtaudiogen.storage.folders import HOME_VARIABLE
from rtaudiogen.wire.settings import EngineSettings

from ...models.vqvae.untrained import INVENTIVE, REGIONS, write_untrained
from ...waiting import eventually
from .jack_loop import noise
from .test_live_input import LOOP

if TYPE_CHECKING:
    from tests.jack_server import JackServer

RATE = 16000  # of the model and of this server: no resampler changes the bits
HOP = INVENTIVE.hop
Signal = NDArray[np.float32]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_untrained(tmp_path / "any.safetensors", INVENTIVE, REGIONS)


@pytest.fixture
def server(
    jack_command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["JackServer"]:
    """Run a server at the model's rate, which engines find."""
    from ...jack_server import JackServer

    server = JackServer(tmp_path, f"rtaudiogen-private-{os.getpid()}")
    server.sample_rate = RATE
    server.start()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.stop()


@pytest.mark.jack
def test_live_input_returns_as_coded_after_the_reported_latency(
    server: "JackServer", model: Path, tmp_path: Path
) -> None:
    settings = EngineSettings(output="JACK", input="default", midi="none", latency_ms=200.0)
    with closing(EngineProcess(settings)) as engine:
        slot = engine.add_slot(str(model), {"source": 2.0})
        engine.set_mix(slot, "pan", -1.0)  # all of it on the left: the gain is 1
        engine.start()
        eventually(lambda: engine.snapshot().get("playing"))
        samples, ahead = loop(server, tmp_path / "loop.npz")
        facts = engine.snapshot()
    parts = facts["latency_ms"]
    assert facts["input_late_frames"] == facts["input_lost_frames"] == 0
    assert parts["resampler + model"] == pytest.approx(1000 * HOP / RATE)
    # a client is between the server's input, a period late, and its output, a period early
    delay = round(sum(parts.values()) * RATE / 1000) - 2 * server.period_frames
    settled = slice(RATE // 2, None)
    found = [
        (frames, grid)
        for frames in range(delay - 3, delay + 4)
        for grid in range(HOP)
        if np.array_equal(resynthesised(model, ahead - frames, grid)[settled], samples[settled])
    ]
    assert [frames for frames, _ in found] == [delay], "one grid of hops, one delay"


def loop(server: "JackServer", path: Path, seconds: float = 2.0) -> tuple[Signal, int]:
    """Return what came back, and the frames of `noise` played when it began."""
    inputs, outputs = server.ports("PortAudio:in_"), server.ports("PortAudio:out_")
    command = [sys.executable, LOOP, server.name, path, str(seconds), "noise", outputs[0], *inputs]
    subprocess.run(command, env=server.environment, check=True, timeout=300)
    with np.load(path) as file:
        return file["samples"], int(file["recorded_from"] - file["played_from"])


def resynthesised(model: Path, start: int, grid: int, frames: int = 2 * RATE) -> Signal:
    """Return (frames,): what the codec makes of the noise, from its frame `start` on.

    `grid` is where, in a hop, the noise begins; before it there is a second of silence.
    """
    codec = open_codec(registry.find(str(model)))
    before = RATE + grid
    made = codec.decode(codec.encode(noise(-before, 5 * RATE)))
    return made[before + start :][:frames]


class Played:
    """The command `rtaudiogen` in a process and a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: object) -> dict[str, Any]:
        """Run it, check that it prints no error, and return its facts."""
        done = subprocess.run(
            [sys.executable, "-m", "rtaudiogen", *map(str, arguments), "--json"],
            cwd=self.folder,
            env={**os.environ, HOME_VARIABLE: str(self.folder / "home")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts

    def sound(self, name: str) -> Signal:
        """Return the left channel of a file, (frames,)."""
        signal, _ = soundfile.read(self.folder / name, dtype="float32")
        return signal[:, 0]


@pytest.fixture
def command(tmp_path: Path, model: Path) -> Played:
    soundfile.write(tmp_path / "in.wav", noise(0, RATE), RATE, "FLOAT")
    return Played(tmp_path)


LIVE = ("--set", "source=live")
LEFT = np.float32(np.sqrt(0.5))  # a mono model in the centre


def test_a_file_is_rendered_through_the_codec(command: Played, model: Path) -> None:
    facts = command(
        "render", model, "out.wav", "--input", "in.wav", *LIVE, "--rate", RATE, "--no-align"
    )
    assert facts["frames"] == RATE
    codec = open_codec(registry.find(str(model)))
    heard = np.concatenate([np.zeros(HOP, np.float32), noise(0, RATE - HOP)])
    made = codec.decode(codec.encode(heard))
    faded = RATE // 10
    np.testing.assert_allclose(command.sound("out.wav")[faded:], LEFT * made[faded:], rtol=1e-5)


def test_a_sound_is_played_by_render_by_play_and_from_a_session(
    command: Played, model: Path
) -> None:
    file = ("--sound", "in.wav", "--set", "source=file")
    command("render", model, "out.wav", *file, "--rate", RATE, "--seconds", 0.9)
    codec = open_codec(registry.find(str(model)))
    made = codec.decode(codec.encode(noise(0, RATE)))
    heard = command.sound("out.wav")[RATE // 10 :]
    np.testing.assert_allclose(heard, LEFT * made[RATE // 10 :][: len(heard)], rtol=1e-5)

    clock = ("--output", "null", "--midi", "none", "--seconds", 1)
    first = command("play", model, *file, *clock, "--session", "gig.json")
    assert first["peak"] > 0.01
    (slot,) = load_session(command.folder / "gig.json").slots
    assert slot.sound == str(command.folder / "in.wav")
    again = command("play", "--session", "gig.json", "--seconds", 1)
    assert again["peak"] == pytest.approx(first["peak"], rel=0.5)
    assert load_session(command.folder / "gig.json").slots == (slot,)


def test_a_session_plays_on_without_a_sound_that_is_gone(command: Played, model: Path) -> None:
    clock = ("--output", "null", "--midi", "none", "--seconds", 1)
    command("play", model, "--sound", "in.wav", *clock, "--session", "gig.json")
    (command.folder / "in.wav").unlink()
    assert command("play", "--session", "gig.json", "--seconds", 1)["peak"] > 0.01
