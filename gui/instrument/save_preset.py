"""The selected slot's values, kept as a preset."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from rtaudiogen.client.library_files import keep_preset, preset_path
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.bridge import Bridge
from ..shell.dialogs import ask_name, ask_whether
from ..shell.messages import MessageBar


class _Wish(NamedTuple):
    slot: int
    name: str
    family: str


class PresetKeeper(QObject):
    """Asks for a name; the values are the engine's own."""

    kept = Signal(int, object)  # a slot, and the preset's path

    def __init__(
        self,
        bridge: Bridge,
        messages: MessageBar,
        slot_of: Callable[[int], SlotSnapshot | None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge, self._messages, self._window = bridge, messages, window
        self._slot_of = slot_of

    def keep(self, slot: int, family: str, proposal: str) -> None:
        """Ask, and write the file."""
        if self._slot_of(slot) is None:
            return
        name = ask_name(self._window, "Save as a preset", "Name of the preset:", proposal)
        if name:
            wish = _Wish(slot, name, family)
            self._bridge.ask(
                lambda: preset_path(family, name).exists(), partial(self._keep_or_ask, wish)
            )

    def _keep_or_ask(self, wish: _Wish, exists: bool) -> None:
        question = f"There is a preset {wish.name} already. Save over it?"
        if exists and not ask_whether(self._window, "Save as a preset", question):
            return
        self._bridge.do(
            lambda engine: keep_preset(
                engine.session(), _position(engine, wish.slot), wish.name, overwrite=exists
            ),
            partial(self._say_kept, wish),
        )

    def _say_kept(self, wish: _Wish, path: Path) -> None:
        self._messages.say(f"The preset {wish.name} is saved in {path}.")
        self.kept.emit(wish.slot, path)


def _position(engine: EngineProcess, slot: int) -> int:
    """Of a slot in the rack, from 0; −1 if it has gone. [any]"""
    numbers = [facts["slot"] for facts in engine.snapshot().get("slots", ())]
    return numbers.index(slot) if slot in numbers else -1
