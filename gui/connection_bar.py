"""Which devices and ports the engine uses, and how much sound it keeps ready."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from rtaudiogen.engine.catalogue import NULL_OUTPUT, AudioDevice, Connections
from rtaudiogen.engine.settings import EngineSettings

from .theme import DIM

Choices = list[tuple[str, Any]]

RATES_HZ = (44100, 48000, 88200, 96000)
LATENCIES_MS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)


class Chooser(QComboBox):
    """A list of choices, each with a value; one that is in use but not there is listed too."""

    picked = Signal(object)
    opened = Signal()

    def __init__(self, name: str, help: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(help)
        self.setMinimumContentsLength(5)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.activated.connect(lambda index: self.picked.emit(self.itemData(index)))

    def offer(self, choices: Choices) -> None:
        """The choices from now on; what is chosen stays."""
        value, text = self.currentData(), self.currentText()
        if choices == [(self.itemText(i), self.itemData(i)) for i in range(self.count())]:
            return
        is_empty = self.count() == 0
        self.clear()
        for choice in choices:
            self.addItem(*choice)
        if not is_empty:
            self.choose(value, text)

    def choose(self, value: Any, text: str = "") -> None:
        """Show what is in use."""
        for index in range(self.count()):
            if self.itemData(index) == value:
                self.setCurrentIndex(index)
                return
        self.addItem(text or str(value), value)
        self.setCurrentIndex(self.count() - 1)

    def showPopup(self) -> None:
        self.opened.emit()
        super().showPopup()


class ConnectionBar(QWidget):
    """Output, input, MIDI port, sample rate and ring latency."""

    wanted = Signal(str, object)  # a field of EngineSettings, and its value
    look = Signal()  # the lists may be out of date

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.output = Chooser("Output", "Where the sound goes")
        self.input = Chooser("Input", "What effects hear")
        self.midi = Chooser("MIDI", "Which controllers are listened to")
        self.rate = Chooser("Rate", "Frames per second of the device")
        self.latency = Chooser(
            "Buffer", "Sound that is kept ready against dropouts: less is quicker, more is safer"
        )
        self._fields = {
            "output": self.output, "input": self.input, "midi": self.midi,
            "sample_rate": self.rate, "latency_ms": self.latency,
        }  # fmt: skip
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        for column, (field, chooser) in enumerate(self._fields.items()):
            label = QLabel(chooser.accessibleName(), self)
            label.setForegroundRole(DIM)
            grid.addWidget(label, 0, column)
            grid.addWidget(chooser, 1, column)
            grid.setColumnStretch(column, 3 if column < 3 else 2)
            chooser.picked.connect(lambda value, field=field: self.wanted.emit(field, value))
        for chooser in (self.output, self.input, self.midi):
            chooser.opened.connect(self.look)
        self.rate.offer([("automatic", 0), *((f"{rate / 1000:g} kHz", rate) for rate in RATES_HZ)])
        self.latency.offer([(f"{ms:g} ms", ms) for ms in LATENCIES_MS])
        self.show_connections(Connections())

    def show_connections(self, found: Connections) -> None:
        """What there is to choose from."""
        clock = ("No sound: clock only", NULL_OUTPUT)
        self.output.offer([("System default", None), *_choices(found.outputs), clock])
        default = [("System default", "default")] if found.inputs else []
        self.input.offer([("None", None), *default, *_choices(found.inputs)])
        ports = [(name, name) for name in found.midi_ports]
        self.midi.offer([("All ports", "all"), *ports, ("None", "none")])

    def show_settings(self, settings: EngineSettings) -> None:
        """What is in use."""
        for field, chooser in self._fields.items():
            value = getattr(settings, field)
            text = f"{value:g} ms" if field == "latency_ms" else str(value)
            chooser.choose(value, text)


def _choices(devices: Iterable[AudioDevice]) -> Choices:
    """By full name, which tells devices of the same name in several audio systems apart."""
    return [(f"{d.name} ({d.host_api})", f"{d.name} ({d.host_api})") for d in devices]
