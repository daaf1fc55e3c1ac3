"""Choosers for devices, MIDI ports, sample rate, buffering, and the processor of the networks."""

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from rtaudiogen.client.catalogue import NULL_OUTPUT, AudioDevice, Connections
from rtaudiogen.processors import AUTO, CPU, CUDA, MPS
from rtaudiogen.wire.settings import EngineSettings

from ..shell.theme import DIM
from ..widgets.flow_layout import FlowLayout

Choices = list[tuple[str, Any]]

MOST_LETTERS = 22  # of a choice; the tooltip shows longer ones in full
RATES_HZ = (44100, 48000, 88200, 96000)
BLOCKS_FRAMES = (32, 64, 128, 256, 512, 1024, 2048)
LATENCIES_MS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
TITLES = {CPU: "CPU", CUDA: "GPU (CUDA)", MPS: "GPU (Metal)", AUTO: "The faster one"}


class Chooser(QComboBox):
    """A list of choices, each with a value; a value in use that is missing is listed, too."""

    picked = Signal(object)
    opened = Signal()

    def __init__(self, name: str, help: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._help = help
        self.setMinimumContentsLength(1)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.setSizeAdjustPolicy(policy)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(self._tell)
        self._tell(self.currentText())
        self.activated.connect(lambda index: self.picked.emit(self.itemData(index)))

    def offer(self, choices: Choices) -> None:
        """Set the choices; keep the chosen one."""
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
        """Show the value that is in use."""
        for index in range(self.count()):
            if self.itemData(index) == value:
                self.setCurrentIndex(index)
                return
        self.addItem(text or str(value), value)
        self.setCurrentIndex(self.count() - 1)

    def sizeHint(self) -> QSize:
        """Return a size with room for the chosen text, up to `MOST_LETTERS`."""
        metrics = self.fontMetrics()
        text = metrics.horizontalAdvance(self.currentText())
        most = metrics.averageCharWidth() * MOST_LETTERS
        bare = super().sizeHint()
        return QSize(bare.width() + min(text, most), bare.height())

    def showPopup(self) -> None:
        self.opened.emit()
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 2 * self.height())
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # another device is chosen on purpose only: the sound is interrupted

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.showPopup()  # as for the wheel
        else:
            super().keyPressEvent(event)

    def _tell(self, text: str) -> None:
        self.setToolTip(f"{text}\n{self._help}")
        self.updateGeometry()


class ConnectionBar(QWidget):
    """Choosers for output, input, MIDI port, sample rate, block and ring latency, CPU or GPU."""

    wanted = Signal(str, object)  # a field of EngineSettings, and its value
    look = Signal()  # the lists are about to be shown and may be out of date

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.output = Chooser("Output", "Audio device that plays the sound")
        self.input = Chooser("Input", "Audio device that effects hear")
        self.midi = Chooser("MIDI", "MIDI ports whose messages are played")
        self.rate = Chooser("Rate", "Frames per second of the device")
        self.block = Chooser(
            "Block",
            "Frames that the device requests at a time; smaller blocks let hits sound sooner",
        )
        self.latency = Chooser(
            "Buffer",
            "Sound that is kept ready against dropouts; less means lower latency, more is safer",
        )
        self.processor = Chooser(
            "Networks",
            "Processor of the networks. A GPU suits many voices and large networks;\n"
            "for one voice at 128 frames the CPU is faster on many machines",
        )
        self._fields = {
            "output": self.output, "input": self.input, "midi": self.midi,
            "sample_rate": self.rate, "block_frames": self.block, "latency_ms": self.latency,
            "device": self.processor,
        }  # fmt: skip
        row = FlowLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for field, chooser in self._fields.items():
            row.addWidget(self._named(chooser))
            chooser.picked.connect(lambda value, field=field: self.wanted.emit(field, value))
        for chooser in (self.output, self.input, self.midi):
            chooser.opened.connect(self.look)
        self.rate.offer([("automatic", 0), *((f"{rate / 1000:g} kHz", rate) for rate in RATES_HZ)])
        blocks = [(f"{frames}", frames) for frames in BLOCKS_FRAMES]
        self.block.offer([("device's own", 0), *blocks])
        self.latency.offer([(f"{ms:g} ms", ms) for ms in LATENCIES_MS])
        self.show_connections(Connections())
        self.show_processors([CPU])

    def _named(self, chooser: Chooser) -> QWidget:
        pair, label = QWidget(self), QLabel(chooser.accessibleName(), self)
        label.setForegroundRole(DIM)
        label.setBuddy(chooser)
        column = QVBoxLayout(pair)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(label)
        column.addWidget(chooser)
        pair.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return pair

    def show_connections(self, found: Connections) -> None:
        """Offer the devices and ports that were found."""
        clock = ("No sound (clock)", NULL_OUTPUT)
        self.output.offer([("System default", None), *_choices(found.outputs), clock])
        default = [("System default", "default")] if found.inputs else []
        self.input.offer([("None", None), *default, *_choices(found.inputs)])
        ports = [(name, name) for name in found.midi_ports]
        self.midi.offer([("All ports", "all"), *ports, ("None", "none")])

    def show_processors(self, names: Sequence[str]) -> None:
        """Offer the processors that networks can be computed on."""
        self.processor.offer([(TITLES[name], name) for name in (*names, AUTO)])
        self._show_whether_there_is_a_choice()

    def show_settings(self, settings: EngineSettings) -> None:
        """Show the settings that are in use."""
        for field, chooser in self._fields.items():
            value = getattr(settings, field)
            text = f"{value:g} ms" if field == "latency_ms" else str(value)
            chooser.choose(value, TITLES.get(text, text))
        self._show_whether_there_is_a_choice()

    def _show_whether_there_is_a_choice(self) -> None:
        """Hide the processor's chooser on a machine without a GPU, unless one is in use."""
        ways = self.processor.count() - 1  # without `AUTO`
        pair = self.processor.parentWidget()
        assert pair is not None
        pair.setVisible(ways > 1 or self.processor.currentData() not in (CPU, None))


def _choices(devices: Iterable[AudioDevice]) -> Choices:
    """Return devices by full name, which distinguishes equal names in several audio systems."""
    return [(f"{d.name} ({d.host_api})", f"{d.name} ({d.host_api})") for d in devices]
