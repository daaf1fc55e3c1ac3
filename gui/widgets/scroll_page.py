"""A page that is scrolled by the wheel past controls which the wheel moves, too."""

import time

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

_TURN_SECONDS = 0.5  # notches that follow sooner belong to one turn of the wheel


class ScrollPage(QScrollArea):
    """A turn of the wheel that began to scroll it scrolls on, whatever comes under the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turned = 0.0  # when, on the monotonic clock

    @property
    def is_turned(self) -> bool:
        """Whether a turn of the wheel scrolls it at this moment."""
        return time.monotonic() - self._turned < _TURN_SECONDS

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned = time.monotonic()
        super().wheelEvent(event)


def scrolls_with(widget: QWidget) -> bool:
    """Whether the page that a widget is on is being scrolled: the wheel is not for the widget."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, ScrollPage):
            return parent.is_turned
        parent = parent.parentWidget()
    return False
