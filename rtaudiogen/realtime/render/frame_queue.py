"""Queue of items with frames: pushed from any thread, taken by the render thread in order."""

from bisect import insort
from collections import deque
from collections.abc import Iterable
from typing import Any

Item = tuple[Any, ...]  # its frame first


class FrameQueue:
    """Items sorted by frame; those of one frame keep the order in which they were pushed."""

    def __init__(self) -> None:
        # NB: append and popleft of a deque are atomic under the GIL, so no lock is needed
        self._inbox: deque[Item] = deque()
        self._items: list[Item] = []

    def __len__(self) -> int:
        """Return the number of items. [any]"""
        return len(self._inbox) + len(self._items)

    def push(self, item: Item) -> None:
        """Add an item. [any]"""
        self._inbox.append(item)

    def due(self, end_frame: int) -> list[Item]:
        """Remove and return the items before `end_frame`. [render]"""
        self._sort_in()
        count = 0
        while count < len(self._items) and self._items[count][0] < end_frame:
            count += 1
        items = self._items[:count]
        del self._items[:count]
        return items

    def pending(self) -> list[Item]:
        """Return all items. [render]"""
        self._sort_in()
        return list(self._items)

    def restore(self, items: Iterable[Item]) -> None:
        """Restore what `pending` returned. [control], before any item is taken"""
        self._items = list(items)

    def _sort_in(self) -> None:
        while self._inbox:
            insort(self._items, self._inbox.popleft(), key=lambda item: item[0])
