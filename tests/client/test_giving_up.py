"""An engine that dies repeatedly is given up, and every caller is told."""

import os
import signal
import time
from contextlib import closing

import pytest

from rtaudiogen.client import supervision
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.settings import EngineSettings

PATIENCE_SECONDS = 60.0


def test_an_engine_that_keeps_dying_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "GIVE_UP_RESTARTS", 2)
    monkeypatch.setattr(supervision, "GIVE_UP_SECONDS", 2 * PATIENCE_SECONDS)
    with closing(EngineProcess(EngineSettings(output="null", midi="none"))) as engine:
        engine.start()
        with pytest.raises(RtAudioGenError, match="be restarted: it died 2 times"):
            kill_until_it_is_given_up(engine)
        with pytest.raises(RtAudioGenError, match="died"):
            engine.session()


def kill_until_it_is_given_up(engine: EngineProcess) -> None:
    killed = set()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if engine.pid not in killed:
            killed.add(engine.pid)
            os.kill(engine.pid, signal.SIGKILL)
        engine.snapshot()
        time.sleep(0.05)
