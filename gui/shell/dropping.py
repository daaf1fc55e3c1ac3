"""Things that are dragged over the window, and what lies below them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Signal
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from ..library.browser_table import MODEL_MIME
from ..library.library_actions import Place
from ..widgets.drop_frame import DropFrame


class Dropping(QObject):
    """Takes files and models for the whole window, whatever part of it they are dropped on."""

    files = Signal(object, object)  # list[Path], Place
    models = Signal(object, object)  # list[str]: ids or files, Place

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
        elif isinstance(event, QDragMoveEvent):  # entering is moving, too
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

    def _takes(self, event: QDropEvent, place: Place) -> bool:
        source: Any = event.source()
        if place.on_browser and isinstance(source, QWidget) and self._browser.isAncestorOf(source):
            return False  # it lies there already
        return event.mimeData().hasFormat(MODEL_MIME) or bool(_paths(event.mimeData()))

    def _place(self, position: QPoint) -> tuple[Place, QWidget]:
        """What is below a point of the window, and what of it is to be framed."""
        below: QWidget | None = self._window.childAt(position)
        slots = {strip: slot for slot, strip in self._strips().items()}
        while below is not None:
            if below in slots:
                return Place(slots[below]), below
            if below is self._browser:
                return Place(on_browser=True), below
            below = below.parentWidget()
        return Place(), self._rack


def _paths(data: QMimeData) -> list[Path]:
    """The files among what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
