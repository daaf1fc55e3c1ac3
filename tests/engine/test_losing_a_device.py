"""An engine whose GPU is lost continues on the CPU, reports it once, and stops using the GPU."""

import dataclasses
import time
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile

from rtaudiogen import registry
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.models.sine import SINE
from rtaudiogen.offline import RenderRequest, render, render_to_file
from rtaudiogen.saving.sessions import Session, SlotState
from rtaudiogen.storage.folders import HOME_VARIABLE
from rtaudiogen.wire.settings import EngineSettings

from .. import waiting
from ..realtime.drums import LOWEST_KEY
from ..realtime.fragile import FRAGILE, WHY, Fate, Fragile, StateIsGone, a_gpu
from .housekeeping import eventually

ON, OFF = (0.0, 0x90, 69, 100), (0.0, 0x80, 69, 0)
SETTINGS = EngineSettings(output="null", sample_rate=48000, midi="none", device="cuda")


@pytest.fixture(autouse=True)
def fate(monkeypatch, tmp_path) -> Iterator[Fate]:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    with a_gpu(monkeypatch) as known:
        yield known


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def devices(engine: Engine) -> list[str]:
    return [engine.renderer.generator(slot).device for slot in engine.slots]


def voices(engine: Engine) -> list[int]:
    return [slot["voices"] for slot in engine.snapshot()["slots"]]


def for_a_while(engine: Engine) -> None:
    """Render 0.3 s, however long it takes."""
    end = engine.renderer.frame + 14400
    eventually(engine, lambda: engine.renderer.frame > end)


def lose(engine: Engine, fate: Fate) -> str:
    """Play a note, lose the device, and return the message."""
    engine.play_midi([ON])
    engine.start()
    eventually(engine, lambda: voices(engine)[0] == 1)
    fate.calls_left["cuda"] = 0
    end = engine.renderer.frame + 4800
    waiting.eventually(lambda: engine.renderer.frame > end)  # before anybody keeps house
    eventually(engine, lambda: any("lost" in message for message in engine.messages))
    return next(message for message in engine.messages if "lost" in message)


def test_the_held_note_returns_and_one_message_reports_the_loss(engine, fate, tmp_path):
    engine.add_slot("fragile", {"level": -20.0}, seed=5)
    engine.set_mix(1, "gain_db", -3.0)
    engine.map_controller(1, 20, "attack")
    engine.set_parameter(1, "release", 40.0)
    session = engine.session()
    path = engine.record(str(tmp_path / "take.wav"))
    said = lose(engine, fate)
    assert said == f"Slot 1: the GPU is lost ({WHY}); fragile now plays on the CPU."
    for_a_while(engine)
    assert devices(engine) == ["cpu"]
    assert voices(engine) == [1]
    assert engine.messages.count(said) == 1
    assert not any("silent" in message for message in engine.messages)
    engine.stop_recording()
    sound = soundfile.read(path)[0]
    gap = np.flatnonzero(np.abs(sound).max(axis=1) > 1e-4)
    assert np.diff(gap).max() > 480, "it was silent in between"
    assert np.abs(np.diff(sound, axis=0)).max() < 0.05, "and did not click"
    assert np.abs(sound[-4800:]).max() > 0.02
    again = engine.session()["slots"][0]
    assert again["values"]["release"] == 40.0
    assert {**again, "values": {}} == {**session["slots"][0], "values": {}}


def test_slots_on_a_lost_device_and_new_ones_move_to_the_cpu(engine, fate):
    engine.add_slot("fragile")
    engine.add_slot("fragile")
    lose(engine, fate)
    eventually(engine, lambda: devices(engine) == ["cpu", "cpu"])
    assert fate.prepared == ["cuda", "cuda", "cpu", "cpu"]
    engine.add_slot("fragile")
    assert devices(engine) == ["cpu"] * 3
    eventually(engine, lambda: voices(engine)[:2] == [1, 1])
    lost = [message for message in engine.messages if "lost" in message]
    assert sorted(message[:7] for message in lost) == ["Slot 1:", "Slot 2:"]


@pytest.mark.parametrize("state", ["kept", "gone"])
def test_a_slot_without_stand_in_is_silent_and_the_rack_is_saved(
    fate, tmp_path, monkeypatch, state
):
    if state == "gone":
        monkeypatch.setattr(Fragile, "save_state", StateIsGone.save_state)
    engine = Engine(SETTINGS, tmp_path / "checkpoint")
    engine.add_slot("fragile")
    fate.refused = {"cpu"}
    engine.play_midi([ON])
    engine.start()
    eventually(engine, lambda: voices(engine)[0] == 1)
    fate.calls_left["cuda"] = 0
    silent = f"Slot 1 is silent: {WHY}; exchange it."
    eventually(engine, lambda: silent in engine.messages)
    for_a_while(engine)
    assert engine.messages.count(silent) == 1
    assert fate.prepared == ["cuda", "cpu"]
    assert any("CPU cannot compute fragile" in message for message in engine.messages)
    (tmp_path / "checkpoint").unlink(missing_ok=True)
    eventually(engine, lambda: (tmp_path / "checkpoint").exists())
    fate.refused = set()
    engine.swap_slot(1, "fragile")
    assert devices(engine) == ["cpu"]
    engine.close()


def test_a_model_whose_file_is_another_by_now_does_not_stand_in(engine, fate, monkeypatch):
    engine.add_slot("fragile")
    engine.start()
    fewer = dataclasses.replace(FRAGILE, parameters=FRAGILE.parameters[:-1])
    monkeypatch.setattr(registry, "find", lambda model: fewer)
    fate.calls_left["cuda"] = 0
    eventually(engine, lambda: f"Slot 1 is silent: {WHY}; exchange it." in engine.messages)
    assert any(
        "fragile: its file now holds another model" in message for message in engine.messages
    )


def test_a_processor_that_loses_itself_on_the_cpu_has_failed(fate):
    engine = Engine(SETTINGS)
    engine.device_of.lose("cuda")
    engine.add_slot("fragile")
    engine.start()
    fate.calls_left["cpu"] = 0
    eventually(engine, lambda: f"Slot 1 is silent: {WHY}; exchange it." in engine.messages)
    for_a_while(engine)
    assert fate.prepared == ["cpu"]
    engine.close()


def test_a_slot_that_is_removed_meanwhile_stays_away(engine, fate):
    engine.add_slot("fragile")
    engine.start()
    fate.calls_left["cuda"] = 0
    waiting.eventually(lambda: fate.calls_left["cuda"] < 0)  # and nobody keeps house
    engine.remove_slot(1)
    for_a_while(engine)
    assert engine.slots == {}
    assert not any("Slot 1" in message for message in engine.messages)


def test_strikes_go_on_while_pads_are_made_anew(engine, fate):
    engine.add_slot("fragile-drums")
    engine.start()
    eventually(engine, engine.transport.is_listened_to)
    fate.calls_left["cuda"] = 0

    def strike() -> None:
        frame = engine.transport.render_frame_at(time.perf_counter())
        row = (frame + engine.midi.latency_frames, 0x90, LOWEST_KEY, 100, 0)
        engine._deliver(np.array([row], MIDI_EVENT))

    def struck() -> bool:
        strike()
        return devices(engine) == ["cpu"]

    eventually(engine, struck)
    played = engine.renderer.generator(1).played[0]
    assert played > 0
    for_a_while(engine)
    strike()
    assert engine.renderer.generator(1).played[0] == played + 1
    lost = [message for message in engine.messages if "fragile-drums now plays on" in message]
    assert len(lost) == 1
    assert not any("repeats" in message for message in engine.messages)


def test_a_model_that_finds_no_room_on_the_gpu_begins_on_the_cpu(engine, fate):
    fate.refused = {"cuda"}
    engine.add_slot("fragile")
    engine.start()
    said = f"Slot 1: the GPU failed ({WHY}); the CPU computes it now."
    eventually(engine, lambda: said in engine.messages)
    assert devices(engine) == ["cpu"]
    fate.refused = set()
    engine.add_slot("fragile")
    assert devices(engine) == ["cpu", "cuda"]


def test_a_rack_of_both_kinds_says_what_the_cpu_computes(engine):
    session = Session(slots=(SlotState("fragile"), SlotState("sine")))
    engine.load_session(session.to_json())
    assert engine.renderer.generator(1).device == "cuda"
    assert engine.messages == [
        "Device 'cuda': the family 'sine' does not support it; the CPU computes sine."
    ]


def test_a_checkpoint_of_the_gpu_resumes_where_there_is_none(fate, tmp_path):
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("fragile")
    first.play_midi([ON, (30.0, *OFF[1:])])
    first.start()
    eventually(first, lambda: (tmp_path / "checkpoint").exists())
    first.close()
    second = Engine(EngineSettings(**{**SETTINGS.to_json(), "device": "cpu"}), first._checkpoint)
    assert second.resume() == []
    second.start()
    eventually(second, lambda: second.snapshot()["peak"] > 0.05)
    assert devices(second) == ["cpu"]
    assert voices(second) == [1]
    second.close()


def test_a_device_of_another_name_is_refused():
    with pytest.raises(UsageError, match="device 'tpu': expected cpu, cuda, mps, auto"):
        EngineSettings(device="tpu")


NOTE = np.array([(0, 0x90, 69, 100, 0)], MIDI_EVENT)


def test_rendering_on_a_device_gives_what_the_device_gives(fate):
    notices: list[str] = []
    models = [FRAGILE, SINE]
    on_gpu = render(RenderRequest(models, 0.1, events=NOTE, device="cuda"), notices=notices)
    assert fate.prepared == ["cuda"]
    assert notices == [
        "Device 'cuda': the family 'sine' does not support it; the CPU computes sine."
    ]
    np.testing.assert_array_equal(on_gpu, render(RenderRequest(models, 0.1, events=NOTE)))


@pytest.mark.parametrize("when", ["at first", "in the middle"])
def test_a_render_that_loses_its_device_fails_without_a_file(fate, when, tmp_path):
    fate.refused = {"cuda"} if when == "at first" else set()
    fate.calls_left["cuda"] = 9
    with pytest.raises(RtAudioGenError, match=f"slot 1 failed: {WHY}") as refusal:
        render_to_file(
            tmp_path / "out.wav", RenderRequest([FRAGILE], 0.2, events=NOTE, device="cuda")
        )
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []
