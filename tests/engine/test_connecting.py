"""Slots lead to effects in a running engine: session, snapshot, and the same bits offline."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen.cli.playing.choices import Choices
from rtaudiogen.engine.core import Engine
from rtaudiogen.engine.snapshot_builder import input_latency_ms, latency_ms
from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Audio
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.offline import RenderRequest, render
from rtaudiogen.registry import find
from rtaudiogen.saving.sessions import Session
from rtaudiogen.wire.settings import EngineSettings

from .housekeeping import eventually

SETTINGS = EngineSettings(output="null", sample_rate=48000, midi="none")
HALL = {
    "slots": [
        {"model": "sine", "output": 3, "send": 2, "seed": 1},
        {"model": "space", "values": {"mix": 100.0}, "seed": 2},
        {"model": "space", "values": {"mix": 0.0}, "output": 2, "seed": 3},
    ]
}
NOTES = [TimedMessage(0.0, 0x90, 69, 100), TimedMessage(0.2, 0x80, 69, 0)]


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def ways(engine: Engine) -> list[tuple[int, int]]:
    return [(slot["output"], slot["send"]) for slot in engine.session()["slots"]]


def test_a_session_keeps_where_slots_lead(engine: Engine) -> None:
    engine.add_slot("sine")  # so that numbers are no positions
    assert engine.load_session(HALL) == []
    assert ways(engine) == [(3, 2), (0, 0), (2, 0)]
    first, second, third = engine.slots
    facts = {slot["slot"]: (slot["output"], slot["send"]) for slot in engine.snapshot()["slots"]}
    assert facts == {first: (third, second), second: (0, 0), third: (second, 0)}
    engine.move_slot(third, 0)
    assert ways(engine) == [(3, 0), (1, 3), (0, 0)]


def test_a_way_to_nowhere_is_told_and_leads_to_the_master(engine: Engine) -> None:
    slots = [{"model": "sine", "output": 2, "send": 9}, {"model": "sine"}, {"model": "gone"}]
    notices = engine.load_session({"slots": slots})
    assert "slot 1: send 9: no such slot in the rack" in notices
    assert any("is no effect" in notice for notice in notices)
    assert ways(engine) == [(0, 0), (0, 0)]


def test_a_wrong_way_is_refused_and_changes_nothing(engine: Engine) -> None:
    engine.load_session(HALL)
    first, second, third = engine.slots
    for slot, way in ((second, third), (third, first), (first, 99)):
        with pytest.raises(UsageError):
            engine.connect(slot, way)
    assert ways(engine) == [(3, 2), (0, 0), (2, 0)]


def test_a_rack_of_effects_sounds_live_as_offline(tmp_path: Path) -> None:
    engine = Engine(replace(SETTINGS, latency_ms=500.0))  # no dropout on a busy machine
    with closing(engine):
        engine.load_session(HALL)
        engine.play_midi([tuple(message) for message in NOTES])
        path = engine.record(str(tmp_path / "take.wav"))
        engine.start()
        eventually(engine, lambda: engine.recorder.status().seconds > 1.5)
        engine.stop_recording()
    live, rate = soundfile.read(path, dtype="float32")
    session, events = Session.from_json(HALL), to_events(NOTES, rate, 0)
    offline = render(RenderRequest([], 1.5, rate, session=session, events=events))
    assert np.abs(offline).max() > 0.05
    np.testing.assert_array_equal(sounding(live)[:40000], sounding(offline)[:40000])


def test_the_latency_is_that_of_the_whole_chain(engine: Engine) -> None:
    slots = [{"model": "sine"}, {"model": "vqvae-speech"}, {"model": "space"}]
    engine.load_session({"slots": slots})
    engine.start()
    eventually(engine, lambda: len(engine.renderer.read().slots) == 3)
    note, voice, _ = engine.slots
    coded = engine.renderer.read().slots[voice]
    engine.set_mix(voice, "hears_input", False)
    before = latency_ms(engine)["resampler + model"]
    assert before == pytest.approx(coded.latency_frames / 48)
    engine.connect(note, output=voice)
    echo = engine.renderer.frames_after(note)
    assert echo > coded.answer_frames
    assert latency_ms(engine)["resampler + model"] == pytest.approx(echo / 48)
    eventually(engine, lambda: input_latency_ms(engine)["resampler + model"] == 0.0)  # of space
    engine.set_mix(voice, "hears_input", True)
    eventually(engine, lambda: input_latency_ms(engine)["resampler + model"] > 1.0)


def test_a_chain_sounds_through_its_last_model_alone() -> None:
    sine, room = find("sine"), find("space")
    events, dry = to_events(NOTES, 48000, 0), {"space:mix": 0.0}
    alone = render(RenderRequest([sine], 0.5, events=events))
    through = render(
        RenderRequest([sine, room, room], 0.5, events=events, settings=dry, chain=True)
    )
    faded_in = 4800
    np.testing.assert_allclose(through[faded_in:], alone[faded_in:], atol=1e-5)
    with pytest.raises(UsageError, match="slot 2 is no effect, so it cannot hear slot 1"):
        render(RenderRequest([room, sine], 0.5, chain=True))
    with pytest.raises(UsageError, match="--chain leads MODELs to each other"):
        Choices(chain=True).for_models({}).session(Session.from_json(HALL))


def sounding(sound: Audio) -> Audio:
    """Return a sound from its first frame that is not silent."""
    return sound[int(np.argmax(sound.any(axis=1))) :]
