"""The façade's verbs for the slots of the rack, carried out in this process."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from ..errors import RtAudioGenError, UsageError
from ..midi import MidiInput
from ..realtime.hits.pads import Pads
from ..realtime.render.checks import find_parameter
from ..realtime.render.readings import SlotReading
from ..realtime.render.renderer import Renderer
from ..registry import find, takes_voices, with_voices
from ..saving.presets import Preset
from ..saving.session_slots import create
from ..saving.sessions import Mix, SlotState
from ..storage.files import expanded
from ..wire.facade import Facade, Values
from . import hits
from .codes import code_stream
from .transport import Transport


class SlotVerbs(Facade):
    """The verbs for one slot. See `wire.facade.Facade`. [control]

    A mix can be set while a long command runs, so `slots` changes under a lock.
    """

    transport: Transport
    pads: Pads
    renderer: Renderer
    midi: MidiInput
    slots: dict[int, SlotState]  # by number, in the order of the rack
    _slots_lock: Lock
    messages: list[str]  # sentences for the user
    _learning: tuple[int, str] | None  # slot and parameter that the next controller will move

    # -- the rack ----------------------------------------------------------------------------------

    def add_slot(
        self,
        model: str,
        values: Values | None = None,
        seed: int | None = None,
        sound: str | None = None,
        voices: int = 0,
    ) -> int:
        """Implement `Facade.add_slot`."""
        path = _absolute(sound)
        generator = create(model, path, voices, self.transport.sample_rate, self.messages)
        number = self.renderer.add(generator, values or {}, seed=seed, sound=path)
        seed = self.renderer.slot_seed(number) if seed is None else seed
        self.slots[number] = SlotState(model, dict(values or {}), seed, sound=path, voices=voices)
        return number

    def swap_slot(
        self, slot: int, model: str, values: Values | None = None, sound: str | None = None
    ) -> None:
        """Implement `Facade.swap_slot`."""
        state, path = self._state(slot), _absolute(sound)
        voices = state.voices if model == state.model else 0
        generator = create(model, path, voices, self.transport.sample_rate, self.messages)
        before = self.renderer.descriptor(slot).parameters
        self.renderer.swap(slot, generator, values or {}, seed=state.seed, sound=path)
        controls = state.controls if generator.descriptor.parameters == before else {}
        self.change_state(
            slot, model=model, values=dict(values or {}), sound=path, voices=voices,
            controls=controls,
        )  # fmt: skip

    def set_voices(self, slot: int, voices: int) -> None:
        """Implement `Facade.set_voices`."""
        state, now = self._state(slot), self.renderer.descriptor(slot)
        if voices and not takes_voices(now):
            raise UsageError(f"{voices} voices: {state.model} plays without notes")
        if with_voices(find(state.model), voices).voices != now.voices:
            rate = self.transport.sample_rate
            generator = create(state.model, state.sound, voices, rate, self.messages)
            if generator.descriptor.parameters != now.parameters:
                raise RtAudioGenError(f"the file of {state.model} now holds another model")
            self.renderer.renew(slot, generator)
        self.change_state(slot, voices=voices)

    def remove_slot(self, slot: int) -> None:
        """Implement `Facade.remove_slot`."""
        self.renderer.remove(slot)
        del self.slots[slot]

    def move_slot(self, slot: int, position: int) -> None:
        """Implement `Facade.move_slot`."""
        self._state(slot)
        if position not in range(len(self.slots)):
            raise UsageError(f"position {position}: expected 0 … {len(self.slots) - 1}")
        order = [number for number in self.slots if number != slot]
        order.insert(int(position), slot)
        with self._slots_lock:
            self.slots = {number: self.slots[number] for number in order}

    def change_state(self, slot: int, **fields: Any) -> None:
        """Change fields of a slot's state. [any]"""
        with self._slots_lock:
            self.slots[slot] = replace(self._state(slot), **fields)

    def _state(self, slot: int) -> SlotState:
        if slot not in self.slots:
            there = ", ".join(map(str, self.slots)) or "none"
            raise UsageError(f"no slot {slot}; there are: {there}")
        return self.slots[slot]

    def _with_values(self, slot: int, reading: SlotReading | None) -> SlotState:
        """Return a slot's state with its present values, if it plays already."""
        state = self._state(slot)
        if reading is None:
            return state
        return replace(state, values={**state.values, **reading.values, **self.pads.kept(slot)})

    # -- parameters, mix, presets ------------------------------------------------------------------

    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """Implement `Facade.set_parameter`."""
        self.renderer.set_parameter(slot, id, value)

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Implement `Facade.set_mix`."""
        self.renderer.set_mix(slot, field, value)
        with self._slots_lock:
            state = self._state(slot)
            mix = Mix.from_json({**state.mix.to_json(), field: value})
            self.slots[slot] = replace(state, mix=mix)

    def connect(self, slot: int, output: int = 0, send: int = 0) -> None:
        """Implement `Facade.connect`."""
        self.renderer.connect(slot, output, send)

    def apply_preset(self, slot: int, preset: Mapping[str, Any]) -> None:
        """Implement `Facade.apply_preset`."""
        wanted = Preset.from_json(preset)
        self.messages.extend(wanted.remarks())
        self._apply(slot, wanted)

    def _apply(self, slot: int, preset: Preset) -> None:
        state = self._state(slot)
        values, notices = preset.fit(self.renderer.descriptor(slot))
        self.messages.extend(notices)
        if preset.sound not in ("", state.sound) and self.renderer.descriptor(slot).takes_sound:
            self._give_sound(slot, values, preset.sound)
        for id, value in values.items():
            self.renderer.set_parameter(slot, id, value)
        if preset.seed is not None and preset.seed != state.seed:
            self.restart_from(slot, preset.seed)

    def _give_sound(self, slot: int, values: Values, sound: str) -> None:
        """Let a slot play from a preset's sound; say so if the sound cannot be read any more."""
        state = self._with_values(slot, self.renderer.read().slots.get(slot))
        try:
            self.swap_slot(slot, state.model, {**state.values, **values}, sound)
        except RtAudioGenError as error:
            self.messages.append(f"The preset's sound is left out: {error}")

    def restart_from(self, slot: int, seed: int) -> None:
        """Let a generator die away and start again from a seed."""
        self.renderer.restart(slot, seed)
        self.change_state(slot, seed=seed)

    # -- controllers -------------------------------------------------------------------------------

    def learn(self, slot: int, id: str) -> None:
        """Implement `Facade.learn`."""
        find_parameter(self.renderer.descriptor(slot), id)
        self._learning = (slot, id)
        self.midi.learn()

    def _bind(self, controller: int) -> None:
        """Map the controller that `learn` has waited for."""
        if self._learning is None:
            return
        (slot, id), self._learning = self._learning, None
        try:
            self.map_controller(slot, controller, id)
        except UsageError as error:
            self.messages.append(str(error))
        else:
            self.messages.append(f"Controller {controller} now moves {id} of slot {slot}.")

    def map_controller(self, slot: int, controller: int, id: str) -> None:
        """Implement `Facade.map_controller`."""
        state = self._state(slot)
        self.renderer.map_controller(slot, controller, id)
        others = {number: other for number, other in state.controls.items() if number != controller}
        self.change_state(slot, controls={**others, controller: id})

    def unmap_controller(self, slot: int, controller: int) -> None:
        """Implement `Facade.unmap_controller`."""
        state = self._state(slot)
        if controller not in state.controls:
            mapped = ", ".join(map(str, state.controls)) or "none"
            raise UsageError(
                f"controller {controller} moves nothing in slot {slot}; mapped are: {mapped}"
            )
        self.renderer.map_controller(slot, controller, None)
        others = {number: id for number, id in state.controls.items() if number != controller}
        self.change_state(slot, controls=others)

    # -- codes and hits ----------------------------------------------------------------------------

    def code_stream(self, slot: int) -> dict[str, Any]:
        """Implement `Facade.code_stream`."""
        return code_stream(self.renderer.generator(slot))

    def hit_outlines(self, slot: int) -> list[list[float]]:
        """Implement `Facade.hit_outlines`."""
        self._state(slot)
        return hits.outlines(self.pads.kit(slot))

    def save_hit(self, slot: int, pad: int, path: str, bits: int = 0) -> str:
        """Implement `Facade.save_hit`."""
        self._state(slot)
        where = Path(_absolute(path))
        hits.save(self.pads.kit(slot), slot, pad, where, self.transport.sample_rate, bits)
        return str(where)


def _absolute(path: str | None) -> str:
    """Return an absolute path, for a session that is opened elsewhere; empty if there is none."""
    return str(expanded(Path(path)).absolute()) if path else ""
