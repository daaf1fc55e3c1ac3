"""Panel with the MIDI channel, key zone, transposition and bend range of a slot."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ..widgets.controls.key_box import KeyBox

LOWEST_KEY, HIGHEST_KEY, MOST_SEMITONES = 0, 127, 48
FIELDS = {
    "channel": 0.0, "low_key": float(LOWEST_KEY), "high_key": float(HIGHEST_KEY),
    "transpose": 0.0, "bend_range": 2.0,
}  # fmt: skip
LEARN, LEARNING = "Learn by playing", "Play the lowest key, then the highest"


class ZonePanel(QFrame):
    """A popup that closes when the user clicks outside. Values in, signals out."""

    mixed = Signal(str, float)  # a field of the slot's mix, and its value

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.channel = QComboBox(self)
        self.channel.addItems(["all", *(f"{channel}" for channel in range(1, 17))])
        self.low, self.high = KeyBox(self), KeyBox(self)
        self.transpose = QSpinBox(self)
        self.transpose.setRange(-MOST_SEMITONES, MOST_SEMITONES)
        self.bend = QDoubleSpinBox(self)
        self.bend.setRange(0.0, MOST_SEMITONES)
        self.bend.setDecimals(1)
        self.learn = QPushButton(LEARN, self)
        self.learn.setCheckable(True)
        self._learnt: list[int] = []
        self._build()
        self.show_mix(FIELDS)

    def _build(self) -> None:
        form = QFormLayout(self)
        for box in (self.transpose, self.bend):
            box.setSuffix(" semitones")
        self.bend.setToolTip("Applies to channels that received no other range by MIDI (RPN 0)")
        self.learn.setToolTip("Play two keys: they become the ends of the zone")
        rows: dict[str, tuple[str, QWidget]] = {
            "channel": ("MIDI channel", self.channel),
            "low_key": ("Lowest key", self.low),
            "high_key": ("Highest key", self.high),
            "transpose": ("Transpose", self.transpose),
            "bend_range": ("Bend range", self.bend),
        }
        for name, widget in rows.values():
            widget.setAccessibleName(name)
            form.addRow(name, widget)
        form.addRow(self.learn)
        self.channel.activated.connect(lambda index: self._emit("channel", index))
        self.low.valueChanged.connect(lambda key: self._move_end("low_key", key))
        self.high.valueChanged.connect(lambda key: self._move_end("high_key", key))
        self.transpose.valueChanged.connect(lambda n: self._emit("transpose", n))
        self.bend.valueChanged.connect(lambda n: self._emit("bend_range", n))
        self.learn.toggled.connect(self._begin_to_learn)

    def show_mix(self, mix: Mapping[str, float]) -> None:
        """Show the values; a field that the user is writing into stays."""
        for field, box in (
            ("low_key", self.low), ("high_key", self.high), ("transpose", self.transpose),
        ):  # fmt: skip
            _show(box, int(mix[field]))
        if not self.bend.hasFocus():
            self.bend.blockSignals(True)
            self.bend.setValue(mix["bend_range"])
            self.bend.blockSignals(False)
        self.channel.setCurrentIndex(int(mix["channel"]))

    def hear_key(self, channel: int, key: int) -> None:
        """Take a pressed key; the first two after "learn" become the ends of the zone."""
        if not self.learn.isChecked():
            return
        self._learnt.append(key)
        if len(self._learnt) == 2:
            self._set_zone(min(self._learnt), max(self._learnt))
            self.learn.setChecked(False)

    def _begin_to_learn(self, learning: bool) -> None:
        self._learnt.clear()
        self.learn.setText(LEARNING if learning else LEARN)
        self.adjustSize()

    def _move_end(self, field: str, key: int) -> None:
        """Move an end of the zone; one that passes the other end takes it along."""
        low, high = self.low.value(), self.high.value()
        if low > high:
            low = high = key
        self._set_zone(low, high, field)

    def _set_zone(self, low: int, high: int, moved: str = "") -> None:
        for field, box, key in (("low_key", self.low, low), ("high_key", self.high, high)):
            if box.value() != key or field == moved or not moved:
                _show(box, key)
                self._emit(field, key)

    def _emit(self, field: str, value: float) -> None:
        self.mixed.emit(field, float(value))


def _show(box: QSpinBox, value: int) -> None:
    if box.value() != value:
        box.blockSignals(True)
        box.setValue(value)
        box.blockSignals(False)
