"""One slot of the rack: its model, how it is mixed, how loud it is."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from rtaudiogen.engine.snapshot import SlotSnapshot
from rtaudiogen.generator import Descriptor

from .theme import ACCENT, DIM, WELL
from .widgets.level_meter import LevelMeter

STEPS_PER_DB, STEPS_OF_PAN = 10, 100
LOWEST_DB, HIGHEST_DB = -60, 12
ECHO_LOOKS = 15  # half a second: an engine that has not heard of a change may contradict it


class SlotStrip(QFrame):
    """Values in, signals out."""

    mixed = Signal(str, float)  # a field of the slot's mix, and its value
    removed = Signal()
    selected = Signal()

    def __init__(
        self, slot: int, menu: Callable[[QWidget], QMenu], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.slot = slot
        self._menu = menu
        self._untouched: dict[str, int] = {}  # looks until the engine's value is believed again
        self.model = QToolButton(self)
        self.gain = self._slider(LOWEST_DB * STEPS_PER_DB, HIGHEST_DB * STEPS_PER_DB, "Gain")
        self.pan = self._slider(-STEPS_OF_PAN, STEPS_OF_PAN, "Pan")
        self.mute = self._button("M", "Mute")
        self.solo = self._button("S", "Solo: only this slot, and others that are solo")
        self.channel = QComboBox(self)
        self.remove = self._button("✕", "Remove this slot")
        self.meter = LevelMeter("Level", Qt.Orientation.Horizontal, self)
        self._gain_text, self._facts = QLabel(self), QLabel(self)
        self._mark = QFrame(self)
        self._build()
        self._connect()
        self.show_selected(False)

    def _build(self) -> None:
        self.setAutoFillBackground(True)
        self.setBackgroundRole(WELL)
        self._mark.setAutoFillBackground(True)
        self._mark.setFixedWidth(6)
        self.model.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.model.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.model.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.channel.addItem("all channels", 0)
        for channel in range(1, 17):
            self.channel.addItem(f"channel {channel}", channel)
        self.channel.setToolTip("The MIDI channel that this slot hears")
        self.channel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._facts.setForegroundRole(DIM)
        self._gain_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("-60.0 dB"))
        self._gain_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.pan.setMaximumWidth(7 * self.fontMetrics().height())
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 6, 6, 6)
        grid.setSpacing(5)
        grid.addWidget(self._mark, 0, 0, 4, 1)
        grid.addWidget(self.model, 0, 1, 1, 2)
        for column, button in enumerate((self.mute, self.solo, self.remove), 3):
            grid.addWidget(button, 0, column)
        grid.addWidget(self.gain, 1, 1)
        grid.addWidget(self._gain_text, 1, 2)
        grid.addLayout(self._pan_row(), 1, 3, 1, 3)
        grid.addWidget(self.meter, 2, 1, 1, 2)
        grid.addWidget(self.channel, 2, 3, 1, 3)
        grid.addWidget(self._facts, 3, 1, 1, 5)
        grid.setColumnStretch(1, 1)

    def _pan_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for widget in (QLabel("L", self), self.pan, QLabel("R", self)):
            widget.setForegroundRole(DIM)
            row.addWidget(widget)
        return row

    def _connect(self) -> None:
        self.model.clicked.connect(self._choose_model)
        self.gain.valueChanged.connect(lambda v: self._mix("gain_db", v / STEPS_PER_DB))
        self.gain.valueChanged.connect(self._tell_gain)
        self.pan.valueChanged.connect(lambda v: self._mix("pan", v / STEPS_OF_PAN))
        self.mute.setCheckable(True)
        self.solo.setCheckable(True)
        self.mute.clicked.connect(lambda on: self._mix("mute", on))
        self.solo.clicked.connect(lambda on: self._mix("solo", on))
        self.channel.activated.connect(lambda index: self._mix("channel", index))
        self.remove.clicked.connect(self.removed)
        self._tell_gain(self.gain.value())

    def _slider(self, minimum: int, maximum: int, name: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(minimum, maximum)
        slider.setAccessibleName(name)
        slider.setToolTip(name)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return slider

    def _button(self, text: str, help: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(help)
        button.setAccessibleName(help)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def describes(self) -> str:
        """The line at its foot: what it plays, and what it has played."""
        return self._facts.text()

    # -- values in -------------------------------------------------------------------------------

    def show_slot(self, facts: SlotSnapshot, model: Descriptor | None) -> None:
        """The engine's newest facts, and what is known of the slot's model."""
        name = f"{facts.slot}  {model.id if model else facts.model}"
        if name != self.model.text():
            self.model.setText(name)
            self.model.setToolTip(f"{model.summary}\nLicence: {model.licence}" if model else name)
        self.meter.set_level(facts.level)
        self._show_mix(facts.mix)
        text = describe(facts, model)
        if text != self._facts.text():
            self._facts.setText(text)

    def show_selected(self, selected: bool) -> None:
        """Whether its parameters are shown beside the rack."""
        self._mark.setBackgroundRole(ACCENT if selected else WELL)

    def _show_mix(self, mix: Mapping[str, float]) -> None:
        gain = round(mix.get("gain_db", 0.0) * STEPS_PER_DB)
        for field, widget, value in (
            ("gain_db", self.gain, gain),
            ("pan", self.pan, round(mix.get("pan", 0.0) * STEPS_OF_PAN)),
        ):
            if self._believes(field) and not widget.isSliderDown() and widget.value() != value:
                widget.blockSignals(True)
                widget.setValue(value)
                widget.blockSignals(False)
        self._tell_gain(self.gain.value())
        for field, button in (("mute", self.mute), ("solo", self.solo)):
            if self._believes(field):
                button.setChecked(bool(mix.get(field)))
        if self._believes("channel"):
            self.channel.setCurrentIndex(int(mix.get("channel", 0)))

    def _believes(self, field: str) -> bool:
        left = self._untouched.get(field, 0)
        self._untouched[field] = max(0, left - 1)
        return left == 0

    # -- signals out -----------------------------------------------------------------------------

    def _mix(self, field: str, value: float) -> None:
        self._untouched[field] = ECHO_LOOKS
        self.mixed.emit(field, value)

    def _tell_gain(self, steps: int) -> None:
        self._gain_text.setText(f"{steps / STEPS_PER_DB:+.1f} dB")

    def _choose_model(self) -> None:
        self.selected.emit()
        menu = self._menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.model.mapToGlobal(self.model.rect().bottomLeft()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.selected.emit()
        super().mousePressEvent(event)


def describe(facts: SlotSnapshot, model: Descriptor | None) -> str:
    """A slot in one line."""
    parts = []
    hits = facts.hits
    if hits is not None:
        parts.append(f"{hits.played} played · {hits.replays} replays · {hits.ready} ready")
    elif model is not None:
        parts.append(f"{', '.join(sorted(model.plays))} · {facts.voices} of {model.voices} voices")
    if facts.faults:
        parts.append(f"{facts.faults} faults")
    return " · ".join(parts)
