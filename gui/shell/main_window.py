"""The main window: composes the parts and connects them with the engine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rtaudiogen.client import catalogue
from rtaudiogen.views import XYView
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import SlotSnapshot, Snapshot

from ..instrument.hit_files import HitFiles
from ..instrument.hit_outlines import HitOutlines
from ..instrument.parameter_page import ParameterPage
from ..instrument.play_surface import PlaySurface
from ..instrument.ribbon_panel import RibbonPanel
from ..instrument.xy_panel import XYPanel
from ..library.library import Library
from ..midi.midi_page import MidiPage
from ..midi.new_midi import NewMidi
from ..rack.model_list import ModelList
from ..rack.rack import Rack
from ..rack.rack_actions import RackActions
from ..training.page import TrainingPage
from ..transport.scopes_row import ScopesRow
from ..transport.transport_bar import TransportBar
from .bridge import Bridge
from .computer_keys import ComputerKeys
from .history import History
from .messages import MessageBar
from .pages import Pages
from .save_capture import CaptureSaver
from .session_actions import SessionActions
from .session_menu import SessionMenu
from .split_layout import SplitLayout, scrolled
from .window_state import WindowState

SMALLEST = QSize(1280, 800)  # where the screen has room for it
SHARE = 0.75  # of the screen, at first
FRAME = QSize(16, 48)  # the window system's own, at most


class MainWindow(QWidget):
    """The window with all its parts. It closes `bridge` when it is closed.

    With a `window_state` it is restored as the user left it.
    """

    def __init__(self, bridge: Bridge, window_state: WindowState | None = None) -> None:
        super().__init__()
        self.bridge, self.window_state = bridge, window_state
        self.facts: Snapshot | None = None
        self.models = ModelList(bridge, self)
        self.transport = TransportBar(self)
        self.sessions = SessionMenu(catalogue.sessions_folder(), self)
        self.rack = Rack(self)
        self.rack.menus.folder = catalogue.user_models_folder()
        self.pages = Pages(self)
        self.instrument = ParameterPage(self)
        self.xy = XYPanel(self)
        self.ribbon = RibbonPanel(self._ask_for_codes, self)
        self.scopes = ScopesRow(self)
        self.surface = PlaySurface(self)
        self.keys = ComputerKeys(self)
        self.messages = MessageBar(self)
        self.history = History(bridge, self.messages, self)
        self.files = SessionActions(bridge, self.history, self.messages, self)
        self.rack_actions = RackActions(
            bridge, self.history, self.rack, self.instrument, self.slot_of, self
        )
        self.capture_saver = CaptureSaver(bridge, self)
        self.midi, self.new_midi = MidiPage(self.history, self), NewMidi(self)
        self.outlines = HitOutlines(bridge, self)
        self.hit_files = HitFiles(bridge, self.surface, self.selected_slot, self.transport.recorder)
        self.training = TrainingPage(bridge, self)
        self.library = Library(
            self, bridge, self.history, self.rack, self.instrument, self.files, self.messages,
            self.slot_of,
        )  # fmt: skip
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click on empty ground leaves a field
        self._show_session("")
        self.resize(SMALLEST)
        self._build()
        self._connect_engine()
        self._connect_transport()
        self._connect_rack()
        self._connect_midi()
        self._restore_window_state()
        self.models.look()
        self._look_for_devices()
        bridge.ask(catalogue.processors, self.transport.connections.show_processors)

    def _build(self) -> None:
        self.transport.extra.addWidget(self.sessions, 0, Qt.AlignmentFlag.AlignBottom)
        self.pages.add(self.instrument, "Instrument", "Controls and presets of the selected slot")
        self.pages.add(self.library.page, "Library", "Sounds, models, sessions and recordings")
        self.pages.add(self.midi, "MIDI", "Messages of MIDI controllers, and their mappings")
        self.pages.add(self.training, "Training", "Train a model on a folder of your own sounds")
        self.surfaces = QStackedWidget(self)
        self.surfaces.addWidget(self.xy)
        self.surfaces.addWidget(self.surface.pads)
        self.split = SplitLayout(
            {self.rack: 5, self.surfaces: 3}, {self.pages: 3, self.ribbon: 0, self.scopes: 2}
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.addWidget(scrolled(self.transport, self.split, self.surface.keyboard), 1)
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
        self.models.meet(slot.model for slot in facts.slots)
        self.rack_actions.look_for_learnt(facts.slots)
        slot = self.selected_slot()
        model = self.rack.models.find(slot.model) if slot else None
        if self.instrument.show_slot(slot.slot if slot else 0, model):
            views = model.offered_views() if model else ()
            pairs = [view for view in views if isinstance(view, XYView)]
            self.xy.show_parameters(model.parameters if model else (), pairs)
        self.surface.show_slot(model, slot)
        self.outlines.look(slot if self.surface.shows_pads else None)
        self.midi.show_slots(facts.slots, self.rack.models.find)
        self.new_midi.look(facts.midi)
        self.ribbon.show_slot(model, slot)
        if slot is not None:
            self.instrument.show_values(slot.values, slot.controls)
            self.xy.show_values(slot.values)
        self.library.show_values(slot)
        if self.instrument.panel is not None:
            self.ribbon.show_values(self.instrument.panel.values)

    def _hear(self, frames: NDArray[Any]) -> None:
        assert self.facts is not None
        self.transport.hear(frames)
        self.scopes.feed(frames, self.facts.sample_rate)

    def _show_settings(self, settings: EngineSettings) -> None:
        self.transport.connections.show_settings(settings)

    def _show_session(self, path: str) -> None:
        self.sessions.show_session(path)
        self._show_title()

    def _show_title(self) -> None:
        """Name the rack's file, with a * if the rack differs from it."""
        name = Path(self.sessions.path).stem
        changed = "" if self.history.stack.isClean() else "*"
        self.setWindowTitle(f"{name}{changed} – rtaudiogen" if name else "rtaudiogen")

    def _look_for_devices(self) -> None:
        self.bridge.ask(catalogue.connections, self.transport.connections.show_connections)

    def _show_selection(self) -> None:
        if self.facts is not None:
            self._show_facts(self.facts)

    def selected_slot(self) -> SlotSnapshot | None:
        """Return the facts of the selected slot; None: no slot is selected."""
        return self.slot_of(self.rack.selection)

    def slot_of(self, number: int) -> SlotSnapshot | None:
        """Return the facts of a slot; None if there is no such slot."""
        slots = self.facts.slots if self.facts else ()
        return next((slot for slot in slots if slot.slot == number), None)

    # -- the user's actions ----------------------------------------------------------------------

    def _connect_transport(self) -> None:
        bridge, transport = self.bridge, self.transport
        sessions, files = self.sessions, self.files
        transport.panic.connect(self.panic)
        self.keys.panic.connect(self.panic)
        self.keys.stop_or_start.connect(self.rack.stop_or_start)
        transport.connections.wanted.connect(lambda field, v: bridge.reopen(**{field: v}))
        transport.connections.look.connect(self._look_for_devices)
        transport.master.moved.connect(self._set_master)
        self.rack_actions.master_restored.connect(transport.master.follow)
        transport.recorder.record.connect(files.record)
        transport.recorder.stop.connect(files.stop_recording)
        transport.recorder.room_wanted.connect(
            lambda folder: bridge.ask(
                partial(catalogue.free_bytes, Path(folder)), transport.recorder.show_room
            )
        )
        transport.recorder.watch(str(catalogue.recordings_folder()))
        sessions.opened.connect(files.open_session)
        sessions.saved.connect(files.save_session)
        sessions.emptied.connect(files.empty_rack)
        sessions.demo.connect(files.play_demo)
        sessions.themed.connect(self._apply_theme)
        sessions.scaled.connect(self._scale)
        files.session_named.connect(self._show_session)
        files.recent.connect(sessions.show_recent)
        files.look_for_recent_sessions()
        self.library.models_found.connect(self.models.take)
        self.scopes.save_wanted.connect(self.capture_saver.save)
        self.capture_saver.saved.connect(
            lambda path: self.messages.say(f"Saved the frozen sound to {path}.")
        )

    def _connect_rack(self) -> None:
        rack, actions = self.rack, self.rack_actions
        self.models.found.connect(rack.offer)
        rack.added.connect(actions.add)
        rack.swapped.connect(actions.swap)
        rack.removed.connect(actions.remove)
        rack.voiced.connect(actions.set_voices)
        rack.mixed.connect(actions.set_mix)
        rack.moved.connect(actions.move)
        rack.connected.connect(actions.connect_slot)
        rack.selected.connect(self._show_selection)
        actions.said.connect(self.messages.say)
        self.instrument.moved.connect(actions.set_values)
        self.surface.changed.connect(lambda id, value: self.instrument.set_values({id: value}))
        for part in (self.xy, self.ribbon):
            part.moved.connect(self.instrument.set_values)
        self.ribbon.sound_wanted.connect(self.library.actions.play_sound)
        self.instrument.learn.connect(lambda id: actions.learn(rack.selection, id))
        self.instrument.sound_wanted.connect(self.library.actions.play_sound)
        self.training.add.connect(actions.add)
        self.training.models_changed.connect(self.models.look)
        self.training.models_changed.connect(self.library.watch.look_soon)
        self.surface.played.connect(self.bridge.play)
        self.surface.turned.connect(self._turn)
        self.surface.pad_chosen.connect(self.instrument.show_group)
        self.sessions.offer_undo(self.history.actions)
        self.addActions(self.history.actions)
        self.history.stack.cleanChanged.connect(self._show_title)
        self.keys.pressed.connect(self.surface.press)
        self.keys.released.connect(self.surface.release)
        self.keys.octave_moved.connect(self.surface.keyboard.shift_octaves)

    def _connect_midi(self) -> None:
        self.midi.learn.connect(self.rack_actions.learn)
        self.new_midi.heard.connect(self.midi.hear)
        self.new_midi.heard.connect(self.surface.hear)
        self.new_midi.key_pressed.connect(self.rack.hear_key)
        self.outlines.found.connect(self.surface.show_outlines)
        self.hit_files.saved.connect(lambda path: self.messages.say(f"Saved the hit to {path}."))

    def _ask_for_codes(self, slot: int, then: Callable[[dict[str, Any]], object]) -> None:
        self.bridge.do(lambda engine: engine.code_stream(slot), then)

    def _turn(self, pads: bool) -> None:
        self.surfaces.setCurrentWidget(self.surface.pads if pads else self.xy)
        self.surface.keyboard.setVisible(not pads)
        self.keys.turn_to_pads(pads)

    def panic(self) -> None:
        """Silence every voice at once, and stop every stream and live input."""
        self.surface.forget_arrived()
        self.bridge.panic()

    def _set_master(self, gain_db: float) -> None:
        if self.facts is not None:
            self.rack_actions.set_master(self.facts.master_gain_db, gain_db)

    # -- state of the window ---------------------------------------------------------------------

    def _restore_window_state(self) -> None:
        if self.window_state is not None:
            self.resize(first_size(self.screen().availableSize()))
            self.pages.turn_to(self.library.page)  # a new user begins with sounds
            self.window_state.add_window(self)
            self.window_state.add("page", self.pages.currentIndex, self.pages.setCurrentIndex)
            self.window_state.add("views", self.scopes.state, self.scopes.restore)
            self.window_state.add("session", lambda: self.sessions.path, self.files.name)
            self.window_state.add("recordings", *self.transport.recorder.saved_format())
            for name, splitter in self.split.splitters().items():
                self.window_state.add_splitter(name, splitter)
            self.window_state.restore()
            self.window_state.save_periodically(self)

    def _apply_theme(self, name: str) -> None:
        (self.window_state or WindowState()).apply_theme(name)

    def _scale(self, percent: int) -> None:
        if self.window_state is not None:
            self.window_state.scale(percent)
        self.messages.say(f"The new size, {percent} %, takes effect at the next start.")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.window_state is not None:
            self.window_state.save()
        self.hide()  # closing the engine may take a while
        self.library.watch.stop()
        self.bridge.close()
        super().closeEvent(event)


def first_size(screen: QSize) -> QSize:
    """Return the size of a window that was never resized, on a screen with so much free room."""
    wanted = (screen * SHARE).expandedTo(SMALLEST)
    return wanted.boundedTo(screen - FRAME)
