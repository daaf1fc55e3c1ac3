"""Master gain and true-peak meter of the output."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from rtaudiogen.generator import Parameter
from rtaudiogen.loudness.true_peak import TruePeak

from ..shell.theme import ALARM, TEXT
from ..widgets.controls.echo_guard import EchoGuard
from ..widgets.controls.fader import Fader
from ..widgets.scopes.level_meter import LevelMeter

GAIN = Parameter("master", "Master", -60.0, 6.0, 0.0, "dB", help="gain of the whole output")


class MasterPanel(QWidget):
    """A fader, a meter with a clip light, and the highest true peak since it was cleared."""

    moved = Signal(float)  # gain in dB

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._true_peak = TruePeak()
        self._echo_guard = EchoGuard()
        self.gain = Fader(GAIN, self)
        self.gain.learns = False
        self.gain.changed.connect(self._move)
        self.meter = LevelMeter("True peak", Qt.Orientation.Horizontal, self, unit="dBTP")
        self.meter.cleared.connect(self._show_peak)
        self._peak = QLabel(self)
        font = QFont(self.font())
        font.setBold(True)
        self._peak.setFont(font)
        self._peak.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._peak.setMinimumWidth(self._peak.fontMetrics().horizontalAdvance("−00.0 dBTP"))
        self._peak.setToolTip("The highest true peak since the meter was clicked")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addWidget(self.gain, 0, 0)
        grid.addWidget(self._peak, 0, 1)
        grid.addWidget(self.meter, 1, 0, 1, 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show_peak()

    @property
    def peak(self) -> str:
        """Text of the highest true peak."""
        return self._peak.text()

    def show_gain(self, gain_db: float) -> None:
        """Show the engine's gain."""
        if self._echo_guard.accepts("gain") and not self.gain.is_held:
            self.gain.show_value(gain_db)

    def follow(self) -> None:
        """Show the engine's gain again, whatever the user has just moved."""
        self._echo_guard.forget("gain")

    def hear(self, frames: NDArray[np.float32]) -> None:
        """Measure frames that went to the device, (frames, channels)."""
        self.meter.set_level(self._true_peak.measure(frames))
        self._show_peak()

    def _move(self, gain_db: float) -> None:
        self._echo_guard.touch("gain")
        self.moved.emit(gain_db)

    def _show_peak(self) -> None:
        level = self.meter.maximum_db
        text = f"{level:.1f} dBTP".replace("-", "−") if math.isfinite(level) else "−∞ dBTP"
        if text != self._peak.text():
            self._peak.setText(text)
            self._peak.setForegroundRole(ALARM if self.meter.clipped else TEXT)
            self.meter.setAccessibleDescription(text)
