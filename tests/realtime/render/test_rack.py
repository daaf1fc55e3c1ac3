"""Slots are mixed, controlled and exchanged while they play."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.generator import Audio, Plays
from rtaudiogen.realtime.render.rack import Message
from rtaudiogen.realtime.render.renderer import Renderer

from ..drone import RATE, Drone, largest_step, peaks, retired, sine, sound

HALF_POWER = np.float32(np.sqrt(0.5))


def test_a_mono_source_is_panned_at_constant_power() -> None:
    for pan, expected in ((0.0, (HALF_POWER, HALF_POWER)), (-1.0, (1.0, 0.0)), (1.0, (0.0, 1.0))):
        renderer = Renderer(RATE)
        renderer.add(Drone(), mix={"pan": pan})
        assert peaks(sound(renderer, 0.2)) == pytest.approx(np.multiply(expected, 0.25), abs=1e-6)


def test_a_stereo_source_is_unchanged_in_the_centre() -> None:
    renderer = Renderer(RATE)
    renderer.add(Drone(channels=2))
    assert peaks(sound(renderer, 0.2)) == pytest.approx([0.25, 0.25], abs=1e-6)


def test_width_and_gain_are_the_models_unless_the_mix_sets_them() -> None:
    def played(mix: dict[str, float], **wants: Any) -> Audio:
        drone = Drone()
        drone.descriptor = replace(drone.descriptor, **wants)
        renderer = Renderer(RATE)
        renderer.add(drone, mix=mix)
        return sound(renderer, 0.3)[RATE // 10 :]

    plain = played({})
    np.testing.assert_array_equal(plain[:, 0], plain[:, 1])
    wide = played({}, width=0.5)
    np.testing.assert_array_equal(played({"width": 0.5}), wide)
    np.testing.assert_array_equal(played({"width": 0.0}, width=0.5), plain)
    assert np.abs(wide[:, 0] - wide[:, 1]).max() > 0.01
    np.testing.assert_allclose(wide.sum(axis=1), plain.sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(played({}, gains_db=(-20.0,)), 0.1 * plain, atol=1e-6)
    hits = played({"width": 0.5}, plays=frozenset({Plays.STREAM, Plays.HITS}), width=0.5)
    np.testing.assert_array_equal(hits, plain)


def test_keys_are_placed_as_the_model_wants_unless_told() -> None:
    def sides(mix: dict[str, float], key: int) -> list[float]:
        low = sine()
        low.descriptor = replace(low.descriptor, key_pan=0.5)
        renderer = Renderer(RATE)
        renderer.add(low, mix=mix)
        renderer.midi(0, 0x90, key, 100)
        return peaks(sound(renderer, 0.3))

    left, right = sides({}, 40)
    assert left > 1.2 * right
    left, right = sides({}, 88)
    assert right > 1.2 * left
    left, right = sides({"key_pan": 0.0}, 40)
    assert left == pytest.approx(right)


def test_gain_is_in_db() -> None:
    renderer = Renderer(RATE)
    renderer.add(Drone(), mix={"gain_db": -20.0})
    assert peaks(sound(renderer, 0.2))[0] == pytest.approx(0.025 * HALF_POWER, rel=1e-5)


def test_a_gain_that_jumps_is_heard_as_a_glide() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(Drone())
    steady = largest_step(sound(renderer, 0.2))
    renderer.set_mix(slot, "gain_db", -40.0)
    assert largest_step(sound(renderer, 0.2)) < 1.3 * steady


def test_a_muted_slot_is_silent_and_comes_back() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(Drone())
    before = sound(renderer, 0.2)
    renderer.set_mix(slot, "mute", True)
    falling = sound(renderer, 0.3)
    assert largest_step(falling) < 1.3 * largest_step(before)
    assert peaks(sound(renderer, 0.1)) == [0.0, 0.0]
    renderer.set_mix(slot, "mute", False)
    sound(renderer, 0.3)
    assert peaks(sound(renderer, 0.1)) == pytest.approx(peaks(before))


def test_a_solo_silences_the_others_until_it_ends_or_leaves() -> None:
    renderer = Renderer(RATE)
    renderer.add(Drone(), mix={"pan": -1.0})
    soloist = renderer.add(Drone(), mix={"pan": 1.0})
    renderer.set_mix(soloist, "solo", True)
    sound(renderer, 0.3)
    assert peaks(sound(renderer, 0.1))[0] == 0.0
    renderer.remove(soloist)
    sound(renderer, 0.3)
    left, right = peaks(sound(renderer, 0.1))
    assert (left, right) == (pytest.approx(0.25, abs=1e-6), 0.0)


def test_a_removed_slot_fades_out_and_its_generator_comes_back() -> None:
    renderer = Renderer(RATE)
    drone = Drone()
    slot = renderer.add(drone)
    steady = largest_step(sound(renderer, 0.2))
    renderer.remove(slot)
    assert largest_step(sound(renderer, 0.1)) < 1.2 * steady
    assert retired(renderer) == [drone]
    with pytest.raises(UsageError, match="no slot 1"):
        renderer.set_mix(slot, "pan", 0.0)


def test_a_swap_crossfades_in_20_ms_and_returns_the_old_one() -> None:
    renderer = Renderer(RATE)
    old, new = Drone(), Drone(turns=0.25)
    slot = renderer.add(old)
    before = sound(renderer, 0.2)
    renderer.swap(slot, new, {"level": 0.5})
    swapping = np.concatenate([before[-1:], sound(renderer, 1024 / RATE)])
    assert largest_step(swapping) < 2.5 * largest_step(before)
    assert retired(renderer) == [old]
    assert peaks(sound(renderer, 0.1))[0] == pytest.approx(0.5 * HALF_POWER, abs=1e-6)


def test_held_notes_go_on_with_the_new_generator() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine())
    renderer.midi(0, 0x90, 69, 127)
    sound(renderer, 0.2)
    renderer.swap(slot, sine())
    assert largest_step(sound(renderer, 0.2)) < 0.05
    assert renderer.read().slots[slot].voices == 1
    renderer.midi(renderer.frame, 0x80, 69, 0)
    sound(renderer, 0.3)
    assert peaks(sound(renderer, 0.1)) == [0.0, 0.0]


def test_a_swap_during_a_swap_still_ends_with_the_last() -> None:
    renderer = Renderer(RATE)
    drones = [Drone() for _ in range(3)]
    slot = renderer.add(drones[0])
    sound(renderer, 0.1)
    renderer.swap(slot, drones[1])
    sound(renderer, 256 / RATE)
    renderer.swap(slot, drones[2])
    sound(renderer, 0.1)
    assert set(retired(renderer)) == set(drones[:2])


def test_slots_have_distinct_seeds_derived_from_the_renderers() -> None:
    drones = []
    for seed in (1, 1, 2):
        renderer = Renderer(RATE, seed)
        drones.append([Drone(), Drone()])
        for drone in drones[-1]:
            renderer.add(drone)
    seeds = [[drone.seeds[0] for drone in pair] for pair in drones]
    assert seeds[0] == seeds[1]
    assert len({*seeds[0], *seeds[2]}) == 4


def test_a_mapped_controller_moves_its_parameter_and_only_that() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine())
    renderer.map_controller(slot, 1, "level")
    renderer.midi(0, 0xB0, 1, 127)
    sound(renderer, 0.01)
    assert renderer.read().slots[slot].parameters[0] == 0.0
    renderer.map_controller(slot, 1, None)
    renderer.midi(renderer.frame, 0xB0, 1, 0)
    sound(renderer, 0.01)
    assert renderer.read().slots[slot].parameters[0] == 0.0


def test_a_stepped_parameter_is_moved_in_whole_steps() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(Drone())
    renderer.map_controller(slot, 20, "choice")
    renderer.midi(0, 0xB0, 20, 64)
    sound(renderer, 0.01)
    assert renderer.read().slots[slot].parameters[1] == 2.0


def test_a_program_change_is_reported_for_listening_slots() -> None:
    renderer = Renderer(RATE)
    renderer.add(sine(), mix={"channel": 1})
    second = renderer.add(sine(), mix={"channel": 2})
    renderer.midi(0, 0xC1, 9)
    sound(renderer, 0.01)
    assert list(renderer.messages()) == [Message("program", second, number=9)]


def test_a_slot_that_changes_its_channel_lets_its_notes_go() -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(sine(), mix={"channel": 1})
    renderer.midi(0, 0x90, 60, 100)
    sound(renderer, 0.1)
    renderer.set_mix(slot, "channel", 2)
    sound(renderer, 0.3)
    assert renderer.read().slots[slot].voices == 0


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda r, s: r.set_parameter(s, "colour", 1.0), "no parameter 'colour'; there are: level"),
        (lambda r, s: r.set_parameter(s, "level", 1000.0), "level 1000: expected 0 … 100"),
        (lambda r, s: r.set_parameter(s, "level", np.nan), "level nan"),
        (lambda r, s: r.set_mix(s, "pan", 2.0), "pan 2: expected -1 … 1"),
        (lambda r, s: r.set_mix(s, "loudness", 2.0), "no mix field 'loudness'; there are: gain_db"),
        (lambda r, s: r.set_mix(99, "pan", 0.0), "no slot 99; there are: 1"),
        (lambda r, s: r.map_controller(s, 64, "level"), "controller 64 cannot be mapped"),
        (lambda r, s: r.add(Drone(), {"colour": 1.0}), "no parameter 'colour'"),
    ],
)
def test_a_wrong_name_or_value_is_refused_in_one_line(
    act: Callable[[Renderer, int], None], words: str
) -> None:
    renderer = Renderer(RATE)
    slot = renderer.add(Drone())
    with pytest.raises(UsageError, match=words) as refusal:
        act(renderer, slot)
    assert "\n" not in str(refusal.value)


def test_more_than_two_channels_are_refused() -> None:
    with pytest.raises(RtAudioGenError, match="6 channels"):
        Renderer(RATE).add(Drone(channels=6))
