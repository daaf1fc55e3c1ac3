"""Other cores for a block whose parts do not need each other: voices of a network, say.

The parts lie in one heap, from which the render thread and its helpers take one after the other. A
helper that comes late, or not at all, finds nothing left to do: waited for is only what was begun.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue

from .realtime.scheduling import HELPER_PRIORITY, raise_priority

Work = Callable[[int, int], object]  # gets the number of a part, and that of the hand that has it


class Crew:
    """Threads that help. `work` has to spend its time without the interpreter's lock."""

    def __init__(self, helpers: int, urgent: bool = False) -> None:
        """Start them; they end with the process. `urgent`: ahead of ordinary threads. [control]"""
        self.helpers = helpers
        self._calls: SimpleQueue[_Heap] = SimpleQueue()
        for hand in range(1, helpers + 1):
            threading.Thread(
                target=self._help, args=(hand, urgent), name=f"crew {hand}", daemon=True
            ).start()

    def share(self, work: Work, parts: int, helpers: int) -> None:
        """Do all parts, with so many helpers at most, and return when they are done. [render]

        Hand 0 is the caller's; no hand has two parts at a time. Raises what a part has raised.
        """
        heap = _Heap(work, parts)
        for _ in range(min(helpers, self.helpers, parts - 1)):
            self._calls.put(heap)
        heap.take(0)
        heap.wait()

    def _help(self, hand: int, urgent: bool) -> None:
        if urgent:
            raise_priority(HELPER_PRIORITY)
        while True:
            self._calls.get().take(hand)


class _Heap:
    """The parts of one call."""

    def __init__(self, work: Work, parts: int) -> None:
        self._work, self._parts = work, parts
        self._left = deque(range(parts))
        self._done: SimpleQueue[Exception | None] = SimpleQueue()

    def take(self, hand: int) -> None:
        """Do parts until there is none left."""
        with suppress(IndexError):
            while True:
                self._done.put(self._error_of(self._left.popleft(), hand))

    def _error_of(self, part: int, hand: int) -> Exception | None:
        try:
            self._work(part, hand)
        except Exception as error:  # the caller's to hear, whose thread this may not be
            return error
        return None

    def wait(self) -> None:
        """Until every part is done."""
        errors = [self._done.get() for _ in range(self._parts)]
        for error in filter(None, errors):
            raise error


@cache
def the_crew() -> Crew:
    """That of this process: a core is left for everybody else, if there are more than two.

    [control] The first call starts its threads.
    """
    cores = _cores()
    return Crew(min(cores - 1, max(1, cores - 2)), urgent=cores > 2)


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
