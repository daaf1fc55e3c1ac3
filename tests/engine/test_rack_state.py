"""The rack goes back to what it was, and forward again, while it plays."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import UsageError
from rtaudiogen.wire.settings import EngineSettings

from .housekeeping import eventually

SETTINGS = EngineSettings(output="null", sample_rate=48000, latency_ms=5.0, midi="none")
Step = tuple[Any, ...]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(SETTINGS)
    engine.start()
    yield engine
    engine.close()


def take(engine: Engine, verb: str, place: int, value: float) -> None:
    """Carry out a verb on the slot at a place; of an empty rack nothing but to add one."""
    numbers = list(engine.slots)
    if verb == "add" or not numbers:
        engine.add_slot("sine", {"level": -value})
        return
    if verb == "add effect":
        engine.add_slot("space", {"mix": value})
        return
    slot = numbers[place % len(numbers)]
    match verb:
        case "remove":
            engine.remove_slot(slot)
        case "move":
            engine.move_slot(slot, place % len(numbers))
        case "turn":
            with suppress(UsageError):  # an effect has no attack
                engine.set_parameter(slot, "attack", 1 + value)
        case "mix":
            engine.set_mix(slot, "gain_db", -value)
        case "map":
            with suppress(UsageError):  # nor a level
                engine.map_controller(slot, 20 + place, "level")
        case "voices":
            with suppress(UsageError):  # an effect has none
                engine.set_voices(slot, 1 + place)
        case "preset":
            engine.apply_preset(slot, {"values": {"level": -value}, "seed": place})
        case "connect":
            with suppress(UsageError):  # no effect, or a circle
                engine.connect(slot, numbers[place * 7 % len(numbers)], numbers[-1])
        case "empty":
            engine.load_session({})


VERBS = [
    "add", "add", "add effect", "remove", "move", "turn", "mix", "map", "voices", "preset",
    "connect", "connect", "empty",
]  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 5), st.integers(1, 20)), max_size=6
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_every_step_is_undone_and_redone(engine: Engine, steps: list[Step]) -> None:
    engine.load_session({})
    racks = [engine.rack()]
    for step in steps:
        take(engine, *step)
        racks.append(engine.rack())
    for after, before in pairwise(reversed(racks)):
        assert engine.restore(before, after) == []
        assert engine.rack() == before
    for before, after in pairwise(racks):
        assert engine.restore(after, before) == []
        assert engine.rack() == after


def test_restoring_a_rack_keeps_later_turns_of_unchanged_slots(engine: Engine) -> None:
    engine.load_session({})
    first = engine.add_slot("sine")
    before = engine.rack()
    second = engine.add_slot("sine")
    after = engine.rack()
    engine.set_parameter(first, "attack", 77.0)
    assert engine.restore(before, after) == []
    (slot,) = engine.rack()["session"]["slots"]
    assert slot["values"]["attack"] == 77.0
    assert second not in engine.slots


def test_an_exchanged_generator_comes_back_with_its_values(engine: Engine) -> None:
    engine.load_session({})
    slot = engine.add_slot("sine", {"attack": 55.0})
    engine.map_controller(slot, 20, "level")
    before = engine.rack()
    engine.swap_slot(slot, "wavenet-textures")
    after = engine.rack()
    assert engine.restore(before, after) == []
    assert engine.rack() == before
    assert engine.restore(after, before) == []
    assert engine.rack() == after


def test_a_held_note_sounds_on_while_another_slot_comes_back(engine: Engine) -> None:
    engine.load_session({})
    engine.add_slot("sine")
    second = engine.add_slot("sine")
    before = engine.rack()
    engine.remove_slot(second)
    after = engine.rack()
    engine.play_now(0x90, 60, 100)
    eventually(engine, lambda: engine.snapshot()["slots"][0]["voices"] == 1)
    assert engine.restore(before, after) == []
    assert engine.rack()["numbers"] == before["numbers"]
    assert engine.snapshot()["slots"][0]["voices"] == 1
    engine.panic()


def test_a_slot_that_still_fades_out_gives_its_number_back(engine: Engine) -> None:
    engine.load_session({})
    slot = engine.add_slot("sine", {"release": 500.0})
    before = engine.rack()
    for _ in range(3):
        engine.remove_slot(slot)
        after = engine.rack()
        assert engine.restore(before, after) == []
    assert engine.rack()["numbers"] == [slot]


def test_a_model_that_has_gone_is_told_and_the_rest_comes_back(engine: Engine) -> None:
    engine.load_session({})
    engine.add_slot("sine")
    engine.add_slot("sine")
    before = engine.rack()
    engine.load_session({})
    after = engine.rack()
    before["session"]["slots"][0]["model"] = "gone"
    (notice,) = engine.restore(before, after)
    assert "gone" in notice
    assert engine.rack()["numbers"] == before["numbers"][1:]


def test_a_removed_effect_comes_back_with_all_that_led_to_it(engine: Engine) -> None:
    engine.load_session({})
    first, second = engine.add_slot("sine"), engine.add_slot("sine")
    room, next_room = engine.add_slot("space"), engine.add_slot("space")
    engine.connect(first, output=room, send=next_room)
    engine.connect(second, send=room)
    engine.connect(room, output=next_room)
    before = engine.rack()
    engine.remove_slot(room)
    after = engine.rack()
    assert [(s["output"], s["send"]) for s in after["session"]["slots"]] == [(0, 3), (0, 0), (0, 0)]
    assert engine.restore(before, after) == []
    assert engine.rack() == before
    ways = [(s["output"], s["send"]) for s in engine.snapshot()["slots"]]
    assert ways == [(room, next_room), (0, room), (next_room, 0), (0, 0)]
