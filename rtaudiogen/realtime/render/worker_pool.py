"""Worker pool: other cores for the independent parts of a block, such as voices of a network.

The parts lie in one queue, from which the render thread and its helpers take one after the other. A
late helper finds the queue empty; the caller waits only for parts already started. Between two
parts helpers go round the queues, so no caller occupies them for long.
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


class WorkerPool:
    """Threads that help. `work` must spend its time without the interpreter's lock."""

    def __init__(self, helpers: int) -> None:
        """Start the threads; they end with the process. [any]"""
        self.helpers = helpers
        self.demand = Demand()
        self._queues: SimpleQueue[_PartQueue] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._help, args=(hand,), name=f"pool {hand}", daemon=True)
            for hand in range(1, helpers + 1)
        ]
        for thread in self._threads:
            thread.start()

    def hurry(self) -> None:
        """Raise the threads' priority, because somebody listens from now on. [any]

        Real-time threads leave at least one core free; otherwise the window would be blocked while
        there is more work than the cores can do.
        """
        for thread in self._threads:
            real_time = self.helpers + 1 < cores()
            raise_priority(HELPER_PRIORITY, thread.native_id, real_time)

    def share(self, work: Work, parts: int, helpers: int) -> None:
        """Do all parts, with at most so many helpers, and return when they are done. [render]

        Worker 0 is the caller; no worker has two parts at a time. Raises the error of a part.
        """
        queue = _PartQueue(work, parts)
        for _ in range(min(helpers, self.helpers, parts - 1)):
            self._queues.put(queue)
        while queue.take(0):
            pass
        queue.wait()

    def _help(self, hand: int) -> None:
        while True:
            queue = self._queues.get()
            if queue.take(hand):
                self._queues.put(queue)
            del queue  # releases what its work holds while there is nothing to do


class Demand:
    """Number of cores that all callers together have needed lately."""

    def __init__(self) -> None:
        self._cores, self._noted = 0.0, -math.inf

    def note(self, seconds: float) -> float:
        """Add work that takes one core `seconds`; return the cores, including this work. [any]"""
        now = time.perf_counter()
        self._cores *= math.exp(min(self._noted - now, 0.0) / LATELY_SECONDS)
        self._cores += seconds / LATELY_SECONDS
        self._noted = now
        return self._cores


class _PartQueue:
    """The parts of one call."""

    def __init__(self, work: Work, parts: int) -> None:
        self._work, self._parts = work, parts
        self._left = deque(range(parts))
        self._done: SimpleQueue[Exception | None] = SimpleQueue()

    def take(self, hand: int) -> bool:
        """Do a part; return False if there is none left."""
        with suppress(IndexError):
            part = self._left.popleft()
            self._done.put(self._error_of(part, hand))
            return True
        return False

    def _error_of(self, part: int, hand: int) -> Exception | None:
        try:
            self._work(part, hand)
        except Exception as error:  # is raised again on the caller's thread
            return error
        return None

    def wait(self) -> None:
        """Wait until every part is done."""
        errors = [self._done.get() for _ in range(self._parts)]
        for error in filter(None, errors):
            raise error


_first_call = threading.Lock()


def worker_pool() -> WorkerPool:
    """Return the pool of this process. The first call starts its threads. [any]"""
    with _first_call:
        return _pool()


@cache
def _pool() -> WorkerPool:
    """Return a pool that leaves a core to other programs, if there are more than two."""
    return WorkerPool(min(cores() - 1, max(1, cores() - 2), MOST_HELPERS))


@cache
def cores() -> int:
    """Return the number of cores that this process may use. [any]"""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
