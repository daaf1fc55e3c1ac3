"""Pictures of what is heard: waveform and spectrum, side by side."""

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from .widgets.spectrum_view import SpectrumView
from .widgets.waveform_view import WaveformView


class Views(QWidget):
    """They get what the loudspeakers get."""

    save_wanted = Signal(object, int)  # (frames, channels) that were frozen, and their rate in Hz

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.waveform, self.spectrum = WaveformView(self), SpectrumView(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for view in (self.waveform, self.spectrum):
            row.addWidget(view, 1)
            view.save_wav.connect(self.save_wanted)

    def feed(self, frames: NDArray[Any], sample_rate: int) -> None:
        """The newest frames (frames, channels)."""
        for view in (self.waveform, self.spectrum):
            view.set_sample_rate(sample_rate)
            view.feed(frames)
