"""The engine in its own process, on a real audio server and real MIDI ports."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import rtmidi
import soundfile

from rtaudiogen import offline, registry
from rtaudiogen.client.remote import HUNG_SECONDS, EngineProcess
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.midi import read_midi_file, to_events
from rtaudiogen.wire.settings import EngineSettings

from ...midi_bytes import meta, midi, off, on, track
from ...waiting import eventually

if TYPE_CHECKING:
    from tests.jack_server import JackServer

RATE = 48000
NULL = EngineSettings(output="null", sample_rate=RATE, midi="none")
SONG = midi(
    [
        track((0, on(69)), (96, on(73, 60)), (96, b"\xe0\x00\x60"), (288, off(69)), (1, on(69))),
        track((0, meta(0x21, b"\1")), (481, on(69)), (95, on(45, 127)), (300, off(69))),
        track((864, off(73)), (37, off(69)), (251, off(45))),
    ]
)


def playing_a_held_note(engine: EngineProcess) -> EngineProcess:
    engine.add_slot("sine")
    engine.play_midi([(0.0, 0x90, 69, 100)])
    engine.start()
    eventually(lambda: engine.snapshot().get("peak", 0) > 0.05)
    return engine


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    with closing(EngineProcess(NULL)) as engine:
        yield engine


def test_errors_of_the_engine_arrive_as_they_were(engine):
    with pytest.raises(UsageError, match="no model 'nothing'"):
        engine.add_slot("nothing")
    with pytest.raises(UsageError, match="no slot 3"):
        engine.learn(3, "attack")


def test_an_error_of_a_parameter_change_becomes_a_message(engine):
    engine.start()
    engine.set_parameter(3, "attack", 1.0)
    eventually(lambda: any("no slot 3" in m for m in engine.snapshot().get("messages", ())))


def test_a_missing_device_without_fallback_lists_the_candidates():
    settings = EngineSettings(output="no such card", midi="none", fall_back=False)
    with pytest.raises(RtAudioGenError, match=r"no audio output matches.*null"):
        EngineProcess(settings)


def test_a_killed_engine_returns_with_session_and_sounding_note(engine):
    playing_a_held_note(engine)
    eventually(lambda: engine.snapshot()["frames_played"] > 3 * RATE)  # a checkpoint has been kept
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: engine.snapshot().get("restarts") == 1)
    eventually(lambda: engine.snapshot().get("peak", 0) > 0.05)
    assert engine.snapshot()["slots"][0]["voices"] == 1
    assert any("signal 9" in message for message in engine.snapshot()["messages"])


def test_a_hung_engine_is_noticed_and_replaced(engine):
    playing_a_held_note(engine)
    eventually(lambda: engine.snapshot()["frames_played"] > 3 * RATE)
    os.kill(engine.pid, signal.SIGSTOP)
    eventually(lambda: engine.snapshot().get("restarts") == 1)
    assert any("no sign of life" in message for message in engine.snapshot()["messages"])
    eventually(lambda: engine.snapshot().get("peak", 0) > 0.05)


FRONT_END = """
import sys
from rtaudiogen.client.remote import HUNG_SECONDS, EngineProcess
from rtaudiogen.wire.settings import EngineSettings
engine = EngineProcess(EngineSettings(output="null", midi="none"))
print(engine.pid, flush=True)
sys.stdin.readline()
print(engine.snapshot()["restarts"], flush=True)
engine.close()
"""


def test_an_engine_is_not_taken_for_hung_after_the_machine_slept():
    command = [sys.executable, "-c", FRONT_END]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as front_end:
        assert front_end.stdin is not None
        assert front_end.stdout is not None
        engine_pid = int(front_end.stdout.readline())
        time.sleep(1.0)
        os.kill(engine_pid, signal.SIGSTOP)
        os.kill(front_end.pid, signal.SIGSTOP)
        time.sleep(HUNG_SECONDS + 1.0)
        os.kill(front_end.pid, signal.SIGCONT)
        time.sleep(0.5)  # the front end wakes first, and sees a board that is old
        os.kill(engine_pid, signal.SIGCONT)
        time.sleep(1.0)
        restarts, _ = front_end.communicate("\n")
    assert int(restarts) == 0


def test_a_recording_goes_on_in_another_part_after_a_restart(engine, tmp_path):
    engine.add_slot("sine")
    engine.start()
    engine.record(str(tmp_path / "take.wav"))
    eventually(lambda: engine.snapshot().get("frames_played", 0) > RATE)
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: engine.snapshot().get("restarts") == 1)
    eventually(lambda: (tmp_path / "take-2.wav").exists())
    engine.stop_recording()
    assert soundfile.info(tmp_path / "take.wav").frames > 0
    assert soundfile.info(tmp_path / "take-2.wav").samplerate == RATE


@pytest.mark.jack
def test_a_jack_client_hears_what_render_writes(jack_server: "JackServer", tmp_path: Path):
    lead = 3.0  # until somebody listens
    (tmp_path / "song.mid").write_bytes(SONG)
    score = read_midi_file(tmp_path / "song.mid")
    before = set(jack_server.ports("PortAudio"))
    settings = EngineSettings(output="JACK", latency_ms=500.0, midi="none", seed=3)
    with closing(EngineProcess(settings)) as engine:
        engine.add_slot("sine", seed=3)
        engine.play_midi(score, after_seconds=lead)
        engine.start()
        ports = eventually(lambda: _outputs(jack_server, before))
        with jack_server.capture(ports, lead + 2.5) as recording:
            eventually(lambda: engine.snapshot().get("frames_played", 0) > (lead + 2.5) * RATE)
        assert engine.snapshot()["underrun_episodes"] == 0
    expected = offline.render(
        offline.RenderRequest(
            [registry.find("sine")], 2.0, RATE, seed=3, events=to_events(score, RATE)
        )
    )
    heard = recording.samples[_first_sound(recording.samples) :]
    expected = expected[_first_sound(expected) :]
    assert len(heard) > len(expected)
    assert np.array_equal(heard[: len(expected)], expected)


@pytest.mark.jack
def test_a_note_that_is_sent_to_a_midi_port_sounds(jack_server: "JackServer"):
    keyboard = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="keyboard")
    keyboard.open_virtual_port("keys")
    with closing(EngineProcess(EngineSettings(output="JACK", midi="keyboard"))) as engine:
        engine.add_slot("sine")
        engine.start()
        eventually(lambda: any("keyboard" in p for p in engine.snapshot().get("midi_ports", ())))
        assert engine.snapshot()["peak"] == 0.0
        keyboard.send_message([0x90, 69, 100])
        eventually(lambda: engine.snapshot()["peak"] > 0.05)
        keyboard.send_message([0x80, 69, 0])
        eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 0)
    keyboard.close_port()
    keyboard.delete()


@pytest.mark.jack
def test_music_resumes_after_the_audio_server_is_killed(
    private_jack_server: "JackServer", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", private_jack_server.name)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    with closing(EngineProcess(EngineSettings(output="JACK", midi="none"))) as engine:
        playing_a_held_note(engine)
        assert not engine.snapshot()["null_device"]
        private_jack_server.kill()
        eventually(lambda: engine.snapshot().get("restarts") == 1)
        eventually(lambda: engine.snapshot().get("null_device"))
        assert any("device vanished" in message for message in engine.snapshot()["messages"])
        eventually(lambda: engine.snapshot()["peak"] > 0.05)
        private_jack_server.start()
        eventually(lambda: not engine.snapshot()["null_device"])
        ports = eventually(lambda: private_jack_server.ports("PortAudio"))
        with private_jack_server.capture(ports[:2], 0.5) as recording:
            eventually(lambda: engine.snapshot()["peak"] > 0.05)
            time.sleep(0.8)
        assert engine.snapshot()["slots"][0]["voices"] == 1
        assert np.abs(recording.samples).max() > 0.05


def _outputs(server: "JackServer", before: set[str]) -> list[str]:
    return [port for port in server.ports("PortAudio") if port not in before and ":out_" in port]


def _first_sound(sound: np.ndarray) -> int:
    return int(np.flatnonzero(sound.any(axis=1))[0])
