"""Drag and drop on the whole window."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Signal
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from ..library.browser_table import MODEL_MIME
from ..library.library_actions import DropPlace
from ..widgets.drop_frame import DropFrame


class DropTarget(QObject):
    """Takes files and models for the window, and tells on which part they were dropped."""

    files = Signal(object, object)  # list[Path], DropPlace
    models = Signal(object, object)  # list[str]: ids or files, DropPlace

    def __init__(
        self,
        window: QWidget,
        strips: Callable[[], Mapping[int, QWidget]],
        rack: QWidget,
        browser: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._strips, self._rack, self._browser = window, strips, rack, browser
        self._frame = DropFrame(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self._frame.hide()
        elif isinstance(event, QDragMoveEvent):  # also entering
            return self._move(event)
        elif isinstance(event, QDropEvent):
            return self._drop(event)
        return False

    def _move(self, event: QDragMoveEvent) -> bool:
        place, below = self._place(event.position().toPoint())
        if not self._takes(event, place):
            self._frame.hide()
            event.ignore()
        else:
            self._frame.surround(below)
            event.acceptProposedAction()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        self._frame.hide()
        place, _ = self._place(event.position().toPoint())
        if not self._takes(event, place):
            event.ignore()
            return True
        event.acceptProposedAction()
        data = event.mimeData()
        if data.hasFormat(MODEL_MIME):
            text = bytes(data.data(MODEL_MIME).data()).decode(errors="replace")
            self.models.emit(text.splitlines(), place)
        else:
            self.files.emit(_paths(data), place)
        return True

    def _takes(self, event: QDropEvent, place: DropPlace) -> bool:
        source: Any = event.source()
        if place.on_browser and isinstance(source, QWidget) and self._browser.isAncestorOf(source):
            return False  # it comes from there
        return event.mimeData().hasFormat(MODEL_MIME) or bool(_paths(event.mimeData()))

    def _place(self, position: QPoint) -> tuple[DropPlace, QWidget]:
        """Return the place below a point of the window, and the widget to frame."""
        below: QWidget | None = self._window.childAt(position)
        slots = {strip: slot for slot, strip in self._strips().items()}
        while below is not None:
            if below in slots:
                return DropPlace(slots[below]), below
            if below is self._browser:
                return DropPlace(on_browser=True), below
            below = below.parentWidget()
        return DropPlace(), self._rack


def _paths(data: QMimeData) -> list[Path]:
    """Return the files of the drag data."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
