"""Strip of one slot in the rack: its model, its mix and its level."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QWidget,
)

from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.processors import CPU
from rtaudiogen.routing import Ways
from rtaudiogen.wire.snapshot import SlotSnapshot

from ..shell.theme import DIM, WELL
from ..widgets.controls.echo_guard import EchoGuard
from ..widgets.controls.fader import Fader
from ..widgets.elided_label import ElidedLabel
from ..widgets.grip import Grip
from ..widgets.name_button import NameButton
from ..widgets.scopes.level_meter import LevelMeter
from ..widgets.small_button import small_button
from ..widgets.tooltip import wrapped
from .route_button import WAYS, RouteButton
from .zone_button import ZoneButton

GAIN = Parameter("gain_db", "Gain", -60.0, 12.0, 0.0, "dB")
SWITCHED = {"stopped": "stopped", "mute": "muted", "solo": "solo", "bypass": "bypassed"}
STOP, START = "Stop what sounds by itself (space)", "Start it again (space)"
PAN = Parameter("pan", "Pan", -1.0, 1.0, 0.0, help="−1 left, 1 right")


class SlotStrip(QFrame):
    """Shows a slot; signals tell what the user wants. Alt with ↑ or ↓ moves it, as its grip
    does.
    """

    mixed = Signal(str, float)  # a field of the slot's mix, and its value
    connected = Signal(int, int)  # the slots of the output and of what is sent; 0: none
    removed = Signal()
    selected = Signal()
    stepped = Signal(int)  # one place up (−1) or down (1) in the rack

    def __init__(
        self, slot: int, menu: Callable[[QWidget], QMenu], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.slot = slot
        self.facts: SlotSnapshot | None = None  # the newest facts
        self._menu = menu
        self._echo_guard = EchoGuard()
        self.grip = Grip(self)
        self.model = NameButton(self)
        self.exchange = small_button("▾", "Exchange the generator of this slot", self)
        self.gain, self.pan = Fader(GAIN, self), Fader(PAN, self)
        self.stop = small_button("■", STOP, self)
        self.mute = small_button("M", "Mute", self)
        self.solo = small_button("S", "Solo: hear only this slot and others that are solo", self)
        self._switches = {"stopped": self.stop, "mute": self.mute, "solo": self.solo}
        self.zone, self.route = ZoneButton(self), RouteButton(self)
        self.remove = small_button("✕", "Remove this slot", self)
        self.meter = LevelMeter("Level", Qt.Orientation.Horizontal, self, scale=False)
        self._facts, self._load = ElidedLabel(parent=self), QLabel(self)
        self._build()
        self._connect()
        self.show_selected(False)

    def _build(self) -> None:
        self.setAutoFillBackground(True)
        self.setBackgroundRole(WELL)
        self.setAccessibleName(f"Slot {self.slot}")
        self.model.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._facts.setForegroundRole(DIM)
        self._load.setForegroundRole(DIM)
        self._load.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self._load.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._load.setToolTip("The share of a block's time that this slot uses")
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(self.zone)
        foot.addWidget(self.route)
        foot.addWidget(self._facts, 1)
        foot.addWidget(self._load)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 3, 6, 3)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.grip, 0, 0, 4, 1)
        name = QHBoxLayout()
        name.setSpacing(2)
        name.addWidget(self.model, 1)
        name.addWidget(self.exchange)
        name.addWidget(self.stop)
        grid.addLayout(name, 0, 1, 1, 2)
        for column, button in enumerate((self.mute, self.solo, self.remove), 3):
            grid.addWidget(button, 0, column)
        grid.addWidget(self.gain, 1, 1)
        grid.addWidget(self.pan, 1, 2, 1, 4)
        grid.addWidget(self.meter, 2, 1, 1, 5)
        grid.addLayout(foot, 3, 1, 1, 5)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        self.model.clicked.connect(self.selected)
        self.exchange.clicked.connect(self._choose_model)
        for fader in (self.gain, self.pan):
            fader.learns = False
            field = fader.parameter.id
            fader.changed.connect(lambda value, field=field: self._mix(field, value))
        for field, button in self._switches.items():
            button.setCheckable(True)
            button.clicked.connect(lambda on, field=field: self._mix(field, on))
        self.zone.mixed.connect(self._mix)
        self.route.mixed.connect(self._mix)
        self.route.connected.connect(self._lead)
        self.stop.toggled.connect(self._show_stopped)
        self.remove.clicked.connect(self.removed)
        for key, step in ((Qt.Key.Key_Up, -1), (Qt.Key.Key_Down, 1)):
            shortcut = QShortcut(QKeySequence(Qt.Modifier.ALT | key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.stepped.emit(step))

    @property
    def describes(self) -> str:
        """Text that describes what the slot plays and has played."""
        return self._facts.sentence

    @property
    def load(self) -> str:
        """Text of the slot's share of a block's time."""
        return self._load.text()

    # -- values in -------------------------------------------------------------------------------

    def show_slot(self, facts: SlotSnapshot, model: Descriptor | None) -> None:
        """Show the engine's newest facts, and the slot's model if it is known."""
        self.facts = facts
        name = f"{facts.slot}  {model.name.replace('&', '&&') if model else facts.model}"
        if name != self.model.text():
            self.model.setText(name)
            self.model.setToolTip(wrapped(f"{model.name}: {model.summary}" if model else name))
            self.grip.show_colour(model.colour if model else "")
        self.stop.setVisible(model is not None and model.sounds_by_itself)
        self.zone.setVisible(model is None or model.plays != {Plays.EFFECT})
        self.meter.set_level(facts.level)
        self._show_mix(facts.mix)
        text, load = describe(facts, model), f"{100 * facts.load:.0f} %"
        if text != self._facts.sentence:
            self._facts.show_sentence(text)
        if load != self._load.text():
            self._load.setText(load)

    def offer_effects(self, effects: Sequence[tuple[int, str]], is_effect: bool) -> None:
        """Set the effects that the slot can lead to, (slot, name), and whether it is one."""
        self.route.offer(effects, is_effect)

    def show_selected(self, selected: bool) -> None:
        """Show whether this slot is the selected one."""
        self.grip.show_marked(selected)
        font = self.model.font()
        font.setBold(selected)
        self.model.setFont(font)

    def follow(self, field: str) -> None:
        """Show the engine's value of a field again, whatever the user has just moved."""
        self._echo_guard.forget(field)

    def stop_or_start(self) -> None:
        """Stop or start what sounds by itself, as the user does; of other slots nothing."""
        if not self.stop.isHidden():
            self.stop.click()

    def hear_key(self, channel: int, key: int) -> None:
        """Pass on a key that was pressed on channel 1 … 16 to a zone that is being learnt."""
        self.zone.hear_key(channel, key)

    def _show_mix(self, mix: Mapping[str, float]) -> None:
        for fader in (self.gain, self.pan):
            field = fader.parameter.id
            if self._echo_guard.accepts(field) and not fader.is_held:
                fader.show_value(mix.get(field, fader.parameter.default))
        for field, button in self._switches.items():
            if self._echo_guard.accepts(field):
                button.setChecked(bool(mix.get(field)))
        self.zone.show_mix(mix, self._echo_guard)
        if self.facts is not None:
            self.route.show_ways(Ways(self.facts.output, self.facts.send), mix, self._echo_guard)

    def _show_stopped(self, stopped: bool) -> None:
        self.stop.setText("▶" if stopped else "■")
        self.stop.setToolTip(START if stopped else STOP)
        self.stop.setAccessibleName(START if stopped else STOP)

    # -- signals out -----------------------------------------------------------------------------

    def _mix(self, field: str, value: float) -> None:
        self._echo_guard.touch(field)
        self.mixed.emit(field, value)

    def _lead(self, output: int, send: int) -> None:
        self._echo_guard.touch(WAYS)
        self.connected.emit(output, send)

    def _choose_model(self) -> None:
        self.selected.emit()
        menu = self._menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.exchange.mapToGlobal(self.exchange.rect().bottomLeft()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.selected.emit()
        super().mousePressEvent(event)


def describe(facts: SlotSnapshot, model: Descriptor | None) -> str:
    """Return a line that describes a slot."""
    parts = [word for field, word in SWITCHED.items() if facts.mix.get(field)]
    hits = facts.hits
    if hits is not None:
        parts.append(f"{hits.played} played · {hits.replays} replays · {hits.ready} ready")
    elif model is not None:
        if model.plays != {Plays.EFFECT}:
            parts.append(f"{facts.voices} of {facts.most_voices or model.voices} voices")
        parts.append(", ".join(sorted(model.plays)))
    if facts.device not in ("", CPU):
        parts.append(facts.device)
    if facts.faults:
        parts.append(f"{facts.faults} faults")
    return " · ".join(parts)
