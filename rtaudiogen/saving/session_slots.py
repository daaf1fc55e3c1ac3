"""Slots of a session in a renderer, live or offline. [control]"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..generator import Generator
from ..realtime.render.renderer import Renderer
from ..routing import MASTER, Ways
from ..sound_files import give_sound
from .presets import Preset
from .sessions import SlotState


def create(model: str, sound: str, voices: int, sample_rate: int, notices: list[str]) -> Generator:
    """Create a model's generator, which plays from the file `sound` if that is not empty.

    `voices` 0: the model's own; `sample_rate` in Hz is the host's. RtAudioGenError if it cannot be
    created.
    """
    model_as_wanted = registry.with_voices(registry.find(model), voices)
    generator = registry.create(model_as_wanted, sample_rate)
    if sound:
        notices.extend(filter(None, [give_sound(generator, Path(sound))]))
    return generator


def recreate(
    model: str, sound: str, voices: int, sample_rate: int, notices: list[str]
) -> Generator:
    """Create a generator; leave out a sound that cannot be read any more, and report it."""
    try:
        return create(model, sound, voices, sample_rate, notices)
    except RtAudioGenError as error:
        if not sound:
            raise
        generator = create(model, "", voices, sample_rate, notices)
        notices.append(f"{model} plays without its sound: {error}")
        return generator


def add(renderer: Renderer, state: SlotState, notices: list[str], number: int | None = None) -> int:
    """Add a slot of a session to a renderer; return its number there: `number`, or else the next.

    Values, sounds and controllers that do not fit are left out and reported; RtAudioGenError if the
    model cannot be created.
    """
    values, unfit = Preset(state.values).fit(registry.find(state.model))
    notices.extend(unfit)
    rate = renderer.sample_rate
    generator = recreate(state.model, state.sound, state.voices, rate, notices)
    number = renderer.add(
        generator, values, state.mix.values(), state.seed, sound=state.sound, number=number
    )
    for controller, id in state.controls.items():
        try:
            renderer.map_controller(number, controller, id)
        except UsageError as error:
            notices.append(str(error))
    return number


def connect(
    renderer: Renderer,
    states: Sequence[SlotState],
    numbers: Mapping[int, int],
    notices: list[str],
) -> None:
    """Lead the slots of a session to the effects that it names, once all slots are there.

    `numbers` has a slot's number by its position in the session, from 1. What cannot be connected
    plays to the master and is reported.
    """
    places = {MASTER: MASTER, **numbers}
    for position, state in enumerate(states, 1):
        if position not in numbers or (state.output, state.send) == (MASTER, MASTER):
            continue
        for name, way in (("output", state.output), ("send", state.send)):
            if way not in places:
                notices.append(f"slot {position}: {name} {way}: no such slot in the rack")
        output, send = places.get(state.output, MASTER), places.get(state.send, MASTER)
        try:
            renderer.connect(numbers[position], output, send)
        except UsageError as error:
            notices.append(str(error))


def connected(
    states: Iterable[SlotState], ways: Iterable[Ways], numbers: Sequence[int]
) -> Iterator[SlotState]:
    """Yield the states of slots with their ways as positions; `numbers` are in the same order."""
    positions = {number: position for position, number in enumerate(numbers, 1)}
    for state, way in zip(states, ways, strict=True):
        output, send = (positions.get(number, MASTER) for number in way)
        yield replace(state, output=output, send=send)
