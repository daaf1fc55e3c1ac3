"""The master gain is set by a verb, heard, saved, and rendered."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from rtaudiogen import offline
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.signal.mixing import amplitude
from rtaudiogen.saving.sessions import Mix, Session, SlotState, load_session, save_session
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import Snapshot

from .housekeeping import eventually

RATE = 48000
SETTINGS = EngineSettings(output="null", sample_rate=RATE, midi="none")
CHORD = [TimedMessage(0.05 * i, 0x90, 57 + 4 * i, 127) for i in range(4)]


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def test_the_master_gain_is_in_the_snapshot_and_is_heard(engine: Engine) -> None:
    engine.add_slot("sine")
    engine.play_midi([TimedMessage(0.0, 0x90, 69, 127)])
    engine.start()
    eventually(engine, lambda: engine.snapshot()["peak"] > 0.05)
    engine.set_master(-60)
    eventually(engine, lambda: engine.snapshot()["peak"] < 0.002)
    facts = json.loads(json.dumps(engine.snapshot()))
    assert Snapshot.from_json(facts).master_gain_db == -60.0
    assert engine.session()["master_gain_db"] == -60.0


@pytest.mark.parametrize("gain_db", [-60.5, 6.1, float("nan"), float("inf")])
def test_a_gain_out_of_range_is_refused_and_the_one_before_stays(
    engine: Engine, gain_db: float
) -> None:
    engine.set_master(3)
    with pytest.raises(UsageError, match=r"master gain of .* dB: expected -60 … 6 dB"):
        engine.set_master(gain_db)
    assert engine.snapshot()["master_gain_db"] == 3.0


def test_a_missing_gain_is_0_db_and_a_bad_one_changes_nothing(
    engine: Engine,
) -> None:
    engine.add_slot("sine")
    engine.set_master(-6)
    with pytest.raises(ValueError, match="master_gain_db: 99; expected -60 … 6"):
        engine.load_session({**engine.session(), "master_gain_db": 99})
    assert len(engine.slots) == 1
    assert engine.master_gain_db == -6.0
    old = engine.session()
    del old["master_gain_db"]
    engine.load_session(old)
    assert engine.master_gain_db == 0.0


def test_a_file_keeps_it_and_one_that_is_older_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "gig.json"
    save_session(path, Session(master_gain_db=-4.5))
    assert load_session(path).master_gain_db == -4.5
    document = json.loads(path.read_text())
    del document["master_gain_db"]
    path.write_text(json.dumps(document))
    assert load_session(path).master_gain_db == 0.0
    path.write_text(json.dumps({**document, "master_gain_db": "loud"}))
    with pytest.raises(RtAudioGenError, match="is a text; expected -60 … 6"):
        load_session(path)


def test_a_resumed_engine_has_its_gain_from_the_first_frame(
    tmp_path: Path,
) -> None:
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("sine")
    first.set_master(-12)
    first.start()
    first.close()
    second = Engine(SETTINGS, tmp_path / "checkpoint")
    assert second.resume() == []
    reals = second.transport.memory.reals
    assert reals[layout.MASTER_LEVEL] == amplitude(-12.0)
    assert second.snapshot()["master_gain_db"] == -12.0
    second.close()


def test_a_state_that_does_not_fit_keeps_session_and_master_gain(tmp_path: Path) -> None:
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("sine")
    first.set_master(-12)
    first.start()
    first.close()
    second = Engine(replace(SETTINGS, sample_rate=44100), tmp_path / "checkpoint")
    assert "lost" in second.resume()[0]
    assert second.snapshot()["master_gain_db"] == -12.0
    second.close()


@pytest.mark.parametrize("gain_db", [-7.5, 6.0])
def test_a_session_is_rendered_bit_for_bit_as_it_is_heard(gain_db: float, tmp_path: Path) -> None:
    slots = (
        SlotState("sine", {"release": 30.0}, seed=3, mix=Mix(gain_db=12.0, pan=-0.5)),
        SlotState("sine", seed=4, mix=Mix(gain_db=6.0, transpose=12), controls={20: "attack"}),
    )
    session = Session(slots=slots, master_gain_db=gain_db)
    score = [*CHORD, TimedMessage(0.0, 0xB0, 20, 64)]
    engine = Engine(replace(SETTINGS, block_frames=2048, latency_ms=200.0))
    engine.load_session(session.to_json())
    engine.play_midi(score)
    path = engine.record(str(tmp_path / "live.wav"))
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > RATE)
    engine.close()
    live = soundfile.read(path, dtype="float32")[0]
    live = live[np.flatnonzero(live.any(axis=1))[0] :][:RATE]
    expected = offline.render(
        offline.RenderRequest([], 1.5, RATE, session=session, events=to_events(score, RATE))
    )
    expected = expected[np.flatnonzero(expected.any(axis=1))[0] :][: len(live)]
    assert len(live) > RATE // 2
    np.testing.assert_array_equal(live, expected)


def test_a_given_master_gain_overrides_the_sessions() -> None:
    session = Session(slots=(SlotState("sine"),), master_gain_db=-20.0)
    events = to_events([TimedMessage(0.0, 0x90, 69, 100)], RATE)

    def peak(gain_db: float | None) -> float:
        audio = offline.render(
            offline.RenderRequest(
                [], 0.2, RATE, session=session, events=events, master_gain_db=gain_db
            )
        )
        return float(np.abs(audio).max())

    assert peak(None) == pytest.approx(peak(0.0) / 10, rel=1e-4)
    with pytest.raises(UsageError, match="expected -60 … 6"):
        peak(7.0)


def test_a_session_whose_model_has_gone_is_not_rendered_in_part() -> None:
    session = Session(slots=(SlotState("sine"), SlotState("gone")))
    with pytest.raises(UsageError, match="no model 'gone'"):
        offline.render(offline.RenderRequest([], 0.1, RATE, session=session))
