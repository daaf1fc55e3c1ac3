"""The library in the window: its page, the presets of the selected slot, and drag and drop."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from rtaudiogen.client import catalogue
from rtaudiogen.client.library import Item, Kind, presets_of
from rtaudiogen.client.library_files import preset_values
from rtaudiogen.generator import Parameter
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..instrument.compared_preset import ComparedPreset
from ..instrument.parameter_page import ParameterPage
from ..instrument.save_preset import PresetSaver
from ..rack.rack import Rack
from ..shell.bridge import Bridge
from ..shell.dropping import DropTarget
from ..shell.history import History
from ..shell.messages import MessageBar
from ..shell.session_actions import SessionActions
from .browser import Browser
from .library_actions import LibraryActions
from .library_files import LibraryFiles
from .library_watch import LibraryWatch

Values = Mapping[str, float]


class Library(QObject):
    """Connects the parts of the library with each other and with the rest of the window."""

    models_found = Signal(object)  # catalogue.Models, after the library's models have changed

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        history: History,
        rack: Rack,
        instrument: ParameterPage,
        files: SessionActions,
        messages: MessageBar,
        slot_of: Callable[[int], SlotSnapshot | None],
    ) -> None:
        super().__init__(window)
        self._bridge, self._rack, self._instrument = bridge, rack, instrument
        self._messages, self._slot_of = messages, slot_of
        self._presets: dict[int, ComparedPreset] = {}  # by slot: the one that was applied last
        self._models: list[Item] | None = None
        self.page = Browser(window)
        self.watch = LibraryWatch(bridge, self)
        self.actions = LibraryActions(bridge, history, rack, files, messages, slot_of, self)
        self.files = LibraryFiles(bridge, messages, window)
        self.preset_saver = PresetSaver(bridge, messages, slot_of, window)
        self.drop_target = DropTarget(window, lambda: rack.strips, rack, self.page)
        self._connect_page()
        self._connect_presets()
        for changed in (
            files.changed,
            self.files.changed,
            self.actions.encoded,
            self.preset_saver.saved,
        ):
            changed.connect(self.watch.look_soon)
        self.watch.changed.connect(self._show)
        self.actions.added.connect(rack.added)
        self.actions.swapped.connect(rack.swapped)
        files.session_named.connect(lambda _: self._presets.clear())
        self.drop_target.files.connect(self.actions.drop)
        self.drop_target.models.connect(self.actions.drop_models)
        self.watch.look()

    def _connect_page(self) -> None:
        page = self.page
        page.used.connect(self.actions.open)
        page.added.connect(self.actions.add)
        page.heard.connect(self.actions.hear)
        page.refresh_wanted.connect(self.watch.look)
        page.rename_wanted.connect(self.files.rename)
        page.export_wanted.connect(self.files.export)
        page.folder_wanted.connect(self.files.show_folder)
        page.trash_wanted.connect(self.files.trash)
        page.speeds_wanted.connect(self._measure_speeds)

    def _connect_presets(self) -> None:
        bar = self._instrument.presets
        bar.picked.connect(self.actions.use)
        bar.save_wanted.connect(self._save_preset)
        bar.reverted.connect(self._revert)
        bar.compared.connect(self._compare)
        self._instrument.turned.connect(self._show_presets)
        self.actions.preset_used.connect(self._remember_preset)
        self.preset_saver.saved.connect(self._remember_preset)

    def _show(self, items: tuple[Item, ...]) -> None:
        self.page.show_items(items)
        self._show_presets()
        models = [item for item in items if item.kind == Kind.MODEL]
        if self._models not in (None, models):
            self._bridge.ask(catalogue.models, self.models_found.emit)
        self._models = models

    def _measure_speeds(self) -> None:
        self._messages.say("Measuring the models. Sound that plays meanwhile may drop out.")
        self._bridge.ask(catalogue.measure_speeds, lambda _: self.watch.look())

    def _show_presets(self) -> None:
        model = self._instrument.model
        fitting = presets_of(self.watch.items, model) if model else []
        applied = self._presets.get(self._rack.selection)
        self._instrument.presets.show_presets(fitting, applied.path if applied else None)

    def _save_preset(self, proposal: str) -> None:
        if self._instrument.model is not None:
            self.preset_saver.save(self._rack.selection, self._instrument.model.family, proposal)

    def _remember_preset(self, slot: int, path: Path) -> None:
        def take(values: dict[str, float]) -> None:
            self._presets[slot] = ComparedPreset(path, values)
            self._show_presets()

        facts = self._slot_of(slot)
        model = facts.model if facts else ""
        self._bridge.ask(lambda: preset_values(path, model), take)

    def show_values(self, slot: SlotSnapshot | None) -> None:
        """Show whether the selected slot differs from its preset."""
        applied, model = self._presets.get(slot.slot) if slot else None, self._instrument.model
        if slot is None or applied is None or model is None:
            self._instrument.presets.show_changed(False, False)
            return
        changed = bool(applied.differing(slot.values, model.parameters))
        self._instrument.presets.show_changed(changed, changed or bool(applied.changed))

    def _revert(self) -> None:
        found = self._applied()
        if found is not None:
            applied, now, parameters = found
            self._instrument.set_values(applied.differing(now, parameters))

    def _compare(self) -> None:
        found = self._applied()
        if found is not None:
            applied, now, parameters = found
            self._instrument.set_values(applied.other(now, parameters))

    def _applied(self) -> tuple[ComparedPreset, Values, Sequence[Parameter]] | None:
        """Return the selected slot's preset, its values now and its parameters."""
        slot, model = self._slot_of(self._rack.selection), self._instrument.model
        applied = self._presets.get(slot.slot) if slot else None
        if slot is None or model is None or applied is None:
            return None
        return applied, slot.values, model.parameters
