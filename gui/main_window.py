"""The window: it composes the parts and connects them with the engine, and decides nothing."""

from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.engine import catalogue
from rtaudiogen.engine.settings import EngineSettings
from rtaudiogen.engine.snapshot import SlotSnapshot, Snapshot

from .bridge import Bridge
from .computer_keys import ComputerKeys
from .files import Files
from .instrument import Instrument
from .messages import MessageBar
from .pages import Pages
from .play_surface import PlaySurface
from .rack import Rack
from .session_menu import SessionMenu
from .theme import apply_theme
from .transport_bar import TransportBar
from .views import Views
from .xy_panel import XYPanel

WIDTH, HEIGHT, RACK_WIDTH = 1280, 800, 380


class MainWindow(QWidget):
    """Everything that a player handles. `bridge` is closed with it."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.facts: Snapshot | None = None
        self._looked_into: set[str] = set()
        self.transport = TransportBar(self)
        self.sessions = SessionMenu(catalogue.sessions_folder(), self)
        self.rack = Rack(self)
        self.rack.menus.folder = catalogue.user_models_folder()
        self.pages = Pages(self)
        self.instrument = Instrument(self)
        self.xy = XYPanel(self)
        self.views = Views(self)
        self.surface = PlaySurface(self)
        self.keys = ComputerKeys(self)
        self.messages = MessageBar(self)
        self.files = Files(bridge, self.messages, self)
        self.setWindowTitle("rtaudiogen")
        self.resize(WIDTH, HEIGHT)
        self._build()
        self._connect_engine()
        self._connect_transport()
        self._connect_rack()
        self.bridge.ask(catalogue.models, self._show_models)
        self._look_for_devices()

    def _build(self) -> None:
        self.transport.extra.addWidget(self.sessions, 0, Qt.AlignmentFlag.AlignBottom)
        self.rack.setFixedWidth(RACK_WIDTH)
        self.pages.add(self.instrument, "Instrument", "What the selected generator can do")
        selected = QVBoxLayout()
        selected.addWidget(self.pages, 5)
        selected.addWidget(self.views, 4)
        left = QVBoxLayout()
        left.addWidget(self.rack, 3)
        self.hands = QStackedWidget(self)
        self.hands.addWidget(self.xy)
        self.hands.addWidget(self.surface.pads)
        self.hands.setFixedWidth(RACK_WIDTH)
        left.addWidget(self.hands, 2)
        middle = QHBoxLayout()
        middle.addLayout(left)
        middle.addLayout(selected, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.addWidget(self.transport)
        column.addLayout(middle, 1)
        column.addWidget(self.surface.keyboard)
        column.addWidget(self.messages)

    # -- the engine ------------------------------------------------------------------------------

    def _connect_engine(self) -> None:
        bridge = self.bridge
        bridge.changed.connect(self._show_facts)
        bridge.heard.connect(self._hear)
        bridge.failed.connect(self.messages.fail)
        bridge.said.connect(self.messages.say)
        bridge.busy.connect(self.messages.be_busy)
        bridge.gone.connect(self.messages.give_up)
        bridge.opened.connect(self._show_settings)
        self.messages.restart.connect(bridge.restart)

    def _show_facts(self, facts: Snapshot) -> None:
        self.facts = facts
        self.transport.show_snapshot(facts)
        self.rack.show_slots(facts.slots)
        self._describe_files(facts)
        slot = self.selected_slot()
        model = self.rack.models.find(slot.model) if slot else None
        if self.instrument.show_slot(slot.slot if slot else 0, model):
            self.xy.show_parameters(model.parameters if model else ())
        self.surface.show_slot(model, slot)
        if slot is not None:
            self.instrument.show_values(slot.values, slot.controls)
            self.xy.show_values(slot.values)

    def _describe_files(self, facts: Snapshot) -> None:
        """Models that are files of any folder are not in the list: look into them, once each."""
        models = self.rack.models
        for file in {slot.model for slot in facts.slots} - self._looked_into:
            if models.models and models.find(file) is None:
                self._looked_into.add(file)
                self.bridge.ask(partial(models.with_file, Path(file)), self.rack.offer)

    def _hear(self, frames: NDArray[Any]) -> None:
        assert self.facts is not None
        self.transport.hear(frames)
        self.views.feed(frames, self.facts.sample_rate)

    def _show_settings(self, settings: EngineSettings) -> None:
        self.transport.connections.show_settings(settings)

    def _show_models(self, models: catalogue.Models) -> None:
        self.rack.offer(models)

    def _look_for_devices(self) -> None:
        self.bridge.ask(catalogue.connections, self.transport.connections.show_connections)

    def _show_selection(self) -> None:
        if self.facts is not None:
            self._show_facts(self.facts)

    def selected_slot(self) -> SlotSnapshot | None:
        """Facts of the slot whose parameters are shown."""
        slots = self.facts.slots if self.facts else ()
        return next((slot for slot in slots if slot.slot == self.rack.selection), None)

    # -- what a hand does ------------------------------------------------------------------------

    def _connect_transport(self) -> None:
        bridge, transport, sessions = self.bridge, self.transport, self.sessions
        files = self.files
        transport.panic.connect(self.panic)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.panic)
        transport.connections.wanted.connect(lambda field, v: bridge.reopen(**{field: v}))
        transport.connections.look.connect(self._look_for_devices)
        transport.recorder.record.connect(files.record)
        transport.recorder.stop.connect(files.stop_recording)
        transport.recorder.room_wanted.connect(
            lambda folder: bridge.ask(
                partial(catalogue.free_bytes, Path(folder)), transport.recorder.show_room
            )
        )
        sessions.opened.connect(files.open_session)
        sessions.saved.connect(files.save_session)
        sessions.emptied.connect(files.empty_rack)
        sessions.demo.connect(files.play_demo)
        sessions.themed.connect(_apply_theme)
        self.views.save_wanted.connect(files.save_sound)

    def _connect_rack(self) -> None:
        bridge, rack = self.bridge, self.rack
        rack.added.connect(self._add)
        rack.swapped.connect(self._swap)
        rack.removed.connect(lambda slot: bridge.do(lambda engine: engine.remove_slot(slot)))
        rack.mixed.connect(bridge.set_mix)
        rack.selected.connect(self._show_selection)
        for part in (self.instrument, self.xy, self.surface):
            part.changed.connect(lambda id, value: bridge.set_parameter(rack.selection, id, value))
        self.instrument.learn.connect(self._learn)
        self.instrument.sound_wanted.connect(self._give_sound)
        self.surface.played.connect(bridge.play)
        self.surface.turned.connect(self._turn)
        self.surface.pad_chosen.connect(self.instrument.show_group)
        QShortcut(QKeySequence.StandardKey.Undo, self, self.instrument.undo)
        QShortcut(QKeySequence.StandardKey.Redo, self, self.instrument.redo)
        self.keys.pressed.connect(self.surface.press)
        self.keys.released.connect(self.surface.release)
        self.keys.octave_moved.connect(self.surface.keyboard.shift_octaves)

    def _turn(self, pads: bool) -> None:
        self.hands.setCurrentWidget(self.surface.pads if pads else self.xy)
        self.surface.keyboard.setVisible(not pads)
        self.keys.turn_to_pads(pads)

    def panic(self) -> None:
        """Silence every voice at once."""
        self.bridge.do(lambda engine: engine.panic())

    def _add(self, model: str) -> None:
        self.bridge.do(
            lambda engine: engine.add_slot(model), self.rack.select_when_there, f"Loading {model}"
        )

    def _swap(self, slot: int, model: str) -> None:
        self.bridge.do(lambda engine: engine.swap_slot(slot, model), label=f"Loading {model}")

    def _give_sound(self, path: str) -> None:
        slot = self.selected_slot()
        if slot is not None:
            self.bridge.do(
                lambda engine: engine.swap_slot(slot.slot, slot.model, slot.values, path),
                label=f"Loading {path}",
            )

    def _learn(self, id: str) -> None:
        slot = self.rack.selection
        self.bridge.do(
            lambda engine: engine.learn(slot, id),
            lambda _: self.messages.say(f"Move a controller: it will move {id} of slot {slot}."),
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hide()  # the engine may take a while
        self.bridge.close()
        super().closeEvent(event)


def _apply_theme(name: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, "light" if name == "light" else "dark")
