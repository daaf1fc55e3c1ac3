"""Actions of the window that change the rack; each is a step of its undo history."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..instrument.parameter_page import ParameterPage
from ..shell.bridge import Bridge
from ..shell.history import History
from .rack import Rack

Values = Mapping[str, float]
MIX_NAMES = {
    "gain_db": "gain", "low_key": "lowest key", "high_key": "highest key",
    "bend_range": "bend range", "stopped": "stop", "key_pan": "pan by key",
    "send_db": "send", "hears_input": "live input",
}  # fmt: skip
_MASTER = 0  # in place of a slot


class _Learning(NamedTuple):
    """A parameter that waits for a controller, and the mappings that its slot had before."""

    slot: int
    id: str
    before: dict[str, str]  # parameters by controller

    def undone(self, rack: dict[str, Any]) -> dict[str, Any]:
        """Return a state of the rack with the old mappings."""
        without = deepcopy(rack)
        controls = controls_of(without, self.slot)
        controls.clear()
        controls.update(self.before)
        return without


def controls_of(rack: Mapping[str, Any], slot: int) -> dict[str, str]:
    """Return a slot's mappings in a façade's `rack`; empty if the slot is not there."""
    numbers = [int(number) for number in rack["numbers"]]
    if slot not in numbers:
        return {}
    found: dict[str, str] = rack["session"]["slots"][numbers.index(slot)]["controls"]
    return found


class RackActions(QObject):
    """Carries out what the user wants of slots and their values."""

    said = Signal(str)
    master_restored = Signal()

    def __init__(
        self,
        bridge: Bridge,
        history: History,
        rack: Rack,
        instrument: ParameterPage,
        slot_of: Callable[[int], SlotSnapshot | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._history = bridge, history
        self._rack, self._instrument, self._slot_of = rack, instrument, slot_of
        self._learning: _Learning | None = None

    # -- slots -----------------------------------------------------------------------------------

    def add(self, model: str) -> None:
        """Add a slot, and select it."""
        name = self._called(model)
        self._history.do(
            f"add {name}",
            lambda engine: engine.add_slot(model),
            self._rack.select_when_there,
            f"Loading {name}",
        )

    def swap(self, slot: int, model: str) -> None:
        """Exchange a slot's generator."""
        self._history.do(
            f"exchange {self._name(slot)} for {self._called(model)}",
            lambda engine: engine.swap_slot(slot, model),
            label=f"Loading {self._called(model)}",
        )

    def remove(self, slot: int) -> None:
        """Remove a slot."""
        name = self._name(slot)
        self._history.do(
            f"remove {name}",
            lambda engine: engine.remove_slot(slot),
            lambda _: self.said.emit(f"Removed {name}. Undo (Ctrl+Z) brings it back."),
        )

    def move(self, slot: int, position: int) -> None:
        """Move a slot to another place of the rack."""
        self._history.do(
            f"move {self._name(slot)}", lambda engine: engine.move_slot(slot, position)
        )

    def connect_slot(self, slot: int, output: int, send: int) -> None:
        """Lead a slot's sound, and what it sends, to other slots; 0: the master, or nowhere."""
        self._history.do(
            f"ways of {self._name(slot)}", lambda engine: engine.connect(slot, output, send)
        )

    def set_voices(self, slot: int, voices: int) -> None:
        """Set the number of notes that a slot plays at a time; 0: the model's own."""
        self._history.do(
            f"voices of {self._name(slot)}",
            lambda engine: engine.set_voices(slot, voices),
            label="Loading",
        )

    def learn(self, slot: int, id: str) -> None:
        """Map the next controller that moves to a parameter."""

        def work(engine: EngineProcess) -> dict[str, Any]:
            before = engine.rack()
            engine.learn(slot, id)
            return before

        def then(before: dict[str, Any]) -> None:
            self._learning = _Learning(slot, id, controls_of(before, slot))
            self.said.emit(f"Move a controller to map it to {id} of slot {slot}.")

        self._bridge.do(work, then)

    def look_for_learnt(self, slots: Iterable[SlotSnapshot]) -> None:
        """Remember the mapping that was learnt, once a slot has it."""
        wanted = self._learning
        if wanted is None:
            return
        controller = next((s.controls.get(wanted.id) for s in slots if s.slot == wanted.slot), None)
        if controller is not None and wanted.before.get(str(controller)) != wanted.id:
            self._learning = None
            name = f"map CC {controller} to {wanted.id} of {self._name(wanted.slot)}"
            self._bridge.do(
                lambda engine: engine.rack(),
                lambda rack: self._history.done(name, wanted.undone(rack), rack),
            )

    # -- values ----------------------------------------------------------------------------------

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Set a field of a slot's mix, at once."""
        facts = self._slot_of(slot)
        before = facts.mix.get(field, 0.0) if facts else 0.0
        self._bridge.set_mix(slot, field, value)
        name = f"{MIX_NAMES.get(field, field)} of {self._name(slot)}"

        def go(value: Any, _: Any) -> None:
            self._bridge.set_mix(slot, field, value)
            self._rack.follow(slot, field)

        self._history.moved((slot, field), name, before, value, go)

    def set_values(self, before: Values, after: Values) -> None:
        """Send the values that the user has moved in the selected slot, at once."""
        slot, model = self._rack.selection, self._instrument.model

        def send(values: Values) -> None:
            for id, value in values.items():
                self._bridge.set_parameter(slot, id, value)

        def go(values: Values, _: Values) -> None:
            send(values)
            self._instrument.follow(slot, values)

        send(after)
        names = {p.id: p.name for p in model.parameters} if model else {}
        name = " and ".join(names.get(id, id) for id in after)
        self._history.moved((slot, *after), name, dict(before), dict(after), go)

    def set_master(self, before: float, after: float) -> None:
        """Set the gain of the whole output, at once."""

        def go(gain_db: float, _: float) -> None:
            self._bridge.set_master(gain_db)
            self.master_restored.emit()

        self._bridge.set_master(after)
        self._history.moved(_MASTER, "master gain", before, after, go)

    def _name(self, slot: int) -> str:
        facts = self._slot_of(slot)
        return self._called(facts.model) if facts else f"slot {slot}"

    def _called(self, model: str) -> str:
        """Return the name of a model that is given by its id or its file."""
        found = self._rack.models.find(model)
        return found.name if found else model
