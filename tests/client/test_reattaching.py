"""A front end that is killed or hangs leaves the sound playing, and another one attaches."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from rtaudiogen.client.engine_folder import EngineFolder
from rtaudiogen.client.open_engine import open_engine, stop_engine
from rtaudiogen.client.remote import HUNG_SECONDS, EngineProcess
from rtaudiogen.client.session_files import recent_path
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.storage import folders
from rtaudiogen.wire import client_connection
from rtaudiogen.wire.channel import Channel
from rtaudiogen.wire.client_connection import ClientConnection, GoneError
from rtaudiogen.wire.settings import EngineSettings

from ..engine.jack.test_engine_process import playing_a_held_note
from ..waiting import eventually

NULL = EngineSettings(output="null", sample_rate=48000, latency_ms=500.0, midi="none")
FRONT_END = """
import json, sys, time
from pathlib import Path
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.wire.settings import EngineSettings
home = Path(sys.argv[2]) if len(sys.argv) > 2 else None
engine = EngineProcess(EngineSettings.from_json(json.loads(sys.argv[1])), home)
engine.add_slot("sine")
engine.play_midi([(0.0, 0x90, 69, 100)])
engine.start()
while not engine.snapshot().get("peak"):
    time.sleep(0.01)
print(engine.pid, flush=True)
try:
    while sys.stdin.readline():
        engine.session()
        print("done", flush=True)
except Exception as error:
    print(error, flush=True)
    engine.close()
"""


class FrontEnd:
    """A process that plays a held note through an engine with the process id `engine_pid`."""

    def __init__(self, home: Path | None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", FRONT_END, json.dumps(NULL.to_json()), *filter(None, [home])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.engine_pid = int(self.process.stdout.readline())

    def ask(self) -> str:
        """Let it command the engine, and return the outcome."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal, by default to kill it."""
        with self.process:
            self.process.send_signal(number)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the folder of the window's engine, and stop an engine that still plays."""
    monkeypatch.setenv("RTAUDIOGEN_HOME", str(tmp_path))
    yield folders.engine()
    stop_engine()


@pytest.fixture
def front_end(home: Path) -> Iterator[FrontEnd]:
    front_end = FrontEnd(home)
    yield front_end
    front_end.end()


def attached(home: Path) -> EngineProcess:
    engine = EngineProcess.attach(home)
    assert engine is not None
    return engine


def test_sound_survives_a_killed_front_end_and_another_attaches(home, front_end):
    front_end.end()
    time.sleep(0.5)
    with closing(attached(home)) as engine:
        assert engine.pid == front_end.engine_pid
        assert engine.settings == NULL
        facts = engine.snapshot()
        assert facts["slots"][0]["voices"] == 1
        assert facts["underrun_episodes"] == 0
        eventually(lambda: engine.snapshot()["frames_played"] > facts["frames_played"] + 24000)
        engine.set_mix(1, "gain_db", -6.0)
        eventually(lambda: engine.snapshot()["slots"][0]["mix"]["gain_db"] == -6.0)
        eventually(lambda: len(engine.tap_frames()))
    assert not is_alive(front_end.engine_pid)
    assert not home.exists()


def test_a_frozen_front_end_is_replaced_and_learns_it_on_waking(home, front_end):
    front_end.process.send_signal(signal.SIGSTOP)
    with closing(attached(home)) as engine:
        front_end.process.send_signal(signal.SIGCONT)
        assert "another window" in front_end.ask()
        front_end.process.wait()  # it closes, and the engine is not its any more
        time.sleep(0.3)
        assert is_alive(engine.pid)
        assert engine.snapshot()["restarts"] == 0
        engine.panic()


def test_keys_that_a_lost_screen_held_down_are_let_go(home):
    first = playing_a_held_note(EngineProcess(NULL, home))
    first.play_now(0x93, 60, 100)
    eventually(lambda: first.snapshot()["slots"][0]["voices"] == 2)
    with closing(attached(home)) as second:
        eventually(lambda: second.snapshot()["slots"][0]["voices"] == 1)
    first.close()


def test_a_replaced_front_end_does_not_end_anothers_engine(home):
    first = playing_a_held_note(EngineProcess(NULL, home))
    with closing(attached(home)) as second:
        eventually(lambda: first.was_taken)
        with pytest.raises(RtAudioGenError, match="another window"):
            first.reopen(replace(NULL, sample_rate=44100))
        assert first.settings == NULL
        first.close()
        assert is_alive(second.pid)
        second.panic()
        assert second.snapshot()["restarts"] == 0


def test_an_engine_yet_without_sound_ends_with_its_front_end(home):
    line = ClientConnection.start(EngineFolder(home))
    line.close()
    eventually(lambda: not is_alive(line.pid))


def test_two_engines_do_not_share_a_home(home, front_end):
    with pytest.raises(GoneError):
        ClientConnection.start(EngineFolder(home))
    assert "already" in EngineFolder(home).log_tail()
    with pytest.raises(RtAudioGenError, match="already"):
        EngineProcess(NULL, home)
    assert is_alive(front_end.engine_pid)
    with closing(attached(home)) as engine:  # it can still be found
        assert engine.pid == front_end.engine_pid


def test_a_front_end_can_take_the_engine_back(home):
    with closing(playing_a_held_note(EngineProcess(NULL, home))) as first:
        second = attached(home)
        eventually(lambda: first.was_taken)
        with pytest.raises(RtAudioGenError, match="another window"):
            eventually(lambda: not first.snapshot())
        third = attached(home)
        eventually(lambda: second.was_taken)
        third.panic()
        second.close()
        assert third.pid == first.pid
        third.close()


def test_an_engine_without_a_home_ends_with_its_front_end(home):
    front_end = FrontEnd(None)
    assert is_alive(front_end.engine_pid)
    front_end.end()
    eventually(lambda: not is_alive(front_end.engine_pid))


def test_a_recording_goes_on_from_one_front_end_to_the_next(home, tmp_path):
    first = playing_a_held_note(EngineProcess(NULL, home))
    path = first.record(str(tmp_path / "take.wav"))
    with closing(attached(home)) as second:
        eventually(lambda: second.snapshot()["recording"])
        eventually(lambda: second.snapshot()["recording"]["seconds"] > 1.0)
        facts = second.stop_recording()
        assert facts["path"] == path
        assert facts["marks"] == 0
    first.close()
    assert soundfile.info(path).duration > 1.0


def test_an_engine_that_was_found_is_watched_like_any_other(home, front_end):
    front_end.end()
    with closing(attached(home)) as engine:
        eventually(lambda: engine.snapshot()["frames_played"] > 3 * 48000)
        os.kill(engine.pid, signal.SIGKILL)
        eventually(lambda: engine.snapshot().get("restarts") == 1)
        eventually(lambda: engine.snapshot().get("peak", 0) > 0.05)
        assert engine.pid != front_end.engine_pid
        os.kill(engine.pid, signal.SIGSTOP)
        eventually(lambda: engine.snapshot().get("restarts") == 2)


def test_rack_and_notes_are_restored_after_a_complete_crash(home, front_end):
    checkpoint, sounds = EngineFolder(home).checkpoint, time.time()
    eventually(lambda: checkpoint.exists() and checkpoint.stat().st_mtime > sounds)
    front_end.end()
    os.kill(front_end.engine_pid, signal.SIGKILL)
    eventually(lambda: not is_alive(front_end.engine_pid))
    engine, notices = open_engine()
    with closing(engine):
        assert engine.pid != front_end.engine_pid
        assert engine.settings.output == "null"
        assert any("did not end properly" in notice for notice in notices)
        eventually(lambda: engine.snapshot().get("peak", 0) > 0.05)
        assert engine.snapshot()["slots"][0]["voices"] == 1


def test_a_hanging_engine_without_a_front_end_is_replaced(home, front_end, monkeypatch):
    monkeypatch.setattr(client_connection, "GREETING_SECONDS", 1.0)
    eventually(lambda: EngineFolder(home).checkpoint.exists())
    front_end.end()
    os.kill(front_end.engine_pid, signal.SIGSTOP)
    engine, _ = open_engine()
    with closing(engine):
        eventually(lambda: not is_alive(front_end.engine_pid))
        eventually(lambda: engine.snapshot().get("slots"))


def test_an_engine_of_another_version_makes_room_for_one_of_this(home, front_end, monkeypatch):
    front_end.end()
    monkeypatch.setattr("rtaudiogen.client.supervision.__version__", "0.0.1")
    assert EngineProcess.attach(home) is None
    assert not is_alive(front_end.engine_pid)
    assert EngineFolder(home).checkpoint.exists()


def test_a_client_without_the_token_is_refused(home, front_end):
    address = EngineFolder(home).address()
    assert address is not None
    assert home.stat().st_mode & 0o077 == 0
    for hello in ({"token": "x" * 32}, {"token": 1}, {"token": "ä"}, {"call": "panic"}):
        stranger = Channel.connect(address.port, 5.0)
        stranger.send(hello)
        assert stranger.receive() is None
        stranger.close()
    for noise in (b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n"):
        with socket.create_connection(("127.0.0.1", address.port), 5.0) as line:
            line.sendall(noise)
            with suppress(ConnectionResetError):
                assert line.recv(1) == b""
    assert front_end.ask() == "done"
    attached(home).close()  # there is still somebody who lets in whoever may


def test_the_saved_session_replaces_a_damaged_checkpoint(home):
    home.mkdir(parents=True)
    EngineFolder(home).checkpoint.write_bytes(b"no checkpoint")
    recent_path().parent.mkdir(parents=True)
    with closing(playing_a_held_note(EngineProcess(NULL))) as engine:
        engine.save_session(recent_path())
    engine, notices = open_engine()
    with closing(engine):
        assert notices == []
        eventually(lambda: len(engine.snapshot().get("slots", ())) == 1)


def test_stop_ends_what_a_lost_window_left_and_keeps_the_rack(home, front_end, capsys):
    from rtaudiogen.cli.playing.stop import stop

    front_end.end()
    stop()
    assert "Ended the engine" in capsys.readouterr().out
    assert not is_alive(front_end.engine_pid)
    assert [slot["model"] for slot in json.loads(recent_path().read_text())["slots"]] == ["sine"]
    stop()
    assert "No engine" in capsys.readouterr().out


def test_a_sleeping_front_end_does_not_make_its_engine_look_hung(home, front_end):
    front_end.process.send_signal(signal.SIGSTOP)
    time.sleep(HUNG_SECONDS + 1.0)
    front_end.process.send_signal(signal.SIGCONT)
    assert front_end.ask() == "done"
    assert is_alive(front_end.engine_pid)
