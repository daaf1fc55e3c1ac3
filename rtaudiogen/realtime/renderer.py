"""MIDI and commands in, a stream of stereo float32 at the host rate out.

Time is host frames since the start. Inside, everything happens on a fixed grid of QUANTUM frames,
so the bits depend on seed, commands and events only, not on the sizes that are asked for.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError, UsageError
from ..generator import Audio, Descriptor, Generator, HitMaker, Plays, State
from .agenda import Agenda
from .checks import RESERVED_CONTROLLERS, checked_mix, checked_value, find_parameter
from .load import Load
from .pads import Pads, makes_hits
from .rack import Message, Rack
from .readings import Reading, read_slots
from .safety import Limiter
from .slot import Slot
from .source import QUANTUM, Source, first_line
from .state import join, part

MESSAGE_LIMIT = 4096
CPU = "cpu"
MakeGenerator = Callable[[str, str, int], Generator]  # model id, its sound's name, voices
DeviceOf = Callable[[Descriptor], str]  # what a model is to be computed on
Listen = Callable[[Audio], None]  # fills (QUANTUM, 1) with the input of the next quantum


def on_the_cpu(model: Descriptor) -> str:
    """What every model can be computed on."""
    return CPU


class Renderer:
    """The rack and its clock.

    `sample_rate` in Hz is the host's; every slot's own seed derives from `seed`. `device_of` is
    asked on [control] what a generator is to compute on. `pads` play the hits behind the ring;
    without them they are rendered like notes.
    """

    def __init__(
        self,
        sample_rate: int,
        seed: int = 0,
        device_of: DeviceOf = on_the_cpu,
        pads: Pads | None = None,
    ) -> None:
        if sample_rate <= 0:
            raise UsageError(f"sample rate {sample_rate} Hz: expected more than 0")
        self.sample_rate = sample_rate
        self.seed = seed
        self.late_events = 0
        self._device_of = device_of
        self._messages: deque[Message] = deque(maxlen=MESSAGE_LIMIT)
        self._rack = Rack(self._messages)
        self._limiter = Limiter(sample_rate)
        self._bus = np.zeros((QUANTUM, 2), np.float32)
        self._heard = np.zeros((QUANTUM, 1), np.float32)
        self._listen: Listen | None = None
        self._limiter.process(self._bus)  # compiles
        self._used = QUANTUM  # frames of the bus that were handed out
        self._frame = 0  # start of the next quantum
        self._midi = Agenda()  # (frame, status, data1, data2, port, slot)
        self._commands = Agenda()  # (frame, verb, slot, arguments)
        self._state_wanted = False
        self._next_slot = 1
        self._generators: dict[int, Generator] = {}  # control's own view
        self._made: dict[int, Slot] = {}  # likewise
        self._pads = pads
        self._load = Load(QUANTUM, sample_rate)
        self._peak = np.zeros(2, np.float32)

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
        self._generators[number] = generator
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
        self._generators[slot] = generator
        self._place(slot, source)
        self._command(at_frame, "swap", slot, source)

    def stand_in(self, generator: Generator, lost: Source) -> Source:
        """Prepare the same model on the CPU to take a lost source's place. [any], seconds"""
        return Source(generator, self.sample_rate, lost.seed, CPU, lost.sound)

    def replace(self, slot: int, lost: Source, source: Source) -> bool:
        """Crossfade from a lost source to its stand-in; false if the slot plays another by now.

        Notes, values, controllers, the numbers of hits and what locked pads keep go on with it.
        [control]
        """
        if self._generators.get(slot) is not lost.generator:
            return False
        index = source.generator.descriptor.parameter_index
        kept = {} if self._pads is None else self._pads.kept(slot)
        source.parameters.load_state(lost.parameters.save_state())
        for id, value in kept.items():
            source.parameters.jump(index(id), value)
        self._generators[slot] = source.generator
        if makes_hits(source):
            played = cast(HitMaker, source.generator).played
            played[:] = before = cast(HitMaker, lost.generator).played
            self._place(slot, source)
            np.maximum(played, before, out=played)  # what was struck until it had hits
        self._command(0, "replace", slot, source)
        for id, value in kept.items():
            self._command(0, "set_parameter", slot, index(id), value)
        return True

    def remove(self, slot: int, at_frame: int = 0) -> None:
        """Fade a slot out; its generator comes back in a "retired" message. [control]"""
        self.descriptor(slot)
        del self._generators[slot], self._made[slot]
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

    def request_state(self) -> None:
        """Ask for a "saved" message with `save_state` at the next quantum. [control]"""
        self._state_wanted = True

    def midi(
        self, frame: int, status: int, data1: int = 0, data2: int = 0, port: int = 0, slot: int = 0
    ) -> None:
        """A channel message at an absolute frame, at once if that is past. [midi] or [control]

        For one slot alone, 0: for all.
        """
        if 0x80 <= status < 0xF0:
            self._midi.push((int(frame), int(status), data1 & 127, data2 & 127, port, slot))

    def midi_events(self, events: NDArray[np.void], slot: int = 0) -> None:
        """Messages as an array of dtype MIDI_EVENT. [midi] or [control]"""
        for frame, status, data1, data2, port in events.tolist():
            self.midi(frame, status, data1, data2, port, slot)

    def messages(self) -> Iterable[Message]:
        """What the render thread has told since the last call. [control]"""
        while self._messages:
            yield self._messages.popleft()

    def generator(self, slot: int) -> Generator:
        """What a slot plays, or will as soon as its command is obeyed. [control]

        UsageError if there is no such slot.
        """
        if slot not in self._generators:
            there = ", ".join(map(str, self._generators)) or "none"
            raise UsageError(f"no slot {slot}; there are: {there}")
        return self._generators[slot]

    def descriptor(self, slot: int) -> Descriptor:
        """Of the same generator. [control] UsageError if there is no such slot."""
        return self.generator(slot).descriptor

    def slot_seed(self, slot: int) -> int:
        """The seed that a slot has unless it is given another. [control]"""
        return int(np.random.SeedSequence([self.seed, slot]).generate_state(1)[0] >> 1)

    @property
    def frame(self) -> int:
        """Host frames handed out so far. [control] may read it."""
        return self._frame - QUANTUM + self._used

    def read(self) -> Reading:
        """Meters and facts; a glance, values may be a quantum apart. [control]"""
        p50, p99 = self._load.percentiles()
        return Reading(
            frame=self.frame,
            load_p50=p50,
            load_p99=p99,
            limiter_gain=self._limiter.gain,
            peak=(float(self._peak[0]), float(self._peak[1])),
            late_events=self.late_events,
            slots=read_slots(self._rack.slots.copy(), self._generators),
        )

    def listen(self, listen: Listen) -> None:
        """Let effects hear what `listen` gives, once a quantum and on its thread. [control]

        Before the first frame is rendered. Without it the input is silence.
        """
        self._listen = listen

    def render(self, out: Audio) -> None:
        """Fill `out` (frames, 2) float32 with the next frames, any number of them. [render]"""
        done = 0
        while done < len(out):
            if self._used == QUANTUM:
                self._render_quantum()
            count = min(QUANTUM - self._used, len(out) - done)
            out[done : done + count] = self._bus[self._used : self._used + count]
            self._used += count
            done += count

    def _render_quantum(self) -> None:
        self._load.begin()
        self._obey()
        self._play()
        if self._listen is not None:
            self._listen(self._heard)
        self._rack.render(self._frame, self._heard, self._bus)
        self._limiter.process(self._bus)
        np.maximum(self._peak * np.float32(0.99), np.abs(self._bus).max(axis=0), out=self._peak)
        self._frame += QUANTUM
        self._used = 0
        self._load.end()

    def _obey(self) -> None:
        for _, verb, slot, arguments in self._commands.due(self._frame + 1):
            getattr(self._rack, verb)(self._frame, slot, *arguments)
        if self._state_wanted:  # after the last command: none that is due is pending any more
            self._state_wanted = False
            self._answer_state()

    def _play(self) -> None:
        for frame, *message in self._midi.due(self._frame + QUANTUM):
            self.late_events += frame < self._frame
            self._rack.midi(max(frame, self._frame), *message)

    def _answer_state(self) -> None:
        try:
            self._messages.append(Message("saved", 0, payload=self.save_state()))
        except Exception as error:  # a stranger's generator may raise anything
            self._messages.append(Message("refused", 0, f"state cannot be saved: {error}"))

    def save_state(self) -> tuple[State, dict[str, Any]]:
        """Everything that the future output depends on: arrays, and JSON values. [render]

        RtAudioGenError if a slot is still waiting to be added or exchanged at a later frame.
        """
        commands = self._commands.pending()
        if any(verb in ("add", "swap", "replace") for _, verb, _, _ in commands):
            raise RtAudioGenError("a slot is waiting to be added; render one quantum, then save")
        arrays, slots = self._rack.save_state()
        facts = {
            "sample_rate": self.sample_rate,
            "seed": self.seed,
            "frame": self._frame,
            "used": self._used,
            "next_slot": self._next_slot,
            "late_events": self.late_events,
            "midi": self._midi.pending(),
            "commands": commands,
            "slots": slots,
        }
        own = {"bus": self._bus.copy()}
        return join(rack=arrays, limiter=self._limiter.save_state(), own=own), facts

    def load_state(self, arrays: State, facts: Mapping[str, Any], make: MakeGenerator) -> None:
        """Continue bit for bit from `save_state`, on a fresh renderer. [control]

        `make` creates the generators by model id, sound and voices. RtAudioGenError for another
        rate.
        """
        if facts["sample_rate"] != self.sample_rate:
            raise RtAudioGenError(
                f"state was saved at {facts['sample_rate']} Hz, this stream has {self.sample_rate}"
            )
        sources = {
            (int(number), i): self._prepared(
                make(saved["model"], saved["sound"], saved.get("voices", 0)),
                int(number),
                saved["seed"],
                saved["sound"],
            )
            for number, slot in facts["slots"].items()
            for i, saved in enumerate(slot["sources"])
        }
        self._rack.load_state(part(arrays, "rack"), facts["slots"], sources, self.sample_rate)
        self._limiter.load_state(part(arrays, "limiter"))
        self._bus[:] = arrays["own/bus"]
        self.seed, self.late_events = facts["seed"], facts["late_events"]
        self._frame, self._used = facts["frame"], facts["used"]
        self._next_slot = facts["next_slot"]
        self._midi.restore(tuple(event) for event in facts["midi"])
        self._commands.restore(tuple(command) for command in facts["commands"])
        self._made = {n: slot for n, slot in self._rack.slots.items() if not slot.leaving}
        self._generators = {n: slot.source.generator for n, slot in self._made.items()}
        for number, slot in self._made.items():
            self._place(number, slot.source)

    def _place(self, number: int, source: Source) -> None:
        if self._pads is not None:
            self._pads.place(number, self._made[number], source)

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
