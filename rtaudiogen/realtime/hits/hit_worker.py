"""Thread that makes hits ahead, so that a strike finds one ready."""

import threading
from collections.abc import Callable, Collection

from ..render.scheduling import MAKER_PRIORITY, raise_priority
from .kit import Kit
from .pool import Job

POLL_SECONDS = 0.01  # between two checks of the parameters
JOIN_SECONDS = 2.0

Failed = Callable[[Kit, Exception], None]  # handles a kit whose maker has raised


class HitWorker:
    """Makes the most urgent hit, one at a time. `kits` is called again every time.

    Its priority is the lowest of the engine's threads, but above other programs: while it holds the
    interpreter, the render and the midi thread have to wait for it.
    """

    def __init__(self, kits: Callable[[], Collection[Kit]], failed: Failed) -> None:
        self._kits, self._failed = kits, failed
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="hits", daemon=True)

    def start(self) -> None:
        """Start the thread. [control]"""
        self._thread.start()

    def wake(self) -> None:
        """Wake the worker: a hit was taken, or there is a new kit. [any]"""
        self._wake.set()

    def stop(self) -> None:
        """Finish the present hit and end. [control]"""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        raise_priority(MAKER_PRIORITY)
        while not self._stop.is_set():
            self._wake.clear()
            if not self.step():
                self._wake.wait(POLL_SECONDS if self._kits() else None)

    def step(self) -> bool:
        """Make one hit; return False if there is nothing to do. [worker]"""
        found: list[tuple[tuple[int, bool, int], Kit, Job]] = []
        for kit in self._kits():
            kit.stop_if_muted()
            job = self._look(kit)
            if job is not None:
                found.append((kit.pool.urgency(job), kit, job))
        if not found:
            return False
        _, kit, job = min(found, key=lambda candidate: candidate[0])
        try:
            kit.make(job)
        except Exception as error:  # a third-party maker may raise anything
            self._failed(kit, error)
        return True

    def _look(self, kit: Kit) -> Job | None:
        if kit.failure:
            return None
        try:
            return kit.look()
        except Exception as error:  # as above
            self._failed(kit, error)
            return None
