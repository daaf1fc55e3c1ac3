"""Dragging of sounds that become files only when the drag begins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from rtaudiogen.client.catalogue import recordings_folder
from rtaudiogen.client.library_files import free_path
from rtaudiogen.client.remote import EngineProcess

from .bridge import Bridge

Make = Callable[[EngineProcess, str], Any]  # writes the file of that path


def drag_made_file(
    bridge: Bridge, source: QWidget, stem: str, make: Make, picture: QPixmap | None = None
) -> None:
    """Have the engine write a WAV file among the recordings, and drag it from `source`.

    The drag begins when the file exists, if the mouse button is still down then. A file that is
    dropped somewhere stays, because its receiver may play from it; otherwise it is deleted.
    """

    def work(engine: EngineProcess) -> Path:
        folder = recordings_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = free_path(folder, stem, ".wav")
        make(engine, str(path))
        return path

    def then(path: Path) -> None:
        held = QApplication.mouseButtons() & Qt.MouseButton.LeftButton
        if not held or drag_file(source, path, picture) == Qt.DropAction.IgnoreAction:
            path.unlink(missing_ok=True)

    bridge.do(work, then)


def drag_file(source: QWidget, path: Path, picture: QPixmap | None = None) -> Qt.DropAction:
    """Drag a file until it is dropped; return what the receiver did with it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drag = QDrag(source)
    drag.setMimeData(data)
    if picture is not None:
        drag.setPixmap(picture)
    return drag.exec(Qt.DropAction.CopyAction)
