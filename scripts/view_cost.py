"""CPU time of the views per second of painting at 30 Hz, 1280 × 800, offscreen.

Every view gets a second's frames 30 times a second, and is painted into the window's own buffer.
"""

import os
from time import perf_counter, process_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from rtaudiogen.gui.shell.theme import apply_theme
from rtaudiogen.gui.widgets.scopes.frame_clock import PERIOD_MS
from rtaudiogen.gui.widgets.scopes.level_meter import LevelMeter
from rtaudiogen.gui.widgets.scopes.phase_view import PhaseView
from rtaudiogen.gui.widgets.scopes.scope import Scope
from rtaudiogen.gui.widgets.scopes.spectrum_view import SpectrumView
from rtaudiogen.gui.widgets.scopes.waveform_view import WaveformView

RATE, SECONDS, WARM_UP_SECONDS = 48000, 6.0, 1.0


def measure(make: list[type[QWidget]], span_seconds: float = 0.02) -> float:
    """Return CPU seconds of the whole process per second while these widgets are shown and fed."""
    window = QWidget()
    window.resize(1280, 800)
    grid = QGridLayout(window)
    widgets = [kind() for kind in make]
    for index, widget in enumerate(widgets):
        grid.addWidget(widget, index // 2, index % 2)
        if isinstance(widget, WaveformView):
            widget.zoom(span_seconds / widget.span_seconds)
    window.show()
    t = np.arange(RATE) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 220 * t)[:, None] * np.ones(2)
    noise = np.random.default_rng(0).normal(size=(RATE, 2)) * 0.1
    blocks = np.array_split((tone + noise).astype(np.float32), round(1000 / PERIOD_MS))
    fed = 0

    def feed() -> None:
        nonlocal fed
        block = blocks[fed % len(blocks)]
        fed += 1
        for widget in widgets:
            if isinstance(widget, Scope):
                widget.feed(block)
            elif isinstance(widget, LevelMeter):
                widget.set_level(float(np.abs(block).max()))

    timer = QTimer()
    timer.timeout.connect(feed)
    timer.start(PERIOD_MS)
    _run(WARM_UP_SECONDS)
    start, cpu = perf_counter(), process_time()
    _run(SECONDS)
    cost = (process_time() - cpu) / (perf_counter() - start)
    timer.stop()
    window.close()
    return cost


def _run(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def main() -> None:
    """Print a line for each view alone, and for all together."""
    app = QApplication([])
    apply_theme(app, "dark")
    rows = {
        "nothing": measure([]),
        "waveform, 20 ms": measure([WaveformView]),
        "waveform, 2 s": measure([WaveformView], 2.0),
        "spectrum": measure([SpectrumView]),
        "phase": measure([PhaseView]),
        "level meter": measure([LevelMeter]),
        "all": measure([WaveformView, SpectrumView, PhaseView, LevelMeter]),
    }
    for name, cost in rows.items():
        print(f"{name:18} {cost:6.1%} of one core")


if __name__ == "__main__":
    main()
