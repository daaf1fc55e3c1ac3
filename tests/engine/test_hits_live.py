"""Hits in a running engine on the clock: pads, pools, session and checkpoint."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.cli.playing.status import report, status_line
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.core import Engine
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.realtime.hits.kit import Kit
from rtaudiogen.realtime.hits.pool import DEPTH
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import HitsSnapshot, SlotSnapshot, Snapshot

from .. import waiting
from ..realtime import drums
from ..realtime.drums import CLOSED_HAT, LOWEST_KEY, PADS, Drums
from .housekeeping import eventually

RATE = 48000
SETTINGS = EngineSettings(
    output="null", sample_rate=RATE, block_frames=2048, latency_ms=100.0, midi="none"
)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    drums.register(monkeypatch)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def kit_of(engine: Engine, slot: int = 1) -> Kit:
    kit = engine.pads.kit(slot)
    assert kit is not None
    return kit


def drums_of(engine: Engine) -> Drums:
    generator = kit_of(engine).source.generator
    assert isinstance(generator, Drums)
    return generator


def on(pad: int, seconds: float = 0.0, velocity: int = 100) -> tuple[float, int, int, int]:
    return seconds, 0x90, LOWEST_KEY + pad, velocity


def strike(engine: Engine, *pads: int) -> None:
    """Deliver the notes that the polling thread would deliver for keys pressed together now."""
    frame = engine.transport.render_frame_at(time.perf_counter()) + engine.midi.latency_frames
    rows = [(frame, *on(pad)[1:], 0) for pad in pads]
    engine._deliver(np.array(rows, MIDI_EVENT))


def fill_pools(engine: Engine) -> None:
    """Wait until several strikes of one pad find a fresh hit each."""

    def ready() -> list[int]:
        return [slot["hits"]["ready"] for slot in engine.snapshot()["slots"]]

    eventually(engine, lambda: set(ready()) == {DEPTH})


def heard(engine: Engine, play: Callable[[], None], path: Path) -> NDArray[np.float32]:
    """Return (frames, 2): what `play` made sound, from its first frame to its last."""
    engine.record(str(path))
    play()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 24000)
    eventually(engine, lambda: engine.pads.hits.sounding() == 0)
    ended = engine.snapshot()["frames_played"]
    eventually(engine, lambda: engine.snapshot()["frames_played"] > ended)
    engine.stop_recording()
    audio: NDArray[np.float32] = soundfile.read(path, dtype="float32")[0]
    sounding = np.flatnonzero(audio.any(axis=1))
    return audio[sounding[0] : sounding[-1] + 1]


def test_notes_by_time_sound_bit_for_bit_as_they_are_rendered(engine, tmp_path):
    notes = [on(3, 0.0), on(9, 0.1512), on(3, 0.3001), on(0, 0.41)]
    engine.add_slot("drums", seed=5)

    def play() -> None:
        engine.play_midi(notes)
        engine.start()

    live = heard(engine, play, tmp_path / "live.wav")
    events = to_events([TimedMessage(*note) for note in notes], RATE)
    renderer = Renderer(RATE)  # without pads: the generator plays its hits itself
    renderer.add(Drums(), seed=5)
    renderer.midi_events(events)
    expected = np.zeros((renderer.delay_frames + len(live), 2), np.float32)
    renderer.render(expected)
    np.testing.assert_array_equal(live, expected[renderer.delay_frames :])
    assert engine.snapshot()["late_hits"] == 0


def test_sixteen_keys_at_once_start_sixteen_hits_in_one_frame(engine, tmp_path):
    engine.add_slot("drums", {"level": 0.1})
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 0)
    live = heard(engine, lambda: strike(engine, *range(PADS)), tmp_path / "live.wav")
    maker, values = drums_of(engine), kit_of(engine).values()
    gain = maker.strike(0, 100 / 127, values).gain
    pads = set(range(PADS)) - {CLOSED_HAT}  # which the open one ends before it sounds
    together = gain * sum(maker.make(maker.recipe(pad, 0, 0, values)) for pad in pads)
    assert kit_of(engine).counts() == (PADS, 0, 0, 0)
    np.testing.assert_allclose(live, together[: len(live)], atol=1e-6)
    assert np.abs(together[len(live) :]).max(initial=0.0) == 0.0


def test_strikes_without_a_device_are_not_played_later(engine):
    engine.add_slot("drums")
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 0)
    engine.transport.output.stop()
    eventually(engine, lambda: not engine.transport.is_listened_to())
    strike(engine, 1, 2, 3)
    assert engine.pads.hits.sounding() == 0
    engine.transport.output.start()
    eventually(engine, engine.transport.is_listened_to)
    strike(engine, 1, 2, 3)
    assert engine.snapshot()["slots"][0]["hits"]["played"] == 3


def test_a_slot_of_drums_shows_what_became_of_its_strikes(engine):
    slot = engine.add_slot("drums", {"length": 1000.0})  # all sound when one looks
    drums_of(engine).slowness_seconds = 0.05
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 0)
    strike(engine, *[2] * 7)
    (facts,) = engine.snapshot()["slots"]
    assert facts["slot"] == slot
    assert facts["voices"] == 7
    assert facts["level"] > 0.05
    hits = facts["hits"]
    assert hits["played"] + hits["replays"] == 7
    assert hits["replays"] >= 3
    assert list(engine.snapshot()["latency_ms"]) == ["MIDI", "block", "device"]
    drums_of(engine).slowness_seconds = 0.0
    fill_pools(engine)
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 0)


def test_a_strike_for_one_slot_is_not_played_by_the_others(engine):
    slots = [engine.add_slot("drums"), engine.add_slot("drums")]
    engine.start()
    eventually(engine, engine.transport.is_listened_to)
    fill_pools(engine)
    engine.play_now(0x90, LOWEST_KEY, 100, slots[1])
    engine.play_now(0x90, LOWEST_KEY, 100)
    assert [slot["hits"]["played"] for slot in engine.snapshot()["slots"]] == [1, 2]


def test_panic_ends_hits(engine):
    engine.add_slot("drums", {"length": 2000.0})
    engine.start()
    struck = eventually(engine, lambda: engine.snapshot()["frames_played"])
    strike(engine, 1, 2, 3)
    assert engine.snapshot()["slots"][0]["voices"] == 3
    engine.panic()
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 0)
    assert engine.snapshot()["frames_played"] < struck + 2 * RATE, "they ended by themselves"


def test_a_session_keeps_what_the_maker_wants_kept(engine):
    engine.add_slot("drums")
    engine.start()
    eventually(engine, lambda: engine.snapshot()["frames_played"] > 0)
    fill_pools(engine)
    strike(engine, 0, 0, 0)
    session = engine.session()
    assert session["slots"][0]["values"]["kept"] == 3.0
    assert engine.load_session(session) == []
    assert kit_of(engine, 2).values()[4] == 3.0


def test_a_resumed_engine_goes_on_with_the_next_hit(tmp_path):
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("drums")
    first.start()
    eventually(first, lambda: first.snapshot()["frames_played"] > 0)
    fill_pools(first)
    strike(first, 7, 7, 7)
    eventually(first, lambda: (tmp_path / "checkpoint").exists())
    first.close()
    second = Engine(SETTINGS, tmp_path / "checkpoint")
    assert second.resume() == []
    second.start()
    eventually(second, lambda: second.snapshot()["frames_played"] > 0)
    assert drums_of(second).played[7] == 3
    strike(second, 7)
    assert second.snapshot()["slots"][0]["hits"]["played"] == 1
    second.close()


def test_a_maker_that_fails_is_told_to_the_player(engine):
    engine.add_slot("drums")
    drums_of(engine).fails = "make"
    engine.start()
    eventually(
        engine, lambda: any("cannot make new ones" in m for m in engine.snapshot()["messages"])
    )


def test_facts_go_through_json_and_replays_are_shown():
    hits = HitsSnapshot(played=90, stale=2, replays=3, refused=0, ready=4)
    slots = (SlotSnapshot(1, "drums", hits=hits), SlotSnapshot(2, "sine"))
    snapshot = Snapshot(device="null", sample_rate=RATE, slots=slots)
    assert Snapshot.from_json(snapshot.to_json()) == snapshot
    assert "replays 3" in status_line(snapshot)
    assert any("90 played" in line and "3 repeated" in line for line in report(snapshot))
    assert "replays" not in status_line(Snapshot(device="null", sample_rate=RATE))


def roll(seconds: int) -> list[tuple[float, int, int, int]]:
    """Return 32 hits a second, in turn on all pads."""
    return [on(number % PADS, number / 32) for number in range(32 * seconds)]


@pytest.mark.soak
@pytest.mark.parametrize("seconds", [10])
def test_a_roll_loses_nothing_is_never_late_and_ends(seconds, tmp_path, monkeypatch):
    for name, value in drums.installed(tmp_path / "drums").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DRUMS_MAKE_SECONDS", "0.008")
    settings = EngineSettings(output="null", sample_rate=RATE, latency_ms=80.0, midi="none")
    with closing(EngineProcess(settings)) as engine:
        engine.add_slot("drums")
        engine.start()
        engine.play_midi(roll(seconds))

        def played() -> list[int]:
            slots = Snapshot.from_json(engine.snapshot()).slots
            done = [slot.hits for slot in slots if slot.hits and slot.voices == 0]
            return [hits.played + hits.replays for hits in done]

        waiting.eventually(lambda: played() == [32 * seconds], told=engine.snapshot)
        snapshot = engine.snapshot()
    hits = snapshot["slots"][0]["hits"]
    assert hits["refused"] == snapshot["late_hits"] == 0
    assert hits["replays"] < 32 * seconds / 4
