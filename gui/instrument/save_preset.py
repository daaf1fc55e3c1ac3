"""Saving of the selected slot's values as a preset."""

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


class PresetSaver(QObject):
    """Asks for a name and saves the values that the engine has."""

    saved = Signal(int, object)  # a slot, and the preset's path

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

    def save(self, slot: int, family: str, proposal: str) -> None:
        """Ask for a name, and write the file."""
        if self._slot_of(slot) is None:
            return
        name = ask_name(self._window, "Save as a preset", "Name of the preset:", proposal)
        if name:
            wish = _Wish(slot, name, family)
            self._bridge.ask(
                lambda: preset_path(family, name).exists(), partial(self._save_or_ask, wish)
            )

    def _save_or_ask(self, wish: _Wish, exists: bool) -> None:
        question = f"The preset {wish.name} exists already. Overwrite it?"
        if exists and not ask_whether(self._window, "Save as a preset", question):
            return
        self._bridge.do(
            lambda engine: keep_preset(
                engine.session(), _position(engine, wish.slot), wish.name, overwrite=exists
            ),
            partial(self._say_saved, wish),
        )

    def _say_saved(self, wish: _Wish, path: Path) -> None:
        self._messages.say(f"The preset {wish.name} is saved in {path}.")
        self.saved.emit(wish.slot, path)


def _position(engine: EngineProcess, slot: int) -> int:
    """Return the position of a slot in the rack, from 0; −1 if it is gone. [any]"""
    numbers = [facts["slot"] for facts in engine.snapshot().get("slots", ())]
    return numbers.index(slot) if slot in numbers else -1
