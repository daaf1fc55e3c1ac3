"""Saving of a frozen scope as a sound or as a picture."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QIODevice, QObject, QSaveFile, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from rtaudiogen.client import catalogue
from rtaudiogen.errors import RtAudioGenError

from .bridge import Bridge
from .dialogs import ask_where

FILTER = "Sounds (*.wav);;Pictures (*.png)"


class CaptureSaver(QObject):
    """Asks for a file; its suffix decides what is written."""

    saved = Signal(str)  # the file's path

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._window = bridge, window

    def save(self, frames: NDArray[Any], sample_rate: int, picture: QImage) -> None:
        """Save frozen frames (frames, channels) at a rate in Hz, or their picture."""
        proposal = catalogue.recordings_folder() / "frozen.wav"
        path = ask_where(self._window, "Save the frozen sound", proposal, FILTER)
        if path is None:
            return

        def write() -> None:
            if path.suffix.lower() == ".png":
                write_picture(path, picture)
            elif path.suffix.lower() == ".wav":
                catalogue.write_sound(path, frames, sample_rate)
            else:
                raise RtAudioGenError(f"{path}: the name must end in .wav or .png")

        self._bridge.ask(write, lambda _: self.saved.emit(str(path)))


def write_picture(path: Path, picture: QImage) -> None:
    """Write a PNG file, whole or not at all. [any] RtAudioGenError if that fails."""
    file = QSaveFile(str(path))
    if not (
        file.open(QIODevice.OpenModeFlag.WriteOnly)
        # its stub lacks the overload that takes a device
        and picture.save(file, "PNG")  # type: ignore[call-overload]
        and file.commit()
    ):
        raise RtAudioGenError(f"{path}: cannot be written ({file.errorString()})")
