"""Head of the window: connections, latency, load, dropouts, master level, recording, panic."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rtaudiogen.wire.snapshot import Snapshot

from ..shell.theme import ALARM, DIM, TEXT, WARNING
from ..widgets.flow_layout import FlowLayout
from .connection_bar import ConnectionBar
from .master_panel import MasterPanel
from .recorder_panel import RecorderPanel
from .stat_label import StatLabel

HIGH_LOAD, FULL_LOAD = 0.7, 0.95  # shares of the block's time
LEAST_MS = 2.0  # the tooltip tells smaller parts of the latency, too
SHORT = {"resampler + model": "model"}


class TransportBar(QWidget):
    """Controls and facts that are always visible. Values in, signals out."""

    panic = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.connections = ConnectionBar(self)
        self.recorder = RecorderPanel(self)
        self.device = StatLabel("Device", "no sound", self)
        self.latency = StatLabel("Latency", "000 ms", self)
        self.load = StatLabel("Load", "00 · 00 %", self)
        self.dropouts = StatLabel("Dropouts", "000", self)
        self.master = MasterPanel(self)
        self.meter = self.master.meter
        self.panic_button = QPushButton("PANIC", self)
        self.panic_button.setStyleSheet("QPushButton { border-color: palette(bright-text); }")
        self.panic_button.setToolTip(
            "Silence every voice at once, and stop streams and live input (Esc)"
        )
        self.panic_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.panic_button.clicked.connect(self.panic)
        self._episodes = 0
        self._last_dropout = ""
        self._build()

    def _build(self) -> None:
        self.extra = QHBoxLayout()  # the window's own buttons
        bottom = Qt.AlignmentFlag.AlignBottom
        top = QHBoxLayout()
        top.addLayout(self.extra)
        top.addWidget(self.connections, 1)
        top.addWidget(self.panic_button, 0, bottom)
        below = FlowLayout(spacing=10)
        below.setContentsMargins(0, 0, 0, 0)
        for label in (self.device, self.latency, self.load, self.dropouts):
            below.addWidget(label)
        below.addWidget(self.master)
        below.addWidget(self.recorder)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 0)
        column.addLayout(top)
        column.addLayout(below)

    def show_snapshot(self, facts: Snapshot) -> None:
        """Show the engine's newest facts."""
        self._show_device(facts)
        self._show_latency(facts)
        self._show_load(facts)
        self._show_dropouts(facts)
        self.master.show_gain(facts.master_gain_db)
        self.recorder.show_recording(facts.recording)

    def hear(self, frames: NDArray[np.float32]) -> None:
        """Measure frames that went to the device, (frames, channels): after the limiter, with
        hits.
        """
        self.master.hear(frames)

    def _show_device(self, facts: Snapshot) -> None:
        rate = f"{facts.sample_rate / 1000:g} kHz"
        if facts.null_device:
            tip = "The audio device is missing; the engine keeps time by the clock.\n"
            tip += "It uses the device as soon as it is back."
            self.device.show_value("no sound", tip, WARNING, rate)
        else:
            self.device.show_value(rate, facts.device)

    def _show_latency(self, facts: Snapshot) -> None:
        parts = "\n".join(f"{ms:6.1f} ms  {name}" for name, ms in facts.latency_ms.items())
        total = facts.total_latency_ms
        way = "From the input" if facts.input else "From a key"
        tip = f"{way} to the loudspeaker:\n{parts}\n{total:6.1f} ms  in total"
        self.latency.show_value(f"{total:.0f} ms", tip, TEXT, parts_text(facts.latency_ms))

    def _show_load(self, facts: Snapshot) -> None:
        tip = (
            "Rendering time as a share of the available time:\n"
            "median, and the worst of a hundred blocks. Sound drops out when no time is\n"
            "left. The buffer absorbs single blocks above 100 %, which are normal for\n"
            "networks that compute in hops."
        )
        text = f"{100 * facts.load_p50:.0f} · {100 * facts.load_p99:.0f} %"
        self.load.show_value(text, tip, load_role(facts), "p50 · p99")

    def _show_dropouts(self, facts: Snapshot) -> None:
        if facts.underrun_episodes > self._episodes:
            self._last_dropout = f"last {datetime.now():%H:%M:%S}"
        elif facts.underrun_episodes == 0:
            self._last_dropout = ""
        self._episodes = facts.underrun_episodes  # a new engine begins with none
        tip = (
            f"{facts.underrun_episodes} dropouts, {facts.lost_frames} frames lost,"
            f" longest gap {facts.longest_gap_ms:.0f} ms,"
            f"\n{facts.late_events} late events, {facts.late_hits} late hits,"
            f" {facts.restarts} restarts of the engine"
        )
        role = WARNING if facts.underrun_episodes else DIM
        self.dropouts.show_value(f"{facts.underrun_episodes}", tip, role, self._last_dropout)


def parts_text(latency_ms: Mapping[str, float]) -> str:
    """Return the larger parts of a latency as a sum: "ring 20 + block 5"."""
    return " + ".join(
        f"{SHORT.get(name, name)} {ms:.0f}" for name, ms in latency_ms.items() if ms >= LEAST_MS
    )


def load_role(facts: Snapshot) -> QPalette.ColorRole:
    """Return the colour of the load: a warning before dropouts are heard, an alarm at full load."""
    if facts.load_p50 >= FULL_LOAD:
        return ALARM
    return WARNING if facts.load_p50 >= HIGH_LOAD or facts.load_p99 >= FULL_LOAD else TEXT
