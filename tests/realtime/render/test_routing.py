"""Slots lead to effects: what they hear, who is heard when one is soloed, and nothing clicks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.errors import UsageError
from rtaudiogen.generator import Audio, Plays
from rtaudiogen.models.space import SPACE
from rtaudiogen.models.space.generator import Space
from rtaudiogen.realtime.render.renderer import Renderer
from rtaudiogen.routing import MASTER, Ways, heard, in_order, reached

from ..drone import DRONE, Drone, largest_step, peaks, sound
from ..effects import ECHO, Echo
from ..playing import RATE, on_time, pull, sine

HALF_POWER = 0.5**0.5
SETTLED = slice(RATE // 5, None)


def wide_echo() -> Echo:
    """Return an echo that hears and plays two channels."""
    return Echo(replace(ECHO, id="wide", channels=2, hears=2))


FRESH = {"sine": lambda: sine(16000), "wide": wide_echo, "echo": Echo}


def settled(renderer: Renderer) -> Audio:
    return sound(renderer, 0.5)[SETTLED]


def test_a_slot_is_heard_through_the_effect_alone() -> None:
    renderer = Renderer(RATE)
    drone, echo = renderer.add(Drone()), renderer.add(wide_echo())
    renderer.connect(drone, output=echo)
    through = settled(renderer)
    renderer.set_mix(echo, "mute", True)
    assert not settled(renderer)[RATE // 10 :].any()
    alone = Renderer(RATE)
    alone.add(Drone())
    np.testing.assert_allclose(through, settled(alone), atol=1e-6)


def test_a_mono_effect_hears_both_sides_at_equal_power() -> None:
    for pan in (-1.0, 0.0, 0.6):
        renderer = Renderer(RATE)
        drone, echo = renderer.add(Drone(), mix={"pan": pan}), renderer.add(Echo())
        renderer.connect(drone, output=echo)
        angle = (pan + 1.0) * np.pi / 4.0
        expected = 0.25 * 0.5 * (np.cos(angle) + np.sin(angle))
        assert peaks(settled(renderer)) == pytest.approx([expected, expected], abs=1e-5)


def test_a_stereo_effect_hears_the_sides_apart() -> None:
    renderer = Renderer(RATE)
    drone, echo = renderer.add(Drone(), mix={"pan": -1.0}), renderer.add(wide_echo())
    renderer.connect(drone, output=echo)
    assert peaks(settled(renderer)) == pytest.approx([0.25, 0.0], abs=1e-6)


def test_what_is_sent_has_the_fader_and_a_level_of_its_own() -> None:
    renderer = Renderer(RATE)
    drone = renderer.add(Drone(channels=2), mix={"gain_db": -6.0, "send_db": -20.0})
    echo = renderer.add(wide_echo(), mix={"mute": True})
    renderer.connect(drone, send=echo)
    direct = settled(renderer)
    renderer.set_mix(echo, "mute", False)
    both = sound(renderer, 1.0)[RATE // 2 :]
    expected = 0.25 * 10 ** (-6.0 / 20)
    assert peaks(direct) == pytest.approx([expected] * 2, abs=1e-5)
    assert peaks(both) == pytest.approx([1.1 * expected] * 2, abs=1e-4)


def test_a_chain_is_computed_in_one_quantum_in_any_order() -> None:
    def impulse(order: list[int]) -> Audio:
        renderer = Renderer(RATE)
        made = {0: Drone(), 1: wide_echo(), 2: wide_echo()}
        numbers = {which: renderer.add(made[which]) for which in order}
        renderer.connect(numbers[0], output=numbers[1])
        renderer.connect(numbers[1], output=numbers[2])
        return on_time(renderer, 9000, [128])

    np.testing.assert_array_equal(impulse([0, 1, 2]), impulse([2, 1, 0]))


def test_an_effect_hears_the_live_input_unless_told_otherwise() -> None:
    def played(hears_input: bool) -> Audio:
        renderer = Renderer(RATE)
        echo = renderer.add(wide_echo())
        renderer.set_mix(echo, "hears_input", hears_input)
        renderer.listen(lambda out: out.fill(0.25))
        return settled(renderer)

    np.testing.assert_allclose(played(True), 0.25, atol=1e-6)
    assert not played(False).any()


@pytest.mark.parametrize("channels", [1, 2])
def test_a_bypassed_effect_passes_on_what_it_hears(channels: int) -> None:
    silent = Echo(replace(ECHO, channels=channels, hears=channels))
    silent.render = lambda out, parameters, events: out.fill(0.0)
    renderer = Renderer(RATE)
    drone, effect = renderer.add(Drone()), renderer.add(silent)
    renderer.connect(drone, output=effect)
    assert not settled(renderer).any()
    renderer.set_mix(effect, "bypass", True)
    steps = largest_step(sound(renderer, 0.2))
    passed = settled(renderer)
    assert peaks(passed) == pytest.approx([0.25 * HALF_POWER] * 2, abs=1e-5)
    assert steps < 1.5 * largest_step(passed)
    renderer.set_mix(effect, "bypass", False)
    assert largest_step(sound(renderer, 0.2)) < 1.5 * largest_step(passed)
    assert not settled(renderer).any()


def test_a_stopped_effect_hears_slots_and_no_live_input() -> None:
    renderer = Renderer(RATE)
    drone, echo = renderer.add(Drone(channels=2)), renderer.add(wide_echo(), mix={"stopped": True})
    renderer.listen(lambda out: out.fill(0.5))
    assert not settled(renderer)[:, 0].mean() > 0.1
    renderer.connect(drone, output=echo)
    out = settled(renderer)
    assert peaks(out) == pytest.approx([0.25, 0.25], abs=1e-5)
    assert abs(out.mean()) < 0.01


def test_panic_ends_the_tail_of_an_effect_which_then_plays_on() -> None:
    renderer = Renderer(RATE)
    note, room = renderer.add(sine()), renderer.add(Space(SPACE, RATE), {"mix": 100, "decay": 12})
    renderer.connect(note, output=room)
    renderer.midi(0, 0x90, 60, 100)
    assert max(peaks(sound(renderer, 0.5))) > 0.01
    renderer.panic()
    sound(renderer, 0.05)
    assert max(peaks(sound(renderer, 0.3))) < 1e-4
    renderer.midi(renderer.frame, 0x90, 60, 100)
    assert max(peaks(sound(renderer, 0.5))) > 0.01


def test_leading_elsewhere_does_not_click() -> None:
    renderer = Renderer(RATE)
    drone, echo, other = (renderer.add(g) for g in (Drone(channels=2), wide_echo(), wide_echo()))
    steady = largest_step(settled(renderer))
    for output, send in ((echo, other), (MASTER, echo), (other, MASTER), (MASTER, MASTER)):
        renderer.connect(drone, output, send)
        assert largest_step(sound(renderer, 0.2)) < 2.5 * steady


def test_the_live_input_is_switched_without_a_click() -> None:
    renderer = Renderer(RATE)
    echo = renderer.add(wide_echo())
    renderer.listen(lambda out: out.fill(0.25))
    settled(renderer)
    for hears in (False, True):
        renderer.set_mix(echo, "hears_input", hears)
        assert largest_step(sound(renderer, 0.2)) < 0.25 / 100


def test_a_circle_is_refused() -> None:
    renderer = Renderer(RATE)
    first, second, third = (renderer.add(Echo()) for _ in range(3))
    renderer.connect(first, output=second)
    renderer.connect(second, send=third)
    for slot, way in ((third, first), (second, first), (first, first)):
        with pytest.raises(UsageError, match=f"slot {slot} cannot lead to slot {way}, whose sound"):
            renderer.connect(slot, output=way)


def test_only_effects_can_be_led_to() -> None:
    renderer = Renderer(RATE)
    drone, other = renderer.add(Drone()), renderer.add(Drone())
    with pytest.raises(UsageError, match=f"slot {other} is no effect, so it cannot hear"):
        renderer.connect(drone, send=other)
    with pytest.raises(UsageError, match="no slot 9"):
        renderer.connect(drone, output=9)


def test_hits_are_not_led_elsewhere() -> None:
    hits = Drone()
    hits.descriptor = replace(DRONE, plays=frozenset({Plays.STREAM, Plays.HITS}))
    renderer = Renderer(RATE)
    drone, echo = renderer.add(hits), renderer.add(Echo())
    with pytest.raises(UsageError, match="plays hits, which go straight to the master"):
        renderer.connect(drone, output=echo)


@pytest.mark.parametrize("verb", ["remove", "exchange"])
def test_a_sound_goes_to_the_master_when_its_effect_has_gone(verb: str) -> None:
    renderer = Renderer(RATE)
    drone, echo = renderer.add(Drone(channels=2)), renderer.add(wide_echo())
    renderer.connect(drone, output=echo, send=echo)
    settled(renderer)
    if verb == "remove":
        renderer.remove(echo)
    else:
        renderer.swap(echo, Drone(lambda out: out.fill(0.0)))
    assert peaks(settled(renderer)) == pytest.approx([0.25, 0.25], abs=1e-6)
    assert renderer.ways(drone) == Ways()


def test_a_planned_way_to_a_slot_that_has_gone_is_none() -> None:
    renderer = Renderer(RATE)
    drone, echo = renderer.add(Drone(channels=2)), renderer.add(wide_echo())
    renderer.connect(drone, send=echo, at_frame=RATE // 4)
    renderer.remove(echo)
    sound(renderer, 0.4)
    assert peaks(settled(renderer)) == pytest.approx([0.25, 0.25], abs=1e-6)


def test_a_planned_removal_keeps_the_ways_that_were_set_since() -> None:
    renderer = Renderer(RATE)
    drone, first, second = (renderer.add(g) for g in (Drone(), wide_echo(), wide_echo()))
    renderer.connect(drone, output=first)
    renderer.remove(first, at_frame=RATE // 4)
    renderer.connect(drone, output=second)
    renderer.set_mix(second, "mute", True)
    sound(renderer, 0.4)
    assert not settled(renderer).any()
    assert renderer.ways(drone) == Ways(second)


def test_planned_ways_never_make_a_circle_that_is_rendered() -> None:
    renderer = Renderer(RATE)
    drone, first, second = (renderer.add(g) for g in (Drone(channels=2), wide_echo(), wide_echo()))
    renderer.connect(drone, output=first)
    renderer.connect(first, output=second, at_frame=RATE // 4)
    renderer.connect(first)
    renderer.connect(second, output=first)
    sound(renderer, 0.4)
    assert peaks(settled(renderer)) == pytest.approx([0.25, 0.25], abs=1e-6)


def test_solo_keeps_what_leads_to_and_from_a_slot() -> None:
    ways = {1: Ways(MASTER, 3), 2: Ways(3), 3: Ways(), 4: Ways()}
    assert heard(ways, [1]) == {
        1: (True, True), 2: (False, False), 3: (True, True), 4: (False, False)
    }  # fmt: skip
    assert heard(ways, [3]) == {
        1: (False, True), 2: (True, False), 3: (True, True), 4: (False, False)
    }  # fmt: skip
    assert all(all(audible) for audible in heard(ways, []).values())


def test_a_soloed_effect_sounds_with_what_it_hears() -> None:
    renderer = Renderer(RATE)
    drone = renderer.add(Drone(channels=2), mix={"send_db": -20.0})
    echo = renderer.add(wide_echo(), mix={"solo": True})
    renderer.connect(drone, send=echo)
    assert peaks(settled(renderer)) == pytest.approx([0.025, 0.025], abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_every_slot_comes_before_those_that_hear_it(wanted: list[tuple[int, int]]) -> None:
    ways = {number: Ways() for number in range(1, len(wanted) + 1)}
    for number, pair in enumerate(wanted, 1):
        allowed = [w if w in ways and number not in reached(w, ways) else MASTER for w in pair]
        ways[number] = Ways(*allowed)
    order = in_order(ways)
    assert sorted(order) == sorted(ways)
    for number, at in ways.items():
        assert all(order.index(number) < order.index(way) for way in at if way != MASTER)


def test_the_answer_of_a_chain_is_as_late_as_its_effects_together() -> None:
    renderer = Renderer(RATE)
    first, second = Echo(replace(ECHO, id="first")), Echo(replace(ECHO, id="second"))
    first.input_delay_frames, second.input_delay_frames = 100, 30
    near = renderer.add(first)
    far = renderer.add(second, mix={"hears_input": False})
    assert renderer.input_delays() == {"first": 100}
    renderer.connect(near, output=far)
    assert renderer.input_delays() == {"first": 130}


def test_saved_ways_go_on_to_the_bit() -> None:
    def made() -> Renderer:
        renderer = Renderer(RATE)
        note, near, far = (renderer.add(g) for g in (sine(16000), wide_echo(), Echo()))
        renderer.connect(note, near, far)
        renderer.connect(near, far)
        renderer.midi(0, 0x90, 60, 100)
        renderer.connect(note, MASTER, near, at_frame=4000)
        renderer.set_mix(far, "hears_input", False, at_frame=4000)
        return renderer

    straight = pull(made(), 9000, [128])
    for at in (1000, 3990, 4050):
        first = made()
        begin = pull(first, at, [77])
        arrays, facts = first.save_state()
        second = Renderer(RATE)
        second.load_state(arrays, facts, lambda id, sound, voices: FRESH[id]())
        rest = pull(second, 9000 - at, [300])
        np.testing.assert_array_equal(np.concatenate([begin, rest]), straight)
        assert second.ways(1) == first.ways(1)
