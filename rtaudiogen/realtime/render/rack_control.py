"""The rack for [control]: requests are checked, prepared and queued for the render thread."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np

from ...errors import UsageError
from ...generator import Descriptor, Generator, HitMaker, Plays
from ...routing import MASTER, Ways, WayTable, possible
from ..hits.pads import Pads, makes_hits
from ..notes.told import Told
from .checks import RESERVED_CONTROLLERS, checked_mix, checked_value, find_parameter
from .frame_queue import FrameQueue
from .preparation import CPU, DeviceOf, Preparation
from .rack import Message
from .slot import Slot
from .slot_generator import SlotGenerator

MESSAGE_LIMIT = 4096


class RackControl:
    """The verbs that change a rack, and what each slot plays after they are obeyed.

    See `Renderer`, which obeys: commands wait here for [render], and its messages for [control].
    """

    def __init__(
        self, sample_rate: int, seed: int, device_of: DeviceOf, pads: Pads | None, told: Told
    ) -> None:
        if sample_rate <= 0:
            raise UsageError(f"sample rate {sample_rate} Hz: expected more than 0")
        self.sample_rate = sample_rate
        self.seed = seed
        self._pads = pads
        self._told = told
        self._next_slot = 1
        self._sources: dict[int, SlotGenerator] = {}  # by slot: the newest generator
        self._made: dict[int, Slot] = {}
        self._ways = WayTable()
        self._commands = FrameQueue()  # (frame, verb, slot, arguments)
        self._messages: deque[Message] = deque(maxlen=MESSAGE_LIMIT)
        self._preparation = Preparation(sample_rate, device_of, self._messages.append)

    def add(
        self,
        generator: Generator,
        parameters: Mapping[str, float] | None = None,
        mix: Mapping[str, float] | None = None,
        seed: int | None = None,
        at_frame: int = 0,
        sound: str = "",
        number: int | None = None,
    ) -> int:
        """Prepare a generator and give it a slot; return the slot's number. [control]

        `number` is that of a slot that was removed, to have it back; None: the next free one.
        Commands take effect at the first quantum that begins at or after `at_frame`. `parameters`
        by id in plain units, `mix` by field of `checks.RANGES`; `sound` is the name of the sound
        that the generator took, kept with its state. UsageError for a wrong name or value.
        """
        number = self._next_slot if number is None else number
        if number in self._sources:
            raise UsageError(f"slot {number} is there already")
        seed = self.slot_seed(number) if seed is None else seed
        source = self._preparation.prepare(generator, number, seed, sound, parameters)
        slot = Slot(source, self.sample_rate)
        for field, value in (mix or {}).items():
            slot.set_mix(0, field, checked_mix(field, value))
        slot.settle()
        if generator.descriptor.sounds_by_itself:
            source.fade, source.fading = 0.0, 1
        self._next_slot = max(self._next_slot, number + 1)
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
        seed = self.slot_seed(slot) if seed is None else seed
        source = self._preparation.prepare(generator, slot, seed, sound, parameters)
        if Plays.EFFECT not in generator.descriptor.plays:
            self._ways.close(slot)
        if Plays.HITS in generator.descriptor.plays:
            self.connect(slot, at_frame=at_frame)
        self._place(slot, source)
        self._command(at_frame, "swap", slot, source)

    def renew(self, slot: int, generator: Generator) -> None:
        """Crossfade to a new generator of the same model with another number of voices. [control]

        The same things are kept as with `replace`.
        """
        self.descriptor(slot)
        before = self._sources[slot]
        source = self._preparation.prepare(generator, slot, before.seed, before.sound)
        self._succeed(slot, before, source)

    def stand_in(self, generator: Generator, lost: SlotGenerator) -> SlotGenerator:
        """Prepare the same model on the CPU as a replacement of a lost generator. [any], takes
        seconds
        """
        return SlotGenerator(generator, self.sample_rate, lost.seed, CPU, lost.sound)

    def replace(self, slot: int, lost: SlotGenerator, source: SlotGenerator) -> bool:
        """Crossfade from a lost generator to its replacement. [control]

        Notes, values, controllers, the numbers of hits and locked pads are kept. False if the slot
        plays another generator by now.
        """
        if self._sources.get(slot) is not lost:
            return False
        self._succeed(slot, lost, source)
        return True

    def _succeed(self, slot: int, before: SlotGenerator, source: SlotGenerator) -> None:
        index = source.generator.descriptor.parameter_index
        kept = {} if self._pads is None else self._pads.kept(slot)
        source.parameters.load_state(before.parameters.save_state())
        for id, value in kept.items():
            source.parameters.jump(index(id), value)
        if makes_hits(source):
            played = cast(HitMaker, source.generator).played
            played[:] = counted = cast(HitMaker, before.generator).played
            self._place(slot, source)
            np.maximum(played, counted, out=played)  # strikes until it had hits
        self._sources[slot] = source
        self._command(0, "replace", slot, source)
        for id, value in kept.items():
            self._command(0, "set_parameter", slot, index(id), value)

    def remove(self, slot: int, at_frame: int = 0) -> None:
        """Fade a slot out; its generator comes back in a "retired" message. [control]"""
        self.descriptor(slot)
        self._ways.remove(slot)
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

    def connect(
        self, slot: int, output: int = MASTER, send: int = MASTER, at_frame: int = 0
    ) -> None:
        """Lead a slot's output, and what it sends, to other slots. [control]

        UsageError if one of those is no effect, or if its sound leads back to the slot.
        """
        if Plays.HITS in self.descriptor(slot).plays and (output, send) != (MASTER, MASTER):
            raise UsageError(f"slot {slot} plays hits, which go straight to the master")
        for way in {output, send} - {MASTER}:
            if Plays.EFFECT not in self.descriptor(way).plays:
                raise UsageError(f"slot {way} is no effect, so it cannot hear slot {slot}")
        self._ways.lead(slot, Ways(output, send))
        self._command(at_frame, "connect", slot, (output, send))

    def map_controller(self, slot: int, controller: int, id: str | None, at_frame: int = 0) -> None:
        """Let a control change (0 … 119) move a parameter; None: unmap it. [control]"""
        if controller not in range(128) or controller in RESERVED_CONTROLLERS:
            raise UsageError(
                f"controller {controller} cannot be mapped: expected 0 … 119, without those that"
                " have a fixed meaning (6, 38, 64, 98 … 101)"
            )
        descriptor = self.descriptor(slot)
        index = -1 if id is None else descriptor.parameters.index(find_parameter(descriptor, id))
        self._command(at_frame, "map_controller", slot, controller, index)

    def restart(self, slot: int, seed: int, at_frame: int = 0) -> None:
        """Let a generator die away and start again from a seed. [control]"""
        self.descriptor(slot)
        if self._pads is not None:
            self._pads.stop(slot)
        self._command(at_frame, "restart", slot, seed)

    def panic(self, at_frame: int = 0) -> None:
        """Silence every voice and every hit within milliseconds. [any]"""
        if self._pads is not None:
            self._pads.panic()
        self._command(at_frame, "panic", 0)

    @property
    def has_obeyed(self) -> bool:
        """True if no command waits to be obeyed. [control]"""
        return not self._commands

    def messages(self) -> Iterable[Message]:
        """Yield the render thread's messages since the last call. [control]"""
        while self._messages:
            yield self._messages.popleft()

    def generator(self, slot: int) -> Generator:
        """Return a slot's generator, as soon as its command is queued. [control]

        UsageError if there is no such slot.
        """
        if slot not in self._sources:
            there = ", ".join(map(str, self._sources)) or "none"
            raise UsageError(f"no slot {slot}; there are: {there}")
        return self._sources[slot].generator

    def descriptor(self, slot: int) -> Descriptor:
        """Return the descriptor of a slot's generator. [control] UsageError if there is no such
        slot.
        """
        return self.generator(slot).descriptor

    def input_delays(self) -> dict[str, int]:
        """Return host frames from the live input to its answer at the master, by id of the effect
        that hears it. [control]
        """
        return {
            source.generator.descriptor.id: self._answer_frames(slot)
            for slot, source in self._sources.items()
            if Plays.EFFECT in source.generator.descriptor.plays
            and self._made[slot].strip.hears_input
        }

    def frames_after(self, slot: int) -> int:
        """Return host frames from a slot's output to the master, through other effects. [any]

        0 for a slot that leads to the master itself.
        """
        output = self.ways(slot).output
        return 0 if output == MASTER else self._answer_frames(output)

    def _answer_frames(self, slot: int) -> int:
        """Return host frames from an effect's input to the master; 0 if it was just removed."""
        source = self._sources.get(slot)
        return 0 if source is None else source.echo_frames + self.frames_after(slot)

    def slot_seed(self, slot: int) -> int:
        """Return the seed that a slot has unless it is given another. [control]"""
        return int(np.random.SeedSequence([self.seed, slot]).generate_state(1)[0] >> 1)

    def ways(self, slot: int) -> Ways:
        """Return the slots to which a slot's sound goes. [control]"""
        return self._ways.of(slot)

    def _restore(self, facts: Mapping[str, Any], slots: Mapping[int, Slot]) -> None:
        """Go on with the slots of a restored rack."""
        self.seed, self._next_slot = facts["seed"], facts["next_slot"]
        self._made = {number: slot for number, slot in slots.items() if not slot.leaving}
        ways = {number: slot.ways for number, slot in self._made.items()}
        for _, verb, number, arguments in facts["commands"]:
            if verb == "connect" and number in ways:  # at a later frame
                ways[number] = possible(number, Ways(*arguments[0]), ways)
        self._ways = WayTable(ways)
        for number, slot in self._made.items():
            self._place(number, slot.source)

    def _place(self, number: int, source: SlotGenerator) -> None:
        self._sources[number] = source
        if self._pads is not None:
            self._pads.place(number, self._made[number], source, self._told.channels)

    def _command(self, at_frame: int, verb: str, slot: int, *arguments: Any) -> None:
        self._commands.push((at_frame, verb, slot, arguments))
