"""A slot that is added later begins with every channel's current state, not at rest."""

import json

import numpy as np
import pytest

from rtaudiogen.events import SCHEDULED_PORT, EventKind
from rtaudiogen.generator import Audio, Events
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.sine.generator import Sine
from rtaudiogen.realtime.render.renderer import Renderer

from ..drone import RATE, Drone, sine, sound

WHEEL, SELECT_HIGH, SELECT_LOW, DATA, VOLUME = 1, 101, 100, 6, 7
OCTAVE_UP = (0xE0, 127, 127)


class Noting:
    """A record of what a generator was told, by kind."""

    def __init__(self) -> None:
        self.told: dict[EventKind, float] = {}

    def note(self, events: Events) -> None:
        for _, kind, _, _, value in events.tolist():
            self.told[EventKind(kind)] = value


class NotingSine(Sine, Noting):
    def __init__(self) -> None:
        Sine.__init__(self, SINE, RATE)
        Noting.__init__(self)

    def render(self, out: Audio, parameters: Audio, events: Events) -> None:
        self.note(events)
        super().render(out, parameters, events)


class NotingDrone(Drone, Noting):
    def __init__(self) -> None:
        Drone.__init__(self)
        Noting.__init__(self)

    def render(self, out: Audio, parameters: Audio, events: Events) -> None:
        self.note(events)
        super().render(out, parameters, events)


def say(renderer: Renderer, *messages: tuple[int, int, int], port: int = 0) -> None:
    for message in messages:
        renderer.midi(renderer.frame, *message, port)
    sound(renderer, 0.01)


def restarted(renderer: Renderer) -> Renderer:
    arrays, facts = renderer.save_state()
    other = Renderer(RATE)
    other.load_state(arrays, json.loads(json.dumps(facts)), lambda *_: sine())
    return other


@pytest.mark.parametrize("first", [True, False], ids=["beside another", "alone"])
@pytest.mark.parametrize("again", [True, False], ids=["after a restart", "at once"])
def test_notes_of_a_late_slot_follow_their_channel(first: bool, again: bool) -> None:
    renderer = Renderer(RATE)
    if first:
        renderer.add(sine())
    say(renderer, (0xB2, SELECT_HIGH, 0), (0xB2, SELECT_LOW, 0), (0xB2, DATA, 12))
    say(renderer, (0xE2, 0, 0), (0xB2, WHEEL, 127), (0xB2, VOLUME, 64), (0xB3, VOLUME, 1))
    renderer = restarted(renderer) if again else renderer
    late = NotingSine()
    renderer.add(late)
    say(renderer, (0x92, 60, 100))
    assert late.told[EventKind.PITCH_BEND] == -12.0
    assert late.told[EventKind.MOD_WHEEL] == 1.0
    assert late.told[EventKind.VOLUME] == pytest.approx((64 / 127) ** 2)


def test_a_late_slot_knows_the_pedals_and_the_mpe_zones() -> None:
    renderer = Renderer(RATE)
    say(renderer, (0xB0, SELECT_HIGH, 0), (0xB0, SELECT_LOW, 6), (0xB0, DATA, 5), (0xB0, 64, 127))
    late = NotingSine()
    renderer.add(late)
    say(renderer, (0x93, 60, 100), (0xE3, 0, 0), (0x83, 60, 0))
    assert late.told[EventKind.PITCH_BEND] == -48.0
    assert EventKind.NOTE_OFF not in late.told


def test_a_late_stream_begins_as_its_channel_was_told_last() -> None:
    renderer = Renderer(RATE)
    say(renderer, (0xB0, WHEEL, 127), (0xB1, WHEEL, 0), (0xB2, SELECT_HIGH, 0))
    say(renderer, (0xE1, 0, 0), port=SCHEDULED_PORT)
    everybody, first = NotingDrone(), NotingDrone()
    renderer.add(everybody)
    renderer.add(first, mix={"channel": 1})
    sound(renderer, 0.01)
    assert everybody.told == {EventKind.PITCH_BEND: -2.0}
    assert first.told == {EventKind.MOD_WHEEL: 1.0}


def test_a_late_slot_counts_keys_that_are_down() -> None:
    renderer = Renderer(RATE)
    say(renderer, (0x90, 60, 100))
    late = NotingSine()
    renderer.add(late)
    say(renderer, (0x90, 60, 100), (0x80, 60, 0))
    assert EventKind.NOTE_OFF not in late.told
    say(renderer, (0x80, 60, 0))
    sound(renderer, 0.05)
    assert EventKind.NOTE_OFF in late.told


def test_a_panic_and_messages_for_one_slot_alone_are_no_state() -> None:
    renderer = Renderer(RATE)
    only = renderer.add(sine())
    say(renderer, (0xB0, WHEEL, 127))
    renderer.panic()
    sound(renderer, 0.01)
    renderer.midi(renderer.frame, 0xE0, 0, 0, slot=only)
    sound(renderer, 0.01)
    late = NotingSine()
    renderer.add(late)
    say(renderer, (0x90, 60, 100))
    assert set(late.told) == {EventKind.NOTE_ON}


def test_a_mapped_controller_moves_its_parameter_alone() -> None:
    renderer = Renderer(RATE)
    say(renderer, (0xB0, VOLUME, 0))
    instrument = NotingSine()
    slot = renderer.add(instrument)
    renderer.map_controller(slot, VOLUME, "level")
    say(renderer, (0xB0, VOLUME, 0), (0x90, 60, 100))
    assert instrument.told.get(EventKind.VOLUME, 1.0) == 1.0
    renderer.map_controller(slot, VOLUME, None)
    sound(renderer, 0.01)
    assert instrument.told[EventKind.VOLUME] == 0.0


def test_an_empty_rack_leaves_a_new_slot_at_rest() -> None:
    first, second = Renderer(RATE), Renderer(RATE)
    second.midi(0, 0xB0, WHEEL, 0)
    for renderer in (first, second):
        sound(renderer, 0.01)
        renderer.add(sine())
        renderer.midi(renderer.frame, 0x90, 60, 100)
    np.testing.assert_array_equal(sound(first, 0.1), sound(second, 0.1))
