"""Scrolling page with controls that the wheel moves, too."""

import time

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

_TURN_SECONDS = 0.5  # notches within this time belong to one turn of the wheel


class ScrollPage(QScrollArea):
    """A turn of the wheel that began to scroll it goes on scrolling, even over a control."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turned = 0.0  # time of the last notch, on the monotonic clock

    @property
    def is_turned(self) -> bool:
        """True while a turn of the wheel scrolls it."""
        return time.monotonic() - self._turned < _TURN_SECONDS

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned = time.monotonic()
        super().wheelEvent(event)


def scrolls_with(widget: QWidget) -> bool:
    """Return True if the page of a widget is being scrolled, so the wheel is not for the widget."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, ScrollPage):
            return parent.is_turned
        parent = parent.parentWidget()
    return False
