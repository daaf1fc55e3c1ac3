"""A step that can be undone: one parameter moved by one gesture."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtGui import QUndoCommand

GESTURE_SECONDS = 0.7  # movements of one parameter that follow sooner are one step


class ParameterChange(QUndoCommand):
    """Moves a parameter from `before` to `after` by calling `move(value)`."""

    def __init__(
        self, index: int, name: str, before: float, after: float, move: Callable[[float], None]
    ) -> None:
        super().__init__(name)
        self._index = index
        self._before, self._after = before, after
        self._move = move
        self._time = monotonic()

    def id(self) -> int:
        """Qt offers a step for merging to the one before it if both have the same id."""
        return self._index

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, ParameterChange)
        if other._time - self._time > GESTURE_SECONDS:
            return False
        self._after, self._time = other._after, other._time
        self.setObsolete(self._after == self._before)
        return True

    def undo(self) -> None:
        self._move(self._before)

    def redo(self) -> None:
        self._move(self._after)
