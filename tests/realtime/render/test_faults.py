"""A fault of a generator stays in its slot."""

import numpy as np
import pytest

from rtaudiogen.realtime.render.rack import Message
from rtaudiogen.realtime.render.renderer import Renderer

from ..drone import RATE, Breakdown, Drone, explode, kinds, largest_step, peaks, put_nan, sound


def test_nan_silences_its_slot_without_a_click_and_it_comes_back() -> None:
    renderer = Renderer(RATE)
    drone = Drone(Breakdown(40, put_nan))
    slot = renderer.add(drone)
    before = sound(renderer, 0.1)
    during = sound(renderer, 0.1)
    assert largest_step(during) < 2 * largest_step(before)
    assert np.abs(during[-480:]).max() == 0.0
    assert [(m.kind, m.number) for m in renderer.messages()] == [("fault", 1)]
    after = sound(renderer, 0.3)
    assert peaks(after) == pytest.approx(peaks(before))
    assert largest_step(after) < 1.2 * largest_step(before)
    assert len(set(drone.seeds)) == 2
    assert renderer.read().slots[slot].faults == 1


@pytest.mark.parametrize("seconds", [0.1063, 0.15, 0.22])
def test_a_renderer_is_restored_in_the_middle_of_a_fault(seconds: float) -> None:
    def until_then() -> Renderer:
        renderer = Renderer(RATE)
        renderer.add(Drone(Breakdown(39, put_nan)))
        sound(renderer, seconds)
        assert renderer.read().slots[1].faults == 1
        return renderer

    arrays, facts = until_then().save_state()
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, lambda model, sound, voices: Drone())
    np.testing.assert_array_equal(sound(restored, 0.3), sound(until_then(), 0.3))


def test_a_broken_generator_is_tried_again_less_and_less_often() -> None:
    renderer = Renderer(RATE)
    drone = Drone(put_nan)
    renderer.add(drone)
    sound(renderer, 0.05)
    counts = []
    for _ in range(3):
        sound(renderer, 1.0)
        counts.append(len(drone.seeds))
    assert counts[0] > 2
    assert counts[2] - counts[1] <= 1


def test_a_runaway_is_muted_reset_and_counted() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(Drone(), {"level": 20.0})
    out = sound(renderer, 0.34)
    assert np.abs(out).max() <= 0.967
    assert peaks(out[-480:]) == [0.0, 0.0]
    assert [(m.kind, m.slot, m.text) for m in renderer.messages()] == [
        ("fault", slot, "runaway level")
    ]


def test_a_generator_that_raises_is_muted_and_the_rest_plays_on() -> None:
    renderer = Renderer(RATE)
    broken = renderer.add(Drone(Breakdown(40, explode)), mix={"pan": -1.0})
    renderer.add(Drone(), mix={"pan": 1.0})
    before = sound(renderer, 0.1)
    assert largest_step(sound(renderer, 0.2)) < 2 * largest_step(before)
    assert peaks(sound(renderer, 0.1)) == [0.0, pytest.approx(0.25, abs=1e-6)]
    assert list(renderer.messages()) == [
        Message("failed", broken, "ZeroDivisionError: a weight was 0")
    ]
    renderer.swap(broken, Drone())
    sound(renderer, 0.1)
    assert peaks(sound(renderer, 0.1)) == pytest.approx([0.25, 0.25], abs=1e-6)


def test_a_restart_begins_anew_from_the_given_seed() -> None:
    renderer = Renderer(RATE)
    drone = Drone()
    slot = renderer.add(drone, seed=5)
    sound(renderer, 0.1)
    renderer.restart(slot, 77)
    sound(renderer, 0.3)
    assert drone.seeds == [5, 77]
    assert kinds(renderer) == []
