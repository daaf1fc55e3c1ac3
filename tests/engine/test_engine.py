"""The façade's verbs, in this process, on the clock instead of a device."""

import os
import threading
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile

from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.saving.presets import Preset
from rtaudiogen.saving.sessions import Mix, Session, SlotState
from rtaudiogen.wire.settings import EngineSettings

from .housekeeping import eventually

A4_ON, A4_OFF = (0.0, 0x90, 69, 100), (0.0, 0x80, 69, 0)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(EngineSettings(output="null", sample_rate=48000, midi="none"))
    yield engine
    engine.close()


def test_a_note_sounds_and_is_recorded_bit_for_bit(engine, tmp_path):
    engine.add_slot("sine")
    engine.play_midi([A4_ON])
    path = engine.record(str(tmp_path / "take.wav"))
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 24000)
    facts = engine.stop_recording()
    sound, rate = soundfile.read(path, dtype="float32")
    assert rate == 48000
    assert facts["frames"] == len(sound)
    assert np.abs(sound).max() > 0.05
    zero_crossings = np.sum(np.diff(np.signbit(sound[:, 0])) != 0)
    sounding = len(sound) - np.flatnonzero(sound[:, 0])[0]
    assert zero_crossings / 2 / (sounding / rate) == pytest.approx(440, rel=0.02)


def test_latency_is_a_sum_of_named_parts(engine):
    engine.add_slot("sine")
    parts = engine.snapshot()["latency_ms"]
    assert list(parts) == ["MIDI", "ring", "block", "resampler + model", "limiter", "device"]
    assert parts["ring"] == pytest.approx(20, abs=3)


def test_an_unknown_parameter_model_or_slot_is_named(engine):
    slot = engine.add_slot("sine")
    with pytest.raises(UsageError, match=r"no model 'sin'.*sine"):
        engine.add_slot("sin")
    with pytest.raises(UsageError, match="no parameter 'colour'; there are"):
        engine.set_parameter(slot, "colour", 1)
    with pytest.raises(UsageError, match="no slot 7; there are: 1"):
        engine.set_parameter(7, "attack", 1)
    with pytest.raises(UsageError, match="no mix field 'colour'"):
        engine.set_mix(slot, "colour", 1)


def test_a_session_holds_what_was_set_and_rebuilds_it(engine):
    slot = engine.add_slot("sine", seed=5)
    engine.set_mix(slot, "pan", -0.5)
    engine.set_mix(slot, "channel", 3)
    engine.start()
    parameter = engine.renderer.descriptor(slot).parameters[0]
    engine.set_parameter(slot, parameter.id, parameter.maximum)
    eventually(
        engine,
        lambda: engine.session()["slots"][0]["values"].get(parameter.id) == parameter.maximum,
    )
    session = engine.session()
    assert session["slots"][0]["mix"]["pan"] == -0.5
    assert engine.load_session(session) == []
    (again,) = engine.session()["slots"]
    assert again["mix"] == session["slots"][0]["mix"]
    assert again["seed"] == 5


def test_a_session_with_a_missing_model_loses_only_that_slot(engine):
    slots = SlotState("sine"), SlotState("gone"), SlotState("sine", mix=Mix(pan=1))
    session = Session(slots=slots)
    (notice,) = engine.load_session(session.to_json())
    assert "gone" in notice
    assert len(engine.slots) == 2


def test_a_program_change_applies_the_preset_of_that_number(engine):
    engine.start()
    parameter = engine.renderer.descriptor(engine.add_slot("sine")).parameters[0]
    preset = Preset({parameter.id: parameter.minimum})
    engine.load_session(Session(slots=(SlotState("sine", programs={4: preset}),)).to_json())
    engine.play_midi([(0.0, 0xC0, 4, 0)])
    eventually(
        engine,
        lambda: engine.session()["slots"][0]["values"].get(parameter.id) == parameter.minimum,
    )


def test_a_swap_while_it_sounds_keeps_the_note_and_the_slot(engine):
    slot = engine.add_slot("sine")
    engine.play_midi([A4_ON])
    engine.start()
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 1)
    engine.swap_slot(slot, "sine")
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 12000)
    assert engine.snapshot()["slots"][0]["voices"] == 1
    assert engine.snapshot()["peak"] > 0.05


def test_panic_silences_everything(engine):
    engine.add_slot("sine")
    engine.play_midi([A4_ON])
    engine.start()
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 1)
    engine.panic()
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 0)


def test_a_recording_that_was_never_started_cannot_be_stopped(engine):
    with pytest.raises(RtAudioGenError, match="nothing has been recorded"):
        engine.stop_recording()


def test_a_checkpoint_resumes_the_sounding_note(tmp_path):
    settings = EngineSettings(output="null", sample_rate=48000, midi="none")
    first = Engine(settings, tmp_path / "checkpoint")
    first.add_slot("sine")
    first.play_midi([A4_ON, (30.0, 0x80, 69, 0)])
    first.start()
    eventually(first, lambda: (tmp_path / "checkpoint").exists())
    first.close()
    second = Engine(settings, tmp_path / "checkpoint")
    assert second.resume() == []
    second.start()
    eventually(second, lambda: second.snapshot()["peak"] > 0.05)
    assert second.snapshot()["slots"][0]["voices"] == 1
    second.close()


def test_a_disk_that_stalls_does_not_hold_the_engine_up(tmp_path, monkeypatch):
    stalled, goes_on = threading.Event(), threading.Event()

    def stall(file: int) -> None:
        stalled.set()
        goes_on.wait(60.0)

    monkeypatch.setattr(os, "fsync", stall)
    settings = EngineSettings(output="null", sample_rate=48000, midi="none")
    engine = Engine(settings, tmp_path / "checkpoint")
    engine.add_slot("sine")
    engine.start()
    eventually(engine, stalled.is_set)
    played = engine.snapshot()["frames_played"]
    eventually(engine, lambda: engine.snapshot()["frames_played"] > played + 9600)
    assert not (tmp_path / "checkpoint").exists()
    goes_on.set()
    eventually(engine, lambda: (tmp_path / "checkpoint").exists())
    engine.close()


def test_a_checkpoint_that_cannot_be_written_is_told_once(tmp_path):
    (tmp_path / "file").touch()
    settings = EngineSettings(output="null", sample_rate=48000, midi="none")
    engine = Engine(settings, tmp_path / "file" / "checkpoint")
    engine.start()
    for _ in range(3):  # each new slot asks for a checkpoint
        number = engine.add_slot("sine")
        eventually(engine, lambda number=number: number in engine._saved_slots)
        eventually(engine, lambda: any("cannot be kept" in m for m in engine.messages))
    assert sum("cannot be kept" in message for message in engine.messages) == 1
    engine.close()


def test_a_damaged_checkpoint_is_refused_in_one_line(tmp_path):
    (tmp_path / "checkpoint").write_bytes(b"nothing of the kind")
    engine = Engine(EngineSettings(output="null", midi="none"), tmp_path / "checkpoint")
    with pytest.raises(RtAudioGenError, match="not a checkpoint"):
        engine.resume()
    engine.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [("sample_rate", 1), ("block_frames", -1), ("latency_ms", 0.0), ("latency_ms", -5.0)],
)
def test_settings_that_cannot_be_meant_are_refused(field, value):
    with pytest.raises(UsageError, match="expected"):
        EngineSettings(**{field: value})
