"""Undo history of everything that the user does to the rack."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence, QUndoCommand, QUndoStack

from rtaudiogen.client.remote import EngineProcess

from .bridge import Bridge, Then
from .messages import MessageBar

T = TypeVar("T")
Go = Callable[[Any, Any], object]  # brings the first state about, in place of the second

GESTURE_SECONDS = 0.7  # movements of the same things within this time are one step
_ALONE = -1  # Qt merges no step with this key


class Step(QUndoCommand):
    """Something that the user has done, from one state to another; `go` leads between them.

    Steps of the same `key` that follow each other at once become one.
    """

    def __init__(self, name: str, before: Any, after: Any, go: Go, key: int = _ALONE) -> None:
        super().__init__(name)
        self._before, self._after = before, after
        self._go = go
        self._key = key
        self._time = monotonic()
        self._is_done = True  # the stack calls `redo` when a step is put on it

    def id(self) -> int:
        """Return the key, by which Qt knows the steps that may become one."""
        return self._key

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, Step)
        if other._time - self._time > GESTURE_SECONDS:
            return False
        self._after, self._time = other._after, other._time
        self.setObsolete(self._after == self._before)
        return True

    def undo(self) -> None:
        self._go(self._before, self._after)

    def redo(self) -> None:
        if not self._is_done:
            self._go(self._after, self._before)
        self._is_done = False


class History(QObject):
    """One history for the rack, which lasts as long as the window. Everything is [window]."""

    def __init__(self, bridge: Bridge, messages: MessageBar, window: QObject) -> None:
        super().__init__(window)
        self._bridge, self._messages = bridge, messages
        self._keys: dict[Hashable, int] = {}  # by what was moved
        self.stack = QUndoStack(self)
        self.undo = self.stack.createUndoAction(self, "Undo:")
        self.redo = self.stack.createRedoAction(self, "Redo:")
        self.undo.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo.setShortcut(QKeySequence.StandardKey.Redo)

    @property
    def actions(self) -> tuple[QAction, QAction]:
        """Undo and redo, each with the name of its step."""
        return self.undo, self.redo

    def moved(self, what: Hashable, name: str, before: Any, after: Any, go: Go) -> None:
        """Remember a movement that the user has made; one gesture is one step."""
        key = self._keys.setdefault(what, len(self._keys))
        self.stack.push(Step(name, before, after, go, key))

    def do(
        self,
        name: str,
        work: Callable[[EngineProcess], T],
        then: Then[T] | None = None,
        label: str = "",
        turned: Callable[[bool], object] | None = None,
    ) -> None:
        """Have the engine change the rack, as `Bridge.do`, and remember the step.

        `turned` is called with False when the step is undone, and with True when it is redone.
        """

        def job(engine: EngineProcess) -> tuple[Any, T, Any]:
            before = engine.rack()
            result = work(engine)
            return before, result, engine.rack()

        def done(outcome: tuple[Any, T, Any]) -> None:
            before, result, after = outcome

            def go(rack: Any, instead_of: Any) -> None:
                self._restore(rack, instead_of)
                if turned is not None:
                    turned(rack is after)

            if before != after:
                self.stack.push(Step(name, before, after, go))
            if then is not None:
                then(result)

        self._bridge.do(job, done, label)

    def done(self, name: str, before: Any, after: Any) -> None:
        """Remember a step that the engine has made by itself, from one `rack` to another."""
        if before != after:
            self.stack.push(Step(name, before, after, self._restore))

    def _restore(self, rack: Any, instead_of: Any) -> None:
        self._bridge.do(lambda engine: engine.restore(rack, instead_of), self._say, "Loading")

    def _say(self, notices: list[str]) -> None:
        for notice in notices:
            self._messages.say(notice)
