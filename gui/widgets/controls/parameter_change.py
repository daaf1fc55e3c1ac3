"""Undoable step: parameters that one gesture moved."""

from collections.abc import Callable, Mapping
from time import monotonic

from PySide6.QtGui import QUndoCommand

GESTURE_SECONDS = 0.7  # movements of the same parameters within this time are one step
Values = Mapping[str, float]


class ParameterChange(QUndoCommand):
    """Moves parameters from `before` to `after` by calling `move(values)`, by id.

    `key` is the same for movements of the same parameters.
    """

    def __init__(
        self, key: int, name: str, before: Values, after: Values, move: Callable[[Values], None]
    ) -> None:
        super().__init__(name)
        self._key = key
        self._before, self._after = before, after
        self._move = move
        self._time = monotonic()

    def id(self) -> int:
        """Return the key; Qt merges a step into the previous one only if both have the same id."""
        return self._key

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
