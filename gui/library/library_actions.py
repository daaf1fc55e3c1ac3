"""Actions for items of the library that are opened, or dropped on the window."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from rtaudiogen.client.library import (
    CODES,
    Item,
    Kind,
    is_for,
    look,
    taker_of,
    values_to_play_sound,
)
from rtaudiogen.client.library_files import Encoded, encode, read_preset
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..rack.rack import Rack
from ..shell.bridge import Bridge
from ..shell.history import History
from ..shell.messages import MessageBar
from ..shell.session_actions import SessionActions


class DropPlace(NamedTuple):
    """The part of the window where something was dropped."""

    slot: int = 0  # 0: not on a slot
    on_browser: bool = False


ELSEWHERE = DropPlace()


class LibraryActions(QObject):
    """Puts models into the rack, presets and sounds onto slots, and opens sessions."""

    added = Signal(str)  # a model's id, or the path of its file
    swapped = Signal(int, str)  # a slot, and its new model
    preset_used = Signal(int, object)  # a slot, and the path of its preset
    encoded = Signal()

    def __init__(
        self,
        bridge: Bridge,
        history: History,
        rack: Rack,
        files: SessionActions,
        messages: MessageBar,
        slot_of: Callable[[int], SlotSnapshot | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._history = bridge, history
        self._rack, self._files = rack, files
        self._messages, self._slot_of = messages, slot_of

    # -- opening ---------------------------------------------------------------------------------

    def open(self, item: Item) -> None:
        """Use an item that was double-clicked: a sound goes to the selected slot if its model takes
        one.
        """
        selected = self._slot_of(self._rack.selection)
        takes = selected is not None and self._takes_sound(selected)
        self.use(item, selected.slot if selected and takes and item.kind == Kind.RECORDING else 0)

    def use(self, item: Item, slot: int = 0) -> None:
        """Use an item on a slot; `slot` 0: where it belongs."""
        if item.problem:
            self._messages.fail(item.problem)
        elif item.kind == Kind.MODEL:
            self.use_model(item.reference, slot)
        elif item.kind == Kind.PRESET:
            self._use_preset(item, slot or self._fitting_slot(item))
        elif item.kind == Kind.SESSION:
            self._files.open_session(str(item.path))
        else:
            self._use_sound(item, slot)

    def add(self, item: Item) -> None:
        """Add a slot that plays with a preset."""
        self._use_preset(item, 0)

    def hear(self, item: Item) -> None:
        """Play a preset's preview once, beside the rack."""
        path = str(item.preview)
        self._bridge.do(lambda engine: engine.play_sound(path))

    def use_model(self, model: str, slot: int = 0) -> None:
        """Exchange a slot's generator, or add one if `slot` is 0."""
        if slot:
            self.swapped.emit(slot, model)
        else:
            self.added.emit(model)

    # -- dropping --------------------------------------------------------------------------------

    def drop(self, paths: Sequence[Path], place: DropPlace) -> None:
        """Use dropped files one after the other; report each unusable one in a line."""
        if place.on_browser:
            for path in paths:
                self._drop_on_browser(path)
        else:
            self._look_and(paths, lambda item: self.use(item, place.slot))

    def drop_models(self, references: Sequence[str], place: DropPlace) -> None:
        """Use models that were dragged from the browser."""
        for reference in references:
            self.use_model(reference, place.slot)

    def _drop_on_browser(self, path: Path) -> None:
        def handle(item: Item) -> None:
            if item.kind == Kind.RECORDING and path.suffix.lower() != CODES:
                self._messages.say(f"Encoding {path} …")
                self._bridge.ask(lambda: encode(path), self._say_encoded)
            else:
                self.use(item)

        self._look_and([path], handle)

    def _look_and(self, paths: Sequence[Path], handle: Callable[[Item], object]) -> None:
        def work() -> list[Item | str]:
            return [_look(path) for path in paths]

        def then(found: list[Item | str]) -> None:
            for item in found:
                if isinstance(item, Item):
                    handle(item)
                else:
                    self._messages.fail(item)

        self._bridge.ask(work, then)

    def _say_encoded(self, done: Encoded) -> None:
        for notice in done.notices:
            self._messages.say(notice)
        self._messages.say(
            f"Encoded {done.seconds:.1f} s to {done.path}: "
            f"{done.bits_per_second:.0f} bits per second."
        )
        self.encoded.emit()

    # -- presets ---------------------------------------------------------------------------------

    def _fitting_slot(self, item: Item) -> int:
        """Return the selected slot if it plays a model that the preset is for; else 0."""
        facts = self._slot_of(self._rack.selection)
        model = self._rack.models.find(facts.model) if facts else None
        if facts is None or (model is not None and item.uses and not is_for(item, model)):
            return 0
        return facts.slot

    def _use_preset(self, item: Item, slot: int) -> None:
        path = item.path
        assert path is not None
        facts = self._slot_of(slot)
        if facts is None:
            self._add_with_preset(item, path)
            return
        model = self._rack.models.find(facts.model)
        if model is not None and item.family and item.family != model.family:
            self._messages.fail(
                f"The preset {item.name} is for {item.family}; slot {slot} plays {model.family}."
            )
            return
        self._history.do(
            f"preset {item.name}",
            lambda engine: engine.apply_preset(slot, read_preset(path)),
            lambda _: self._say_applied(item, slot),
        )

    def _add_with_preset(self, item: Item, path: Path) -> None:
        def work(engine: EngineProcess) -> int:
            preset = read_preset(path)
            sound = preset.get("sound")
            return engine.add_slot(preset["model"], preset["values"], preset["seed"], sound)

        def then(slot: int) -> None:
            self._rack.select_when_there(slot)
            self._say_applied(item, slot)

        self._history.do(f"add {item.name}", work, then, f"Loading {item.name}")

    def _say_applied(self, item: Item, slot: int) -> None:
        self._messages.say(f"Slot {slot} plays with the preset {item.name}.")
        self.preset_used.emit(slot, item.path)

    # -- sounds ----------------------------------------------------------------------------------

    def play_sound(self, path: str) -> None:
        """Play from a sound file in the selected slot."""
        self._look_and([Path(path)], lambda item: self._use_sound(item, self._rack.selection))

    def _use_sound(self, item: Item, slot: int) -> None:
        facts = self._slot_of(slot)
        if facts is not None and self._takes_sound(facts):
            self._play_in(facts, str(item.path))
            return
        model = taker_of(self._rack.models.models, item.sample_rate)
        if model is None:
            self._messages.fail(f"{item.path}: no model can play from a sound.")
            return
        id, values = model.id, values_to_play_sound(model)

        def then(slot: int) -> None:
            self._rack.select_when_there(slot)
            self._messages.say(f"Slot {slot} plays {item.name}, through {id}.")

        self._history.do(
            f"add {id} with {item.name}",
            lambda engine: engine.add_slot(id, values, sound=str(item.path)),
            then,
            f"Loading {item.name}",
        )

    def _play_in(self, slot: SlotSnapshot, path: str) -> None:
        model = self._rack.models.find(slot.model)
        values: dict[str, Any] = {**slot.values, **(values_to_play_sound(model) if model else {})}
        self._history.do(
            f"play {Path(path).name}",
            lambda engine: engine.swap_slot(slot.slot, slot.model, values, path),
            label=f"Loading {path}",
        )

    def _takes_sound(self, slot: SlotSnapshot) -> bool:
        model = self._rack.models.find(slot.model)
        return model is not None and model.takes_sound


def _look(path: Path) -> Item | str:
    """Return the item of a file, or the sentence that says why it is unusable. [any]"""
    try:
        return look(path)
    except RtAudioGenError as error:
        return str(error)
