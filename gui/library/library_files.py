"""Actions on the library's own files: rename, export, trash, show in the folder."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QFile, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from rtaudiogen.client.library import CODES, Item
from rtaudiogen.client.library_files import export, parts, rename
from rtaudiogen.errors import RtAudioGenError

from ..shell.bridge import Bridge
from ..shell.dialogs import ask_name, ask_where, ask_whether
from ..shell.messages import MessageBar


class LibraryFiles(QObject):
    """Asks before something could be lost, and reports the result."""

    changed = Signal()  # a file was added, removed or renamed

    def __init__(self, bridge: Bridge, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._messages, self._window = bridge, messages, window

    def show_folder(self, item: Item) -> None:
        """Open the item's folder in the system's file manager."""
        assert item.path is not None
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(item.path.parent)))

    def rename(self, item: Item) -> None:
        """Ask for a new name, and rename the file within its folder."""
        assert item.path is not None
        proposal = item.name.removesuffix(item.path.suffix)
        name = ask_name(self._window, "Rename", f"New name for {item.name}:", proposal)
        if name and name != proposal:
            self._bridge.ask(partial(rename, item, name), self._say_renamed)

    def export(self, item: Item) -> None:
        """Ask for a place, and copy the file there."""
        path = item.path
        assert path is not None
        kinds = f"{item.kind.capitalize()}s (*{path.suffix})"
        if path.suffix.lower() == CODES:
            kinds += ";;Decoded sounds (*.wav)"
        target = ask_where(self._window, f"Export {item.name}", Path.home() / path.name, kinds)
        if target is not None:
            self._bridge.ask(
                partial(export, path, target),
                lambda _: self._messages.say(f"Exported {item.name} to {target}."),
            )

    def trash(self, items: Sequence[Item]) -> None:
        """Move files to the trash if the user agrees."""
        own = [item for item in items if item.own and item.path is not None]
        if not own:
            return
        what = own[0].name if len(own) == 1 else f"{len(own)} {own[0].kind}s"
        if ask_whether(self._window, "Delete", f"Move {what} to the trash?"):
            self._bridge.ask(partial(_trash, own), lambda _: self._say_trashed(what))

    def _say_renamed(self, path: Path) -> None:
        self._messages.say(f"Renamed to {path}.")
        self.changed.emit()

    def _say_trashed(self, what: str) -> None:
        self._messages.say(f"Moved to the trash: {what}.")
        self.changed.emit()


def _trash(items: Sequence[Item]) -> None:
    """Move the items' files to the trash. [any] RtAudioGenError if one cannot be moved."""
    for item in items:
        assert item.path is not None
        for part in parts(item.path):
            file = QFile(str(part))
            if not file.moveToTrash():
                raise RtAudioGenError(f"{part}: cannot be moved to the trash: {file.errorString()}")
