"""The order of the rack and its mapped controllers: verbs, session, checkpoint."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen import registry
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import UsageError
from rtaudiogen.midi import Notice, NoticeKind
from rtaudiogen.saving.sessions import Session, SlotState
from rtaudiogen.wire.settings import EngineSettings

from .. import waiting
from ..realtime import drums
from .housekeeping import eventually

SETTINGS = EngineSettings(output="null", sample_rate=48000, midi="none")


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    engine.close()


def order(engine: Engine) -> list[int]:
    return [slot["slot"] for slot in engine.snapshot()["slots"]]


def controls(engine: Engine, slot: int = 1) -> dict[str, int]:
    return next(s for s in engine.snapshot()["slots"] if s["slot"] == slot)["controls"]


def test_a_session_never_mixes_a_model_with_the_previous_values(engine: Engine) -> None:
    engine.start()
    slot = engine.add_slot("sine")
    for model in ("vqvae-music", "vqvae-speech", "sine", "vqvae-speech") * 3:
        engine.swap_slot(slot, model, {"level": -7.0})
        engine.snapshot()
        (kept,) = engine.session()["slots"]
        assert kept["model"] == model
        assert kept["values"]["level"] == -7.0
        assert set(kept["values"]) <= {p.id for p in registry.find(model).parameters}


def test_slots_that_come_and_go_can_be_looked_at_all_the_time(engine: Engine) -> None:
    engine.start()
    faults, ended = [], threading.Event()

    def look() -> None:
        while not ended.is_set():
            try:
                engine.snapshot()
            except Exception as fault:
                faults.append(fault)

    onlooker = threading.Thread(target=look)
    onlooker.start()
    for _ in range(20):
        slot = engine.add_slot("sine")
        time.sleep(0.02)
        engine.remove_slot(slot)
    ended.set()
    onlooker.join()
    assert faults == []


# -- order -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def four_slots() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    for _ in range(4):
        engine.add_slot("sine")
    yield engine
    engine.close()


@settings(deadline=None, max_examples=50)
@given(moves=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_slots_are_moved_as_the_elements_of_a_list(
    four_slots: Engine, moves: list[tuple[int, int]]
) -> None:
    expected = order(four_slots)
    for index, position in moves:
        slot = sorted(expected)[index]
        expected.remove(slot)
        expected.insert(position, slot)
        four_slots.move_slot(slot, position)
    assert order(four_slots) == expected


def test_a_session_is_in_the_order_of_the_rack(engine: Engine) -> None:
    for seed in (1, 2, 3):
        engine.add_slot("sine", seed=seed)
    engine.move_slot(3, 0)
    session = engine.session()
    assert [slot["seed"] for slot in session["slots"]] == [3, 1, 2]
    engine.load_session(session)
    assert [slot["seed"] for slot in engine.session()["slots"]] == [3, 1, 2]


def test_a_moved_slot_keeps_place_number_and_notes_on_resuming(
    tmp_path: Path,
) -> None:
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    for seed in (1, 2, 3):
        first.add_slot("sine", seed=seed)
    first.move_slot(1, 2)
    first.play_midi([(0.0, 0x90, 69, 100)])
    first.start()
    eventually(first, lambda: first.snapshot()["slots"][0]["voices"] == 1)
    first.close()
    second = Engine(SETTINGS, tmp_path / "checkpoint")
    assert second.resume() == []
    assert order(second) == [2, 3, 1]
    assert [slot["seed"] for slot in second.session()["slots"]] == [2, 3, 1]
    second.start()
    eventually(second, lambda: all(slot["voices"] for slot in second.snapshot()["slots"]))
    second.close()


def test_a_slot_added_after_saving_leaves_the_checkpoint_valid(
    tmp_path: Path,
) -> None:
    first = Engine(SETTINGS, tmp_path / "checkpoint")
    first.add_slot("sine", seed=1)
    first.start()
    eventually(first, lambda: first.renderer.frame > 0)
    saved = first.renderer.save_state()
    first.add_slot("sine", seed=2)
    first._writer.write_now(first._checkpoint_of(*saved))
    second = Engine(SETTINGS, tmp_path / "checkpoint")
    assert second.resume() == []
    assert [slot["seed"] for slot in second.session()["slots"]] == [1]
    second.close()
    first.close()


@pytest.mark.parametrize("position", [-1, 2, 0.5, "first", None])
def test_a_position_that_there_is_not_is_refused(engine: Engine, position: Any) -> None:
    for _ in range(2):
        engine.add_slot("sine")
    with pytest.raises(UsageError, match=f"position {position}: expected 0 … 1"):
        engine.move_slot(1, position)
    with pytest.raises(UsageError, match="no slot 3; there are: 1, 2"):
        engine.move_slot(3, 0)
    assert order(engine) == [1, 2]


# -- controllers -----------------------------------------------------------------------------------


def test_a_mapped_controller_moves_its_parameter_until_unmapped(engine: Engine) -> None:
    slot = engine.add_slot("sine")
    parameter = engine.renderer.descriptor(slot).parameters[0]
    engine.map_controller(slot, 20, parameter.id)
    assert controls(engine) == {parameter.id: 20}
    engine.start()
    engine.play_now(0xB0, 20, 127)

    def value() -> float:
        return float(engine.snapshot()["slots"][0]["values"][parameter.id])

    eventually(engine, lambda: value() == parameter.maximum)
    engine.unmap_controller(slot, 20)
    assert controls(engine) == {}
    assert engine.session()["slots"][0]["controls"] == {}
    engine.play_now(0xB0, 20, 0)
    end = engine.renderer.frame + 12000
    eventually(engine, lambda: engine.renderer.frame > end)
    assert value() == parameter.maximum


def test_learnt_and_mapped_controllers_share_one_table(engine: Engine) -> None:
    slot = engine.add_slot("sine")
    first, second = (p.id for p in engine.renderer.descriptor(slot).parameters[:2])
    engine.map_controller(slot, 21, first)
    engine.learn(slot, second)
    engine.midi._poller.notices.put(Notice(NoticeKind.LEARNED, "", number=21))
    engine.tick()
    assert controls(engine) == {second: 21}, "a controller moves one parameter of a slot"
    engine.map_controller(slot, 22, second)
    assert controls(engine) == {second: 22}, "the snapshot names the one that was mapped last"
    assert engine.session()["slots"][0]["controls"] == {"21": second, "22": second}
    engine.map_controller(slot, 21, second)
    assert controls(engine) == {second: 21}


def test_a_bad_mapping_is_refused_and_changes_nothing(engine: Engine) -> None:
    slot = engine.add_slot("sine")
    id = engine.renderer.descriptor(slot).parameters[0].id
    engine.map_controller(slot, 7, id)
    for controller in (-1, 64, 120, 128, 7.5):
        with pytest.raises(UsageError, match=f"controller {controller} cannot be mapped: expected"):
            # what a program in another language may send
            engine.map_controller(slot, controller, id)
    with pytest.raises(UsageError, match="no parameter 'colour'; there are"):
        engine.map_controller(slot, 7, "colour")
    with pytest.raises(UsageError, match="no slot 9"):
        engine.map_controller(9, 7, id)
    with pytest.raises(UsageError, match="controller 8 moves nothing in slot 1; mapped are: 7"):
        engine.unmap_controller(slot, 8)
    with pytest.raises(UsageError, match="no slot 9"):
        engine.unmap_controller(9, 7)
    assert controls(engine) == {id: 7}


def test_mappings_survive_a_swap_only_if_the_parameter_exists(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drums.register(monkeypatch)
    slot = engine.add_slot("sine")
    id = engine.renderer.descriptor(slot).parameters[0].id
    engine.map_controller(slot, 7, id)
    engine.swap_slot(slot, "sine")
    assert engine.session()["slots"][0]["controls"] == {"7": id}
    engine.swap_slot(slot, "drums")
    assert engine.session()["slots"][0]["controls"] == {}


def test_a_session_with_an_unknown_mapped_parameter_plays(
    engine: Engine,
) -> None:
    id = "level"
    assert id in {parameter.id for parameter in registry.find("sine").parameters}
    state = SlotState("sine", controls={3: "colour", 4: id})
    (notice,) = engine.load_session(Session(slots=(state,)).to_json())
    assert "colour" in notice
    slot = engine.slots[1]
    assert slot.controls == {3: "colour", 4: id}, "what is not known here is kept"
    assert engine.renderer._commands.pending()[-1][1] == "map_controller"


def test_the_verbs_work_across_processes_as_well(tmp_path: Path) -> None:
    with closing(EngineProcess(SETTINGS)) as engine:
        first, second = engine.add_slot("sine"), engine.add_slot("sine")
        engine.move_slot(second, 0)
        engine.map_controller(first, 20, "level")
        engine.map_controller(first, 21, "level")
        engine.unmap_controller(first, 20)
        engine.set_master(-3)
        assert engine.hit_outlines(first) == []
        with pytest.raises(UsageError, match="slot 1 plays no hits"):
            engine.save_hit(first, 0, str(tmp_path / "hit.wav"))
        engine.play_now(0x90, 69, 100)
        session = engine.session()
        assert [slot["controls"] for slot in session["slots"]] == [{}, {"21": "level"}]
        assert session["master_gain_db"] == -3.0
        waiting.eventually(lambda: engine.snapshot().get("midi"))
        waiting.eventually(lambda: engine.snapshot()["master_gain_db"] == -3.0)
        assert [slot["slot"] for slot in engine.snapshot()["slots"]] == [second, first]
