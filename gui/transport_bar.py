"""The head of the window: connections, latency, load, dropouts, master level, recording, panic."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rtaudiogen.engine.snapshot import Snapshot

from .connection_bar import ConnectionBar
from .reading import Reading
from .recorder_panel import RecorderPanel
from .theme import ALARM, DIM, TEXT, WARNING
from .widgets.level_meter import LevelMeter

HIGH_LOAD, FULL_LOAD = 0.7, 0.95  # shares of the block's time


class TransportBar(QWidget):
    """What must always be in sight. Values in, signals out."""

    panic = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.connections = ConnectionBar(self)
        self.recorder = RecorderPanel(self)
        self.device = Reading("Device", "no sound", self)
        self.latency = Reading("Latency", "000 ms", self)
        self.load = Reading("Load p50 · p99", "000 · 000 %", self)
        self.dropouts = Reading("Dropouts", "000 · 00:00:00", self)
        self.meter = LevelMeter("Master", Qt.Orientation.Horizontal, self)
        self.panic_button = QPushButton("PANIC", self)
        self.panic_button.setStyleSheet("QPushButton { border-color: palette(bright-text); }")
        self.panic_button.setToolTip("Silence every voice at once (Esc)")
        self.panic_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.panic_button.clicked.connect(self.panic)
        self._episodes = 0
        self._last_dropout = ""
        self._build()

    def _build(self) -> None:
        self.extra = QHBoxLayout()  # the window's own buttons
        top = QHBoxLayout()
        top.addLayout(self.extra)
        top.addWidget(self.connections, 1)
        below = QHBoxLayout()
        below.setSpacing(18)
        for reading in (self.device, self.latency, self.load, self.dropouts):
            below.addWidget(reading)
        below.addWidget(self.meter, 1)
        below.addWidget(self.recorder)
        below.addWidget(self.panic_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 0)
        column.addLayout(top)
        column.addLayout(below)

    def show_snapshot(self, facts: Snapshot) -> None:
        """The engine's newest facts."""
        self._show_device(facts)
        self._show_latency(facts)
        self._show_load(facts)
        self._show_dropouts(facts)
        self.recorder.show_recording(facts.recording)

    def hear(self, frames: NDArray[np.float32]) -> None:
        """What went to the device, (frames, channels): behind the limiter, hits included."""
        self.meter.set_level(float(np.abs(frames).max(initial=0.0)))

    def _show_device(self, facts: Snapshot) -> None:
        if facts.null_device:
            tip = "There is no such audio device, or none at all: the clock keeps the time.\n"
            tip += "As soon as it is there, it plays."
            self.device.show_value("no sound", tip, WARNING)
        else:
            self.device.show_value(f"{facts.sample_rate / 1000:g} kHz", facts.device)

    def _show_latency(self, facts: Snapshot) -> None:
        parts = "\n".join(f"{ms:6.1f} ms  {name}" for name, ms in facts.latency_ms.items())
        total = facts.total_latency_ms
        way = "From the input" if facts.input else "From a key"
        tip = f"{way} to the loudspeaker:\n{parts}\n{total:6.1f} ms  together"
        self.latency.show_value(f"{total:.0f} ms", tip)

    def _show_load(self, facts: Snapshot) -> None:
        role = TEXT
        if facts.load_p99 >= HIGH_LOAD:
            role = WARNING if facts.load_p99 < FULL_LOAD else ALARM
        tip = (
            "Time that rendering takes, as a share of the time that there is:\n"
            "in the middle, and in the worst of a hundred blocks. At 100 % sound drops out."
        )
        text = f"{100 * facts.load_p50:.0f} · {100 * facts.load_p99:.0f} %"
        self.load.show_value(text, tip, role)

    def _show_dropouts(self, facts: Snapshot) -> None:
        if facts.underrun_episodes > self._episodes:
            self._last_dropout = f"{datetime.now():%H:%M:%S}"
        self._episodes = facts.underrun_episodes  # a new engine begins with none
        tip = (
            f"{facts.underrun_episodes} dropouts, {facts.lost_frames} frames lost,"
            f" longest gap {facts.longest_gap_ms:.0f} ms,"
            f"\n{facts.late_events} late events, {facts.late_hits} late hits,"
            f" {facts.restarts} restarts of the engine"
        )
        when = f" · {self._last_dropout}" if self._last_dropout else ""
        role = WARNING if facts.underrun_episodes else DIM
        self.dropouts.show_value(f"{facts.underrun_episodes}{when}", tip, role)
