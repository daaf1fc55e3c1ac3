"""Panel with the ways of a slot's sound: its output, what it sends, and what an effect hears."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QFrame, QWidget

from rtaudiogen.generator import Parameter
from rtaudiogen.routing import MASTER, Ways

from ..widgets.controls.fader import Fader

TO_MASTER, NOWHERE = "Master", "Nowhere"
SEND = Parameter("send_db", "Send", -60.0, 12.0, 0.0, "dB", help="after the gain of the slot")


class RoutePanel(QFrame):
    """A popup that closes when the user clicks outside. Values in, signals out."""

    connected = Signal(int, int)  # the slots of the output and of what is sent
    mixed = Signal(str, float)  # a field of the slot's mix, and its value

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.output, self.send = QComboBox(self), QComboBox(self)
        self.level = Fader(SEND, self)
        self.level.learns = False
        self.level.setMinimumWidth(2 * self.level.sizeHint().width())
        self.hears = QCheckBox("Hears the live input", self)
        self.hears.setToolTip("Otherwise it hears only the slots that lead to it")
        self.bypass = QCheckBox("Bypass", self)
        self.bypass.setToolTip("The effect passes on what it hears, to compare")
        self._effects: list[tuple[int, str]] = []
        form = self._form = QFormLayout(self)
        for name, box in (("Output", self.output), ("Sends to", self.send)):
            box.setAccessibleName(name)
            box.activated.connect(self._connect)
            form.addRow(name, box)
        form.addRow("Level", self.level)
        form.addRow(self.hears)
        form.addRow(self.bypass)
        self.level.changed.connect(lambda value: self.mixed.emit(SEND.id, value))
        self._switches = {"hears_input": self.hears, "bypass": self.bypass}
        for field, switch in self._switches.items():
            switch.clicked.connect(lambda on, field=field: self.mixed.emit(field, float(on)))
        self.offer([], is_effect=False)

    def offer(self, effects: Sequence[tuple[int, str]], is_effect: bool) -> None:
        """Set the effects that the slot can lead to, (slot, name), and whether it is one itself."""
        if not self.output.count() or effects != self._effects:
            self._effects = list(effects)
            for box, none in ((self.output, TO_MASTER), (self.send, NOWHERE)):
                chosen = box.currentData()
                box.clear()
                box.addItem(none, MASTER)
                for slot, name in effects:
                    box.addItem(name, slot)
                box.setCurrentIndex(max(box.findData(chosen), 0))
        for switch in self._switches.values():
            self._form.setRowVisible(switch, is_effect)

    def show_ways(self, ways: Ways) -> None:
        """Show where the sound goes."""
        for box, way in ((self.output, ways.output), (self.send, ways.send)):
            box.setCurrentIndex(max(box.findData(way), 0))
        self.level.setEnabled(ways.send != MASTER)

    def show_mix(self, mix: Mapping[str, float]) -> None:
        """Show the level that is sent, and the switches of an effect."""
        if SEND.id in mix and not self.level.is_held:
            self.level.show_value(mix[SEND.id])
        for field, switch in self._switches.items():
            if field in mix:
                switch.setChecked(bool(mix[field]))

    def _connect(self) -> None:
        ways = Ways(self.output.currentData(), self.send.currentData())
        self.level.setEnabled(ways.send != MASTER)
        self.connected.emit(*ways)
