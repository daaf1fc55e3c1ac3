"""The slots of one renderer, mixed; the verbs of its command queue. Everything is [render]."""

from collections import deque
from collections.abc import Callable, Mapping
from time import perf_counter_ns
from typing import Any, NamedTuple

from ...generator import Audio, Plays, State
from ...routing import Ways, heard, in_order, possible
from ..nested_state import join, part
from ..notes.told import Told
from ..signal.safety import Fault
from .slot import Slot
from .slot_generator import SlotGenerator


class Message(NamedTuple):
    """A message of the render thread.

    kind: "program" (a program change, `number`), "fault" (`text` names it, `number` counts so far),
    "failed" (`text` is the generator's error), "lost" (`text` tells how its device was lost,
    `payload` is the SlotGenerator that is silent now), "moved" (`text` likewise, `payload` is the
    device's name: the CPU was prepared instead), "retired" (`payload` is its SlotGenerator, to be
    dropped), "saved" (`payload` is the requested state), "refused" (`text` tells why a command
    failed).
    """

    kind: str
    slot: int
    text: str = ""
    number: int = 0
    payload: Any = None


class Rack:
    """Slots by number; from `add` to `panic`, the verbs of commands: (frame, slot, *arguments)."""

    def __init__(self, messages: deque[Message], told: Told) -> None:
        self.slots: dict[int, Slot] = {}
        self._order: list[int] = []  # in which they are rendered
        self.told = told
        self._messages = messages

    def add(self, frame: int, number: int, slot: Slot) -> None:
        """Add a slot, whose channels begin with their current states.

        A slot of that number that still fades out goes on with a number below 0.
        """
        if number in self.slots:
            below = min([0, *self.slots]) - 1
            self.slots[below] = self.slots.pop(number)
        slot.source.enter(frame)
        slot.source.keyboard.join(self.told, frame)
        self.slots[number] = slot
        self._hear()

    def swap(self, frame: int, number: int, source: SlotGenerator) -> None:
        """Exchange a slot's generator."""
        if number in self.slots:
            if Plays.EFFECT not in source.generator.descriptor.plays:
                self._close(number)
            self.slots[number].swap(frame, source)

    def replace(self, frame: int, number: int, source: SlotGenerator) -> None:
        """Continue a slot with another generator of the same model; parameters stay as they are."""
        if number in self.slots:
            before = self.slots[number].source
            source.parameters.load_state(before.parameters.save_state())
            if source.seed != before.seed:  # restarted while the other one was prepared
                source.restart(before.seed)
            self.slots[number].swap(frame, source)

    def remove(self, frame: int, number: int) -> None:
        """Fade a slot out."""
        if number in self.slots:
            self._close(number)
            self.slots[number].leave()

    def set_parameter(self, frame: int, number: int, index: int, value: float) -> None:
        """Move a parameter."""
        if number in self.slots:
            self.slots[number].source.parameters.aim(index, value)

    def set_mix(self, frame: int, number: int, field: str, value: Any) -> None:
        """Change a field of a slot's strip or zone."""
        if number in self.slots:
            self.slots[number].set_mix(frame, field, value)
            self._hear()

    def connect(self, frame: int, number: int, ways: tuple[int, int]) -> None:
        """Lead a slot's output, and what it sends, to other slots.

        A way leads to the master if its slot has gone since the command was given.
        """
        if number in self.slots:
            at_present = {other: slot.ways for other, slot in self.slots.items()}
            self.slots[number].connect(possible(number, Ways(*ways), at_present))
            self._hear()

    def _close(self, number: int) -> None:
        """Lead what goes to a slot to the master instead."""
        for slot in self.slots.values():
            slot.connect(slot.ways.without(number))
        self._hear()

    def map_controller(self, frame: int, number: int, controller: int, index: int) -> None:
        """Let a controller move a parameter from now on; index -1: none."""
        if number in self.slots:
            self.slots[number].map_controller(frame, controller, index)

    def restart(self, frame: int, number: int, seed: int) -> None:
        """Start a generator again from a seed."""
        if number in self.slots:
            self.slots[number].source.restart(seed)

    def panic(self, frame: int, number: int) -> None:
        """Choke every voice of every slot, and end what effects still answer."""
        self.told.panic()
        for slot in self.slots.values():
            for source in slot.sources:
                source.keyboard.panic(frame)
                if source.generator.descriptor.only_answers:
                    source.restart(source.seed)

    def midi(
        self, frame: int, status: int, data1: int, data2: int, port: int, only: int = 0
    ) -> None:
        """Send one channel message to all slots that listen, or to one slot alone."""
        if only == 0:
            self.told.midi(status, data1, data2, port)
        for number, slot in self.slots.items():
            if only not in (0, number):
                continue
            slot.midi(frame, status, data1, data2, port)
            if status & 0xF0 == 0xC0 and slot.zone.listens(status):
                self._messages.append(Message("program", number, number=data1))

    def render(self, frame: int, live: Audio, master: Audio) -> None:
        """Fill `master` (QUANTUM, 2) with the quantum at `frame`; `live` (QUANTUM, 1) is its
        input.
        """
        master[:] = 0.0

        def bus(number: int) -> Audio:
            slot = self.slots.get(number)
            return master if slot is None else slot.inlet.bus

        finished = False
        begun = perf_counter_ns()
        for number in self._order:
            slot = self.slots[number]
            failed = slot.source.failed
            fault = slot.render(frame, live, bus)
            if fault:
                self._tell_fault(number, slot, fault)
            if slot.source.failed != failed:
                self._tell_failure(number, slot.source)
            for source in slot.retire():
                finished = finished or slot.leaving
                self._messages.append(Message("retired", number, payload=source))
            ended = perf_counter_ns()
            slot.load.add(ended - begun)
            begun = ended
        if finished:
            self.slots = {n: slot for n, slot in self.slots.items() if slot.sources}
            self._hear()

    def _tell_fault(self, number: int, slot: Slot, fault: Fault) -> None:
        text = "not finite" if fault == Fault.NOT_FINITE else "runaway level"
        self._messages.append(Message("fault", number, text, slot.source.faults))

    def _tell_failure(self, number: int, source: SlotGenerator) -> None:
        if source.lost:
            self._messages.append(Message("lost", number, source.failed, payload=source))
        else:
            self._messages.append(Message("failed", number, source.failed))

    def _hear(self) -> None:
        """Update who is heard, and the order in which the slots are rendered."""
        ways = {number: slot.ways for number, slot in self.slots.items()}
        soloed = [n for n, slot in self.slots.items() if slot.strip.solo and not slot.leaving]
        for number, audible in heard(ways, soloed).items():
            self.slots[number].hear(audible)
        self._order = in_order(ways)

    def save_state(self) -> tuple[State, dict[str, Any]]:
        """Return arrays and JSON values."""
        saved = {number: slot.save_state() for number, slot in self.slots.items()}
        arrays = join(**{str(number): arrays for number, (arrays, _) in saved.items()})
        return arrays, {str(number): facts for number, (_, facts) in saved.items()}

    def load_state(
        self,
        arrays: State,
        facts: dict[str, Any],
        sources: dict[tuple[int, int], SlotGenerator],
        sample_rate: int,
    ) -> None:
        """Restore what `save_state` returned, with new generators by (slot, position)."""
        for name, slot_facts in facts.items():
            number = int(name)
            mine = [sources[number, i] for i in range(len(slot_facts["sources"]))]
            slot = Slot(mine[0], sample_rate)
            slot.sources = mine
            slot.load_state(part(arrays, name), slot_facts)
            self.slots[number] = slot
        self._hear()


VERBS: Mapping[str, Callable[..., None]] = {
    verb.__name__: verb
    for verb in (
        Rack.add, Rack.swap, Rack.replace, Rack.remove, Rack.set_parameter, Rack.set_mix,
        Rack.connect, Rack.map_controller, Rack.restart, Rack.panic,
    )
}  # fmt: skip
