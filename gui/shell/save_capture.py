"""What was frozen in a view, saved as a sound or as a picture."""

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


class Freezing(QObject):
    """Asks for a file; its ending says what is written."""

    saved = Signal(str)  # the file's path

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._window = bridge, window

    def save(self, frames: NDArray[Any], sample_rate: int, picture: QImage) -> None:
        """(frames, channels) at a rate in Hz, or how they look."""
        proposal = catalogue.recordings_folder() / "frozen.wav"
        path = ask_where(self._window, "Save what is frozen", proposal, FILTER)
        if path is None:
            return

        def write() -> None:
            if path.suffix.lower() == ".png":
                write_picture(path, picture)
            elif path.suffix.lower() == ".wav":
                catalogue.write_sound(path, frames, sample_rate)
            else:
                raise RtAudioGenError(f"{path}: a name that ends in .wav or .png was expected")

        self._bridge.ask(write, lambda _: self.saved.emit(str(path)))


def write_picture(path: Path, picture: QImage) -> None:
    """Write a PNG file, whole or not at all. [any] RtAudioGenError if that cannot be done."""
    file = QSaveFile(str(path))
    if not (
        file.open(QIODevice.OpenModeFlag.WriteOnly)
        # its stub knows names of files only where a device may stand as well
        and picture.save(file, "PNG")  # type: ignore[call-overload]
        and file.commit()
    ):
        raise RtAudioGenError(f"{path}: cannot be written ({file.errorString()})")
