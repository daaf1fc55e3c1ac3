"""The rack as [control] sees it: what people ask for is checked, prepared and queued."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import numpy as np

from ...errors import RtAudioGenError, UsageError
from ...generator import Descriptor, Generator, HitMaker, Plays
from ..hits.pads import Pads, makes_hits
from ..notes.told import Told
from .checks import RESERVED_CONTROLLERS, checked_mix, checked_value, find_parameter
from .frame_queue import Agenda
from .rack import Message
from .slot import Slot
from .slot_generator import Source, first_line

MESSAGE_LIMIT = 4096
CPU = "cpu"
DeviceOf = Callable[[Descriptor], str]  # what a model is to be computed on


def on_the_cpu(model: Descriptor) -> str:
    """What every model can be computed on."""
    return CPU


class RackControl:
    """The verbs that change a rack, and what each slot plays once they are obeyed.

    See `Renderer`, which obeys: commands wait here for [render], and its messages for [control].
    """

    def __init__(
        self, sample_rate: int, seed: int, device_of: DeviceOf, pads: Pads | None, told: Told
    ) -> None:
        if sample_rate <= 0:
            raise UsageError(f"sample rate {sample_rate} Hz: expected more than 0")
        self.sample_rate = sample_rate
        self.seed = seed
        self._device_of = device_of
        self._pads = pads
        self._told = told
        self._next_slot = 1
        self._sources: dict[int, Source] = {}  # by slot: what it plays, or is to play
        self._made: dict[int, Slot] = {}
        self._commands = Agenda()  # (frame, verb, slot, arguments)
        self._messages: deque[Message] = deque(maxlen=MESSAGE_LIMIT)

    def add(
        self,
        generator: Generator,
        parameters: Mapping[str, float] | None = None,
        mix: Mapping[str, float] | None = None,
        seed: int | None = None,
        at_frame: int = 0,
        sound: str = "",
    ) -> int:
        """Prepare a generator and give it a slot; the slot's number. [control]

        Commands take effect at the first quantum that begins at or after `at_frame`. `parameters`
        by id in plain units, `mix` by field of `checks.RANGES`; `sound` is the name of what the
        generator took, kept with its state. UsageError for a wrong name or value.
        """
        number = self._next_slot
        source = self._source(generator, number, parameters, seed, sound)
        slot = Slot(source, self.sample_rate)
        for field, value in (mix or {}).items():
            slot.set_mix(0, field, checked_mix(field, value))
        slot.settle()
        if generator.descriptor.plays & {Plays.STREAM, Plays.EFFECT}:
            source.fade, source.fading = 0.0, 1
        self._next_slot += 1
        self._made[number] = slot
        self._place(number, source)
        self._command(at_frame, "add", number, slot)
        return number

    def swap(
        self,
        slot: int,
        generator: Generator,
        parameters: Mapping[str, float] | None = None,
        seed: int | None = None,
        at_frame: int = 0,
        sound: str = "",
    ) -> None:
        """Crossfade a slot to another generator; held notes go on with it. [control]

        Controller mappings stay if the parameters are the same. The old generator comes back in a
        "retired" message.
        """
        self.descriptor(slot)
        source = self._source(generator, slot, parameters, seed, sound)
        self._place(slot, source)
        self._command(at_frame, "swap", slot, source)

    def renew(self, slot: int, generator: Generator) -> None:
        """Crossfade to the same model made anew, with another number of voices. [control]

        Everything goes on that goes on with a stand-in; see `replace`.
        """
        self.descriptor(slot)
        before = self._sources[slot]
        self._succeed(slot, before, self._prepared(generator, slot, before.seed, before.sound))

    def stand_in(self, generator: Generator, lost: Source) -> Source:
        """Prepare the same model on the CPU to take a lost source's place. [any], seconds"""
        return Source(generator, self.sample_rate, lost.seed, CPU, lost.sound)

    def replace(self, slot: int, lost: Source, source: Source) -> bool:
        """Crossfade from a lost source to its stand-in; false if the slot plays another by now.

        Notes, values, controllers, the numbers of hits and what locked pads keep go on with it.
        [control]
        """
        if self._sources.get(slot) is not lost:
            return False
        self._succeed(slot, lost, source)
        return True

    def _succeed(self, slot: int, before: Source, source: Source) -> None:
        index = source.generator.descriptor.parameter_index
        kept = {} if self._pads is None else self._pads.kept(slot)
        source.parameters.load_state(before.parameters.save_state())
        for id, value in kept.items():
            source.parameters.jump(index(id), value)
        if makes_hits(source):
            played = cast(HitMaker, source.generator).played
            played[:] = counted = cast(HitMaker, before.generator).played
            self._place(slot, source)
            np.maximum(played, counted, out=played)  # what was struck until it had hits
        self._sources[slot] = source
        self._command(0, "replace", slot, source)
        for id, value in kept.items():
            self._command(0, "set_parameter", slot, index(id), value)

    def remove(self, slot: int, at_frame: int = 0) -> None:
        """Fade a slot out; its generator comes back in a "retired" message. [control]"""
        self.descriptor(slot)
        del self._sources[slot], self._made[slot]
        if self._pads is not None:
            self._pads.remove(slot)
        self._command(at_frame, "remove", slot)

    def set_parameter(self, slot: int, id: str, value: float, at_frame: int = 0) -> None:
        """Move a parameter to a plain value; UsageError if out of its range. [control]"""
        descriptor = self.descriptor(slot)
        value = checked_value(descriptor, id, value)
        self._command(at_frame, "set_parameter", slot, descriptor.parameter_index(id), value)

    def set_mix(self, slot: int, field: str, value: float, at_frame: int = 0) -> None:
        """Set a field of `checks.RANGES`: gain_db, pan, mute, solo, channel, … [control]"""
        self.descriptor(slot)
        self._command(at_frame, "set_mix", slot, field, checked_mix(field, value))

    def map_controller(self, slot: int, controller: int, id: str | None, at_frame: int = 0) -> None:
        """Let a control change (0 … 119) move a parameter; None: no longer. [control]"""
        if controller not in range(128) or controller in RESERVED_CONTROLLERS:
            raise UsageError(
                f"controller {controller} cannot be mapped: expected 0 … 119, without those that"
                " have a meaning of their own (6, 38, 64, 98 … 101)"
            )
        descriptor = self.descriptor(slot)
        index = -1 if id is None else descriptor.parameters.index(find_parameter(descriptor, id))
        self._command(at_frame, "map_controller", slot, controller, index)

    def restart(self, slot: int, seed: int, at_frame: int = 0) -> None:
        """Let a generator die away and begin anew from a seed. [control]"""
        self.descriptor(slot)
        if self._pads is not None:
            self._pads.stop(slot)
        self._command(at_frame, "restart", slot, seed)

    def panic(self, at_frame: int = 0) -> None:
        """Silence every voice and every hit within milliseconds. [any]"""
        if self._pads is not None:
            self._pads.panic()
        self._command(at_frame, "panic", 0)

    def messages(self) -> Iterable[Message]:
        """What the render thread has told since the last call. [control]"""
        while self._messages:
            yield self._messages.popleft()

    def generator(self, slot: int) -> Generator:
        """What a slot plays, or will as soon as its command is obeyed. [control]

        UsageError if there is no such slot.
        """
        if slot not in self._sources:
            there = ", ".join(map(str, self._sources)) or "none"
            raise UsageError(f"no slot {slot}; there are: {there}")
        return self._sources[slot].generator

    def descriptor(self, slot: int) -> Descriptor:
        """Of the same generator. [control] UsageError if there is no such slot."""
        return self.generator(slot).descriptor

    def input_delays(self) -> dict[str, int]:
        """Return host frames from input to its answer, by id of what hears the input. [control]"""
        sources = [(s.generator.descriptor, s) for s in self._sources.values()]
        return {d.id: s.echo_frames for d, s in sources if Plays.EFFECT in d.plays}

    def slot_seed(self, slot: int) -> int:
        """The seed that a slot has unless it is given another. [control]"""
        return int(np.random.SeedSequence([self.seed, slot]).generate_state(1)[0] >> 1)

    def _restore(self, facts: Mapping[str, Any], slots: Mapping[int, Slot]) -> None:
        """Go on with the slots of a restored rack."""
        self.seed, self._next_slot = facts["seed"], facts["next_slot"]
        self._made = {number: slot for number, slot in slots.items() if not slot.leaving}
        for number, slot in self._made.items():
            self._place(number, slot.source)

    def _place(self, number: int, source: Source) -> None:
        self._sources[number] = source
        if self._pads is not None:
            self._pads.place(number, self._made[number], source, self._told.channels)

    def _command(self, at_frame: int, verb: str, slot: int, *arguments: Any) -> None:
        self._commands.push((at_frame, verb, slot, arguments))

    def _source(
        self,
        generator: Generator,
        number: int,
        parameters: Mapping[str, float] | None,
        seed: int | None,
        sound: str,
    ) -> Source:
        descriptor = generator.descriptor
        values = {
            id: checked_value(descriptor, id, value) for id, value in (parameters or {}).items()
        }
        if seed is None:
            seed = self.slot_seed(number)
        source = self._prepared(generator, number, seed, sound)
        for id, value in values.items():
            source.parameters.jump(descriptor.parameter_index(id), value)
        return source

    def _prepared(self, generator: Generator, number: int, seed: int, sound: str) -> Source:
        """On the device it is to use; on the CPU, with a message, if that cannot have it."""
        device = self._device_of(generator.descriptor)
        try:
            return Source(generator, self.sample_rate, seed, device, sound)
        except RtAudioGenError as error:
            if device == CPU:
                raise
            self._messages.append(Message("moved", number, first_line(error), payload=device))
            return Source(generator, self.sample_rate, seed, CPU, sound)
