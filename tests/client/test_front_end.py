"""A window listens to an engine in its own process, plays it, and changes its device."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.process import take_in
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.wire.settings import EngineSettings

from ..waiting import eventually

NULL = EngineSettings(output="null", sample_rate=48000, midi="none")


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    with closing(EngineProcess(NULL)) as engine:
        engine.add_slot("sine", {"release": 10.0})
        engine.start()
        eventually(lambda: engine.snapshot().get("playing"))
        engine.tap_frames()
        yield engine
        engine.panic()


@pytest.fixture(autouse=True)
def silence(engine: EngineProcess) -> Iterator[None]:
    yield
    engine.panic()
    engine.session()  # it is answered, so the panic has been heard
    time.sleep(0.2)  # a note right after it may be silenced, too


def loudest(engine: EngineProcess) -> float:
    """Return the peak of what was heard since the last call."""
    return float(np.abs(engine.tap_frames()).max(initial=0.0))


def test_tap_frames_are_read_once_each(engine):
    engine.play_now(0x90, 69, 127)
    eventually(lambda: loudest(engine) > 0.05)
    eventually(lambda: len(engine.tap_frames()))
    written, seen = engine.snapshot()["frames_played"], 0
    while seen < 48000:
        frames = engine.tap_frames()
        assert frames.shape[1] == 2
        assert len(frames) <= 12000
        seen += len(frames)
    played = engine.snapshot()["frames_played"] - written
    assert abs(played - seen) < 24000  # the facts are up to some blocks older or younger


def test_a_note_of_the_screen_sounds_until_it_is_let_go(engine):
    engine.play_now(0x90, 60, 100)
    eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 1)
    engine.play_now(0x80, 60, 0)
    eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 0)


def test_a_note_for_one_slot_is_not_heard_by_the_others(engine):
    other = engine.add_slot("sine", {"release": 10.0})
    eventually(lambda: len(engine.snapshot()["slots"]) == 2)

    def voices() -> list[int]:
        return [slot["voices"] for slot in engine.snapshot()["slots"]]

    engine.play_now(0x90, 60, 100, other)
    eventually(lambda: voices() == [0, 1])
    engine.play_now(0x90, 62, 100)
    eventually(lambda: voices() == [1, 2])
    engine.play_now(0x80, 60, 0, other)
    engine.play_now(0x80, 62, 0)
    eventually(lambda: voices() == [0, 0])
    engine.remove_slot(other)


def test_a_note_waits_for_no_command_of_the_front_end(engine):
    with engine._lock:  # as while a model is loaded
        note = threading.Thread(target=engine.play_now, args=(0x90, 60, 100))
        note.start()
        eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 1)


def test_panic_waits_for_no_command_of_the_front_end(engine):
    engine.play_now(0x90, 60, 100)
    eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 1)
    with engine._lock:  # as while a model is loaded
        panic = threading.Thread(target=engine.panic)
        panic.start()
        eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 0)


def test_panic_silences_what_is_still_on_its_way(engine):
    for key in range(60, 70):
        engine.play_now(0x90, key, 100)
        engine.panic()
    played = engine.snapshot()["frames_played"]
    eventually(lambda: engine.snapshot()["frames_played"] > played + 24000)
    assert engine.snapshot()["slots"][0]["voices"] == 0


def test_knob_and_fader_wait_for_no_command_of_the_front_end(engine):
    with engine._lock:  # as while a model is loaded

        def turn() -> None:
            engine.set_parameter(1, "release", 33.0)
            engine.set_mix(1, "gain_db", -7.0)
            engine.set_master(-5.0)

        hand = threading.Thread(target=turn)
        hand.start()
        eventually(lambda: engine.snapshot()["slots"][0]["mix"]["gain_db"] == -7.0)
        eventually(lambda: engine.snapshot()["slots"][0]["values"]["release"] > 32.0)
        eventually(lambda: engine.snapshot()["master_gain_db"] == -5.0)
    engine.set_mix(1, "gain_db", 0.0)
    engine.set_master(0.0)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("play_now", {"status": 0x90, "data1": 60, "data2": 100}),
        ("set_mix", {"slot": 1, "field": "pan", "value": 0.0}),
        ("panic", {}),
    ],
)
def test_a_command_at_once_overtakes_a_queued_one(call, arguments):
    done: list[Any] = []
    host: Any = SimpleNamespace(do_at_once=lambda *command: done.append(command))
    waiting: SimpleQueue[Any] = SimpleQueue()
    replies: Any = None
    for message in (("add_slot", {"model": "sine"}), (call, arguments)):
        take_in(host, waiting, {"call": message[0], "arguments": message[1]}, replies)
    assert done == [(call, arguments)]
    assert waiting.get().message["call"] == "add_slot"
    assert waiting.empty()


@pytest.mark.parametrize("message", [(0x70, 60, 100), (0xF0, 60, 1), (0x90, 128, 1), (0x90, 1, -1)])
def test_a_message_without_a_channel_is_refused(engine, message):
    with pytest.raises(UsageError, match="not a channel message"):
        engine.play_now(*message)


def test_a_phrase_begins_and_is_let_go_in_time(engine):
    engine.play_phrase(0.3)
    eventually(lambda: loudest(engine) > 0.01)
    eventually(lambda: engine.snapshot()["slots"][0]["voices"] == 0)


def test_facts_tell_how_a_slot_is_mixed(engine):
    engine.set_mix(1, "gain_db", -12.0)
    engine.set_mix(1, "solo", True)
    eventually(lambda: engine.snapshot()["slots"][0]["mix"]["solo"])
    assert engine.snapshot()["slots"][0]["mix"]["gain_db"] == -12.0
    engine.set_mix(1, "gain_db", 0.0)
    engine.set_mix(1, "solo", False)


def test_other_timing_keeps_rack_recording_and_listener(engine, tmp_path):
    engine.set_parameter(1, "release", 25.0)
    eventually(lambda: engine.snapshot()["slots"][0]["values"]["release"] > 24.0)
    path = engine.record(str(tmp_path / "take.wav"))
    engine.reopen(replace(NULL, latency_ms=60.0))
    assert engine.settings.latency_ms == 60.0
    eventually(lambda: engine.snapshot()["latency_ms"]["ring"] >= 60.0)
    eventually(lambda: engine.snapshot()["slots"][0]["values"]["release"] > 24.0)
    engine.play_now(0x90, 69, 127)
    eventually(lambda: loudest(engine) > 0.05)
    assert engine.stop_recording()["path"] == path.replace("take", "take-2")
    assert engine.snapshot()["restarts"] == 0


def test_settings_that_cannot_be_had_leave_everything_as_it_was(engine):
    wanted = replace(NULL, output="no such card", fall_back=False)
    with pytest.raises(RtAudioGenError, match="no audio output matches"):
        engine.reopen(wanted)
    assert engine.settings.output == "null"
    engine.play_now(0x90, 69, 127)
    eventually(lambda: loudest(engine) > 0.05)


def test_a_session_goes_through_a_file_with_its_timing(engine, tmp_path):
    engine.set_mix(1, "pan", -0.5)
    engine.save_session(tmp_path / "gig.json")
    saved = engine.settings
    engine.set_mix(1, "pan", 0.5)
    engine.reopen(replace(saved, latency_ms=40.0))
    assert engine.open_session(tmp_path / "gig.json") == []
    assert engine.settings == saved
    eventually(lambda: [slot["mix"]["pan"] for slot in engine.snapshot()["slots"]] == [-0.5])
    engine.remove_slot(engine.snapshot()["slots"][0]["slot"])
    engine.add_slot("sine")


def test_a_port_that_is_pulled_out_is_waited_for_after_a_restart(engine):
    engine.reopen(replace(engine.settings, midi="no such keyboard"))
    before = engine.snapshot()["restarts"]
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: engine.snapshot()["restarts"] > before)
    engine.play_now(0x90, 69, 127)
    eventually(lambda: loudest(engine) > 0.05)
    engine.reopen(NULL)


def test_a_listener_survives_the_engine_that_it_listens_to(engine):
    before = engine.snapshot()["restarts"]
    os.kill(engine.pid, signal.SIGKILL)
    eventually(lambda: engine.snapshot()["restarts"] > before)
    engine.play_now(0x90, 69, 127)
    eventually(lambda: loudest(engine) > 0.05)
