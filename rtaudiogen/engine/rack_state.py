"""State of the rack at one moment, and the way from one such state to another. [control]"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..routing import MASTER, Ways
from ..saving import session_slots
from ..saving.presets import Preset
from ..saving.sessions import Session, SlotState
from .slot_verbs import SlotVerbs


@dataclass(frozen=True)
class RackState:
    """The slots by number, in their order; `output` and `send` are numbers as well."""

    slots: Mapping[int, SlotState]

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "RackState":
        """Return the state of plain values; see `Facade.rack`."""
        states = Session.from_json(fields["session"]).slots
        numbers = list(map(int, fields["numbers"]))
        place = dict(enumerate(numbers, 1)).get
        return cls(
            {
                number: replace(
                    state, output=place(state.output, MASTER), send=place(state.send, MASTER)
                )
                for number, state in zip(numbers, states, strict=True)
            }
        )


def restore(engine: SlotVerbs, wanted: RackState, instead_of: RackState) -> list[str]:
    """Change what differs between two states, and nothing else; see `Facade.restore`."""
    notices: list[str] = []
    for number in instead_of.slots.keys() - wanted.slots.keys() & engine.slots.keys():
        engine.remove_slot(number)
    for number, state in wanted.slots.items():
        try:
            if number not in engine.slots:
                session_slots.add(engine.renderer, state, notices, number)
                engine.slots[number] = state
            elif number in instead_of.slots:
                _change(engine, number, instead_of.slots[number], state, notices)
        except RtAudioGenError as error:
            notices.append(str(error))
    if list(wanted.slots) != list(instead_of.slots):
        _put_in_order(engine, wanted)
    _connect(engine, wanted, instead_of, notices)
    return notices


def _change(
    engine: SlotVerbs, number: int, before: SlotState, after: SlotState, notices: list[str]
) -> None:
    """Bring a slot from one state to another."""
    if (before.model, before.sound) != (after.model, after.sound):
        values, unfit = Preset(after.values).fit(registry.find(after.model))
        notices.extend(unfit)
        engine.swap_slot(number, after.model, values, after.sound or None)
    else:
        for id, value in after.values.items():
            if before.values.get(id) != value:
                engine.set_parameter(number, id, value)
    if after.voices != engine.slots[number].voices:
        engine.set_voices(number, after.voices)
    if after.seed != engine.slots[number].seed:
        engine.restart_from(number, after.seed)
    old_mix = before.mix.values()
    for field, value in after.mix.values().items():
        if old_mix.get(field) != value:
            engine.set_mix(number, field, value)
    _map_controllers(engine, number, after.controls)
    engine.change_state(number, programs=after.programs)


def _map_controllers(engine: SlotVerbs, number: int, wanted: Mapping[int, str]) -> None:
    for controller in engine.slots[number].controls.keys() - wanted.keys():
        engine.unmap_controller(number, controller)
    for controller, id in wanted.items():
        if engine.slots[number].controls.get(controller) != id:
            engine.map_controller(number, controller, id)


def _connect(
    engine: SlotVerbs, wanted: RackState, instead_of: RackState, notices: list[str]
) -> None:
    """Lead slots where they led; first to the master, so that no circle is in the way."""
    before = {number: (state.output, state.send) for number, state in instead_of.slots.items()}
    changed = {
        number: (state.output, state.send)
        for number, state in wanted.slots.items()
        if number in engine.slots and before.get(number, Ways()) != (state.output, state.send)
    }
    for number in changed:
        engine.connect(number)
    for number, ways in changed.items():
        try:
            engine.connect(number, *ways)
        except UsageError as error:
            notices.append(str(error))


def _put_in_order(engine: SlotVerbs, wanted: RackState) -> None:
    for position, number in enumerate(wanted.slots):
        with suppress(UsageError):  # a slot that could not be restored
            engine.move_slot(number, position)
