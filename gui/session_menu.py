"""What is done with sessions, and the look of the window."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from rtaudiogen.engine.catalogue import SUFFIX

FILTER = f"Sessions (*{SUFFIX})"


class SessionMenu(QToolButton):
    """A button with a menu; signals say what is wanted."""

    opened = Signal(str)
    saved = Signal(str)
    emptied = Signal()
    demo = Signal()
    themed = Signal(str)  # dark or light

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setText("Session")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        menu = QMenu(self)
        menu.addAction("Open …", "Ctrl+O", self._open)
        menu.addAction("Save as …", "Ctrl+S", self._save)
        menu.addSeparator()
        menu.addAction("Empty rack", self.emptied.emit)
        menu.addAction("Play the demo", self.demo.emit)
        menu.addSeparator()
        menu.addAction("Dark", lambda: self.themed.emit("dark"))
        menu.addAction("Light", lambda: self.themed.emit("light"))
        self.setMenu(menu)

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a session", self._begin(), FILTER)
        if path:
            self._folder = Path(path).parent
            self.opened.emit(path)

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save the session", self._begin(), FILTER)
        if path:
            self._folder = Path(path).parent
            self.saved.emit(path if Path(path).suffix else path + SUFFIX)

    def _begin(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        return str(self._folder)
