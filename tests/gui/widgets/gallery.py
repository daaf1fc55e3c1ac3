"""Every widget with content, for pictures and for the test that none is blank."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from rtaudiogen.generator import Parameter
from rtaudiogen.gui.shell.theme import THEMES, apply_theme
from rtaudiogen.gui.widgets.codes.history import CodeHistory
from rtaudiogen.gui.widgets.codes.ribbon import CodeRibbon
from rtaudiogen.gui.widgets.controls.knob import Knob
from rtaudiogen.gui.widgets.controls.parameter_panel import ParameterPanel, control_for
from rtaudiogen.gui.widgets.scopes.level_meter import LevelMeter
from rtaudiogen.gui.widgets.scopes.phase_view import PhaseView
from rtaudiogen.gui.widgets.scopes.spectrum_view import SpectrumView
from rtaudiogen.gui.widgets.scopes.waveform_view import WaveformView
from rtaudiogen.gui.widgets.surfaces.keyboard import PianoKeyboard
from rtaudiogen.gui.widgets.surfaces.pad_grid import PadGrid
from rtaudiogen.gui.widgets.surfaces.xy_pad import XYPad

RATE = 48000
GAIN = Parameter("gain", "Velocity depth", -24.0, 12.0, 3.0, "dB", help="how loud it is")
CUTOFF = Parameter("cutoff", "Cutoff", 20.0, 12000.0, 800.0, "Hz", help="what passes")
STEPS = Parameter("steps", "Round robin", 0.0, 64.0, 5.0, stepped=True)
FEW = Parameter(
    "few", "Source", 0.0, 3.0, 1.0, stepped=True, labels=("prior", "file", "live", "keys")
)
INSTRUMENTS = ("salamander", "churchorgan", "nylonguitar", "harp", "strings", "cello", "choir")
MANY = Parameter("many", "Morph to", 0.0, 6.0, 2.0, stepped=True, labels=INSTRUMENTS)
BETWEEN = Parameter("between", "Timbre", 0.0, 6.0, 3.4, labels=INSTRUMENTS)
SWITCH = Parameter("switch", "Lock", 0.0, 1.0, 1.0, stepped=True, labels=("no", "yes"))
SIZES = {
    "panel": QSize(760, 260), "kit": QSize(760, 420), "waveform": QSize(700, 260),
    "spectrum": QSize(700, 420), "phase": QSize(320, 320),
}  # fmt: skip
COUNT = 20  # of `widgets`
PARAMETERS = (GAIN, CUTOFF, STEPS, FEW, MANY, BETWEEN, SWITCH)


def kit() -> list[Parameter]:
    """Return parameters of a drum machine: 6 of the kit and 17 of each of 16 pads."""
    names = [f"control {number}" for number in range(1, 18)]
    pads = [
        Parameter(f"pad{pad}.{i}", f"Pad {pad} {name}", -12.0, 12.0, float(i - 8), "st")
        for pad in range(1, 17)
        for i, name in enumerate(names)
    ]
    return [*PARAMETERS[:6], *pads]


def sound(seconds: float = 4.0) -> NDArray[np.float32]:
    """Return (frames, 2): a chord, wider on the right, with a swelling octave and noise."""
    t = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(1).normal(size=(len(t), 2)) * 0.01
    left = 0.4 * np.sin(2 * np.pi * 220 * t) + 0.2 * np.sin(2 * np.pi * 660 * t)
    right = 0.4 * np.sin(2 * np.pi * 220 * t + 0.7) + 0.2 * np.sin(2 * np.pi * (300 + 900 * t) * t)
    return (np.stack((left, right), axis=1) + noise).astype(np.float32)


def ribbons() -> dict[str, QWidget]:
    """Return a looped ribbon and a running history, with codes of three stages."""
    codes = np.random.default_rng(2).integers(0, 1024, (600, 3)).repeat(2, axis=0)
    levels = np.abs(np.sin(np.arange(1200) / 40)).astype(np.float32)
    ribbon, history = CodeRibbon(), CodeHistory()
    ribbon.show_sentence("melody.wav")
    ribbon.show_stream(codes, levels, 1200, 100.0)
    ribbon.show_window(0.3, 0.55)
    ribbon.show_position(500.0)
    history.show_sentence("Codes as they are played")
    for played in range(20, 600, 20):
        history.show_newest(played, codes[played - 20 : played].tolist(), float(levels[played]))
    return {"ribbon": ribbon, "history": history}


def widgets() -> dict[str, QWidget]:
    """Return every widget by name, with values as in play."""
    made: dict[str, QWidget] = {p.id: control_for(p) for p in PARAMETERS}
    mapped = Knob(CUTOFF)
    mapped.show_controller("CC 74")
    meter, lying = LevelMeter("Master"), LevelMeter("Slot", Qt.Orientation.Horizontal)
    meter.set_level(1.2, 0.2)
    lying.set_level(0.6)
    grid = PadGrid()
    for pad, name in enumerate(("kick", "snare", "clap", "hat_closed", "hat_open")):
        grid.set_label(pad, name)
        grid.set_outline(pad, np.abs(np.cos(np.arange(48.0))) * np.linspace(1, 0, 48) ** 2)
    grid.set_locked(2, True)
    grid.flash(1, 110)
    keyboard = PianoKeyboard()
    keyboard.show_down([60, 64, 66])
    pad = XYPad(BETWEEN, GAIN)
    for step in range(20):
        pad.show_values(step / 4, -20 + step + 5 * np.sin(step / 3))
    made |= {
        "mapped": mapped, "meter": meter, "lying": lying, "grid": grid, "keyboard": keyboard,
        "xy": pad, "panel": ParameterPanel(PARAMETERS), "kit": ParameterPanel(kit()),
    }  # fmt: skip
    made |= ribbons()
    views = {"waveform": WaveformView(), "spectrum": SpectrumView(), "phase": PhaseView()}
    for name, view in views.items():
        view.resize(SIZES[name])
        for block in np.array_split(sound(), 120):
            view.feed(block)
            view.advance(1 / 30)
        made[name] = view
    return made


def main(folder: Path) -> None:
    """Write a picture of each widget in each theme."""
    app = QApplication.instance() or QApplication([])
    for theme in THEMES:
        apply_theme(app, theme)
        for name, widget in widgets().items():
            widget.resize(SIZES.get(name, widget.sizeHint()))
            widget.grab().save(str(folder / f"{theme}-{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
