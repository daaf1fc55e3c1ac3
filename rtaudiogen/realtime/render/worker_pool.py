"""Other cores for a block whose parts do not need each other: voices of a network, say.

The parts lie in one heap, from which the render thread and its helpers take one after the other. A
helper that comes late, or not at all, finds nothing left to do: waited for is only a part that was
begun. Between two parts helpers go round the heaps, so nobody keeps them for long.
"""

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import SimpleQueue

from rtaudiogen.realtime.render.scheduling import HELPER_PRIORITY, raise_priority

MOST_HELPERS = 15
LATELY_SECONDS = 0.1  # over which demand is averaged

Work = Callable[[int, int], object]  # gets the number of a part, and that of the hand that has it


class Crew:
    """Threads that help. `work` has to spend its time without the interpreter's lock."""

    def __init__(self, helpers: int) -> None:
        """Start them; they end with the process. [any]"""
        self.helpers = helpers
        self.demand = Demand()
        self._heaps: SimpleQueue[_Heap] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._help, args=(hand,), name=f"crew {hand}", daemon=True)
            for hand in range(1, helpers + 1)
        ]
        for thread in self._threads:
            thread.start()

    def hurry(self) -> None:
        """Be ahead of ordinary threads from now on, since somebody listens. [any]

        Of real-time threads at least one core is left free, or a window could not be moved any
        more while there is more to do than can be done.
        """
        for thread in self._threads:
            real_time = self.helpers + 1 < cores()
            raise_priority(HELPER_PRIORITY, thread.native_id, real_time)

    def share(self, work: Work, parts: int, helpers: int) -> None:
        """Do all parts, with so many helpers at most, and return when they are done. [render]

        Hand 0 is the caller's; no hand has two parts at a time. Raises what a part has raised.
        """
        heap = _Heap(work, parts)
        for _ in range(min(helpers, self.helpers, parts - 1)):
            self._heaps.put(heap)
        while heap.take(0):
            pass
        heap.wait()

    def _help(self, hand: int) -> None:
        while True:
            heap = self._heaps.get()
            if heap.take(hand):
                self._heaps.put(heap)
            del heap  # and whatever its work holds, while there is nothing to do


class Demand:
    """How many cores were asked for lately, by all callers together."""

    def __init__(self) -> None:
        self._cores, self._noted = 0.0, -math.inf

    def note(self, seconds: float) -> float:
        """What one core alone would take that long for; the cores, this included. [any]"""
        now = time.perf_counter()
        self._cores *= math.exp(min(self._noted - now, 0.0) / LATELY_SECONDS)
        self._cores += seconds / LATELY_SECONDS
        self._noted = now
        return self._cores


class _Heap:
    """The parts of one call."""

    def __init__(self, work: Work, parts: int) -> None:
        self._work, self._parts = work, parts
        self._left = deque(range(parts))
        self._done: SimpleQueue[Exception | None] = SimpleQueue()

    def take(self, hand: int) -> bool:
        """Do a part; false if there is none left."""
        with suppress(IndexError):
            part = self._left.popleft()
            self._done.put(self._error_of(part, hand))
            return True
        return False

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


_first_call = threading.Lock()


def the_crew() -> Crew:
    """That of this process. The first call starts its threads. [any]"""
    with _first_call:
        return _crew()


@cache
def _crew() -> Crew:
    """A core is left for everybody else, if there are more than two."""
    return Crew(min(cores() - 1, max(1, cores() - 2), MOST_HELPERS))


@cache
def cores() -> int:
    """Those that this process may use. [any]"""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
