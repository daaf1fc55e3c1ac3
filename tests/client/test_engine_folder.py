"""No file in the engine's folder makes a front end fail or harms other processes."""

import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from rtaudiogen.client.engine_folder import Address, EngineFolder
from rtaudiogen.wire import client_connection
from rtaudiogen.wire.client_connection import ClientConnection


@pytest.mark.parametrize(
    "written",
    [
        "", "{", "[]", "3", "null", "{}", "[" * 100_000, '{"port": 1, "token": "x"}',
        '{"port": 70000, "token": "x", "pid": 1}', '{"port": "x", "token": "x", "pid": 1}',
        '{"port": 1, "token": 1, "pid": 1}', '{"port": 1, "token": "x", "pid": -1}',
        '{"port": 1, "token": "x", "pid": 0}', '{"port": 1, "token": "x", "pid": null}',
    ],
)  # fmt: skip
def test_a_damaged_address_is_none(tmp_path, written):
    (tmp_path / "address.json").write_text(written)
    assert EngineFolder(tmp_path).address() is None
    assert ClientConnection.find(EngineFolder(tmp_path)) is None


def test_an_address_comes_back_as_it_was(tmp_path):
    EngineFolder(tmp_path).tell(Address(4000, "word", os.getpid()))
    assert EngineFolder(tmp_path).address() == Address(4000, "word", os.getpid())


def test_a_process_that_reuses_a_dead_engines_pid_is_not_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(client_connection, "GREETING_SECONDS", 0.3)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger,
    ):
        EngineFolder(tmp_path).tell(Address(silent.getsockname()[1], "word", stranger.pid))
        assert ClientConnection.find(EngineFolder(tmp_path)) is None
        stranger.communicate(b"\n")
    assert stranger.returncode == 0


@pytest.mark.parametrize("answer", [{}, {"result": 3}, {"error": "no"}])
def test_one_who_answers_something_else_is_no_engine(tmp_path, answer):
    with socket.create_server(("127.0.0.1", 0)) as other:
        EngineFolder(tmp_path).tell(Address(other.getsockname()[1], "word", os.getpid()))

        def serve() -> None:
            connection, _ = other.accept()
            with connection:
                connection.sendall(json.dumps(answer).encode() + b"\n")

        thread = threading.Thread(target=serve)
        thread.start()
        assert ClientConnection.find(EngineFolder(tmp_path)) is None
        thread.join()


def test_an_engine_claims_its_home_for_itself(tmp_path):
    assert not EngineFolder(tmp_path).is_claimed()
    home = EngineFolder(tmp_path)
    assert home.claim()
    with home._claim:
        assert EngineFolder(tmp_path).is_claimed()
    assert not EngineFolder(tmp_path).is_claimed()
