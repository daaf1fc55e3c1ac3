"""Watcher of the library's folders: reads them again after a change."""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from rtaudiogen.client.library import Item, folders_to_watch, library

from ..shell.bridge import Bridge

SETTLE_MS = 250  # several changes within this time cause one reading
FRESH_SECONDS = 2.0  # a file that changed so recently may still be growing, which causes no signal


class LibraryWatch(QObject):
    """Watches folders, and reads them on a thread of its own."""

    changed = Signal(object)  # tuple[Item, ...]

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.items: tuple[Item, ...] = ()
        self._bridge = bridge
        self._asked = self._answered = 0
        self._stopped = False
        self._folders = QFileSystemWatcher(self)
        self._folders.directoryChanged.connect(lambda _: self.look_soon())
        self._soon = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._soon.timeout.connect(self.look)
        self._again = QTimer(self, singleShot=True, interval=round(FRESH_SECONDS * 500))
        self._again.timeout.connect(self.look)

    def look_soon(self) -> None:
        """Schedule a reading, because something has changed."""
        if not self._soon.isActive():
            self._soon.start()

    def look(self) -> None:
        """Read all folders again."""
        if self._stopped:
            return
        self._asked += 1
        number = self._asked
        self._bridge.ask(
            lambda: (library(), folders_to_watch()), lambda found: self._take(number, *found)
        )

    def stop(self) -> None:
        """Read no more; the window is closing."""
        self._soon.stop()
        self._again.stop()
        self._stopped = True

    def _take(self, number: int, items: tuple[Item, ...], folders: Sequence[Path]) -> None:
        if number < self._answered:  # an older reading took longer
            return
        self._answered = number
        new = {str(folder) for folder in folders} - set(self._folders.directories())
        if new:
            self._folders.addPaths(sorted(new))
        if any(item.modified > time.time() - FRESH_SECONDS for item in items):
            self._again.start()
        if items != self.items:
            self.items = items
            self.changed.emit(items)
