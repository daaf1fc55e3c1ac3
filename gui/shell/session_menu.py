"""Menu for sessions, the theme and the size of the window."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from rtaudiogen.client.catalogue import SUFFIX

from .dialogs import ask_where
from .window_state import SCALES

FILTER = f"Sessions (*{SUFFIX})"
UNTITLED = f"session{SUFFIX}"


class SessionMenu(QToolButton):
    """A button with a menu; signals tell what the user wants."""

    opened = Signal(str)
    saved = Signal(str)
    emptied = Signal()
    demo = Signal()
    themed = Signal(str)  # dark or light
    scaled = Signal(int)  # percent

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.path = ""  # the rack's file; empty: it has none
        self.setText("Session")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = menu = QMenu(self)
        menu.addAction("Open …", "Ctrl+O", self._open)
        self.recent = menu.addMenu("Open recent")
        self.recent.setToolTipsVisible(True)
        self.save = menu.addAction("Save", "Ctrl+S", self._save)
        self.save_as = menu.addAction("Save as …", "Ctrl+Shift+S", self._save_as)
        menu.addSeparator()
        menu.addAction("Empty rack", self.emptied.emit)
        menu.addAction("Play the demo", self.demo.emit)
        menu.addSeparator()
        menu.addAction("Dark", lambda: self.themed.emit("dark"))
        menu.addAction("Light", lambda: self.themed.emit("light"))
        sizes = menu.addMenu("Size")
        for percent in SCALES:
            sizes.addAction(f"{percent} %", partial(self.scaled.emit, percent))
        self.setMenu(menu)
        self.show_recent([])

    def offer_undo(self, actions: Sequence[QAction]) -> None:
        """Put the actions of the history at the top."""
        first = self._menu.actions()[0]
        self._menu.insertActions(first, actions)
        self._menu.insertSeparator(first)

    def show_session(self, path: str) -> None:
        """Show the rack's file; empty: it has none."""
        self.path = path
        self.setToolTip(path)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """Offer recent sessions, the newest first."""
        self.recent.clear()
        for path in paths:
            action = self.recent.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self.opened.emit(str(path)))
        self.recent.setEnabled(bool(paths))

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a session", self._begin(), FILTER)
        if path:
            self._folder = Path(path).parent
            self.opened.emit(path)

    def _save(self) -> None:
        if self.path:
            self.saved.emit(self.path)
        else:
            self._save_as()

    def _save_as(self) -> None:
        proposal = Path(self.path) if self.path else Path(self._begin(), UNTITLED)
        path = ask_where(self, "Save the session", proposal, FILTER)
        if path is not None:
            self._folder = path.parent
            self.saved.emit(str(path))

    def _begin(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        return str(self._folder)
