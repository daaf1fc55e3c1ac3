"""Bridge between window and engine: commands go out, facts and sound come in.

Commands may take seconds (loading a model, waiting for an audio server), so a worker's thread
carries them out one after another. Results arrive as signals on the window's thread.
"""

import contextlib
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from rtaudiogen.client import catalogue
from rtaudiogen.client.open_engine import Opened, open_empty_engine, open_engine
from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import Snapshot

T = TypeVar("T")
Then = Callable[[T], object]

LOOK_MS = 33
KEEP_SECONDS = 20.0  # between two savings of the session for the next start
CLOSE_SECONDS = 20.0
DIES_AGAIN_SECONDS = 60.0  # an engine that dies within this time after a restart died "soon"
SILENT_SECONDS = 3.0  # without a played frame, until the user is told


class _Job(NamedTuple):
    work: Callable[[], Any]
    then: Callable[[Any], object] | None
    label: str  # shown while the job runs; empty for quick jobs


class Bridge(QObject):
    """Owns the engine. Every public method is for the window's thread and returns at once."""

    changed = Signal(object)  # Snapshot, thirty times a second
    heard = Signal(object)  # (frames, channels) float32, played since the last signal; may be empty
    failed = Signal(str)  # a command could not be carried out, in one sentence
    said = Signal(str)  # a message of the engine
    busy = Signal(str)  # label of a job that takes long; empty: there is none
    opened = Signal(object)  # EngineSettings, whenever an engine was opened with them
    gone = Signal(str)  # the engine was given up; the reason
    _finished = Signal(object, object)  # a callback, and the result for it

    def __init__(
        self, parent: QObject | None = None, device: str = "cpu", named: bool = False
    ) -> None:
        """Prepare a bridge; `open` starts the engine.

        `device` is the processor of the networks; `named` is True if the user has just named it.
        See `client.open_engine.open_engine`.
        """
        super().__init__(parent)
        self._device, self._named = device, named
        self._engine: EngineProcess | None = None
        self._startup: catalogue.Startup | None = None
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._kept = time.monotonic()
        self._restarted = -math.inf
        self._messages: tuple[str, ...] = ()
        self._notices: list[str] = []  # of the opening, not yet reported
        self._frames, self._heard = 0, time.monotonic()  # frames played, and since when
        self._silent = False  # True after silence was reported
        self._label = ""  # of the worker's job
        self._closed = False
        self._finished.connect(self._hand_over)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._worker = threading.Thread(target=self._work, name="bridge", daemon=True)
        self._worker.start()

    # -- opening and closing ---------------------------------------------------------------------

    def open(self, startup: catalogue.Startup | None = None) -> None:
        """Start an engine, or attach to one that plays; see `client.open_engine.open_engine`.

        With a `startup` no session is saved for the next start.
        """
        self._startup = startup
        self._begin_with(lambda: open_engine(startup, self._device, self._named))

    def restart(self) -> None:
        """Open the engine again after `gone`; if it soon dies again, with an empty rack."""
        if self._engine is not None and self._engine.was_taken:
            self.open(self._startup)  # take it back
            return
        now = time.monotonic()
        died_soon, self._restarted = now - self._restarted < DIES_AGAIN_SECONDS, now
        if died_soon and self._startup is None:
            self._begin_with(lambda: open_empty_engine(self._device))
        else:
            self.open(self._startup)

    def _begin_with(self, way: Callable[[], Opened]) -> None:
        def work() -> list[str]:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
            opened = way()
            opened.engine.tap_frames()  # compiles the reader now
            self._engine = opened.engine
            return opened.notices

        self._queue.put(_Job(work, self._begin, "Starting the engine"))

    def _begin(self, notices: list[str]) -> None:
        assert self._engine is not None
        self._notices = notices  # newer than the engine's messages
        self._heard, self._silent = time.monotonic(), False
        self.opened.emit(self._engine.settings)
        self._messages = ()
        self._timer.start()

    def close(self) -> None:
        """Save the session, finish the recording and end the engine; wait until this is done."""
        self._closed = True
        self._timer.stop()
        self._keep()
        self._queue.put(None)
        self._worker.join(CLOSE_SECONDS)

    def _keep(self) -> None:
        """Save the rack for the next start."""
        if self._startup is None:
            self.do(lambda engine: engine.save_session(catalogue.recent_path()))

    # -- commands --------------------------------------------------------------------------------

    def do(
        self, work: Callable[[EngineProcess], T], then: Then[T] | None = None, label: str = ""
    ) -> None:
        """Have the engine do something; `then` gets the result, `failed` tells an error."""
        self._queue.put(_Job(lambda: work(self._required()), then, label))

    def ask(self, work: Callable[[], T], then: Then[T]) -> None:
        """Do what takes time and needs no engine, on a thread of its own; otherwise as `do`."""
        job = _Job(work, then, "")
        threading.Thread(target=self._carry_out, args=(job,), daemon=True).start()

    def set_parameter(self, slot: int, id: str, value: float) -> None:
        """Move a parameter, at once; see `Facade.at_once`."""
        if self._engine is not None:
            self._engine.set_parameter(slot, id, value)

    def set_mix(self, slot: int, field: str, value: float) -> None:
        """Set a field of a slot's mix, at once."""
        if self._engine is not None:
            self._engine.set_mix(slot, field, value)

    def set_master(self, gain_db: float) -> None:
        """Set the gain of the whole output, at once."""
        if self._engine is not None:
            self._engine.set_master(gain_db)

    def play(self, status: int, data1: int, data2: int, slot: int = 0) -> None:
        """Play a channel message at once, in one slot or (`slot` 0) in all."""
        engine = self._engine
        if engine is not None:
            engine.play_now(status, data1, data2, slot)

    def panic(self) -> None:
        """Silence every voice, stream and live input, at once."""
        engine = self._engine
        if engine is not None:
            engine.panic()

    def reopen(self, **changes: Any) -> None:
        """Open another device, port, rate or latency; `changes` are fields of EngineSettings."""

        def work(engine: EngineProcess) -> EngineSettings:
            try:
                wanted = replace(engine.settings, **changes)
                if wanted != engine.settings:
                    engine.reopen(wanted)
            except RtAudioGenError as error:
                self._tell(self.failed, str(error))
            return engine.settings

        self.do(work, self.opened.emit, "Opening the audio device")

    def showing_settings(self, work: Callable[[EngineProcess], T]) -> Callable[[EngineProcess], T]:
        """Return work that also tells the settings with which it has left the engine."""

        def told(engine: EngineProcess) -> T:
            result = work(engine)
            self._tell(self.opened, engine.settings)
            return result

        return told

    def _required(self) -> EngineProcess:
        if self._engine is None:
            raise RtAudioGenError("The engine is not running.")
        return self._engine

    # -- the worker ------------------------------------------------------------------------------

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            self._label = job.label
            if job.label:
                self._tell(self.busy, job.label)
            self._carry_out(job)
            if job.label:
                self._tell(self.busy, "")
            self._label = ""
        if self._engine is not None:
            self._engine.close()

    def _carry_out(self, job: _Job) -> None:
        """Run a job and report its result or error. [worker, any]"""
        try:
            result = job.work()
        except RtAudioGenError as error:
            self._tell(self.failed, str(error))
        except Exception as error:  # a bug of ours must not end the window
            self._tell(self.failed, f"{type(error).__name__}: {error}")
        else:
            if job.then is not None:
                self._tell(self._finished, job.then, result)

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        with contextlib.suppress(RuntimeError):  # the window has been closed meanwhile
            signal.emit(*values)

    @Slot(object, object)
    def _hand_over(self, then: Callable[[Any], object], result: object) -> None:
        if not self._closed:  # whoever has asked may be gone
            then(result)

    # -- facts -----------------------------------------------------------------------------------

    def _look(self) -> None:
        engine = self._engine
        if engine is None:
            return
        try:
            facts = engine.snapshot()
        except RtAudioGenError as error:
            self._timer.stop()
            self.gone.emit(str(error))
            return
        if facts:
            snapshot = Snapshot.from_json(facts)
            self._watch(snapshot.frames_played)
            for message in new_messages(self._messages, snapshot.messages):
                self.said.emit(message)
            for notice in self._notices:
                self.said.emit(notice)
            self._messages, self._notices = snapshot.messages, []
            self.changed.emit(snapshot)
            self.heard.emit(engine.tap_frames())
        if time.monotonic() - self._kept > KEEP_SECONDS:
            self._kept = time.monotonic()
            self._keep()

    def _watch(self, frames_played: int) -> None:
        """Report when no frame has been played for long although no command is being carried
        out.
        """
        if frames_played != self._frames or self._label:
            if self._silent:
                self.said.emit("The engine plays again.")
            self._frames, self._heard, self._silent = frames_played, time.monotonic(), False
        elif not self._silent and time.monotonic() - self._heard > SILENT_SECONDS:
            self._silent = True
            self.failed.emit("No sound: the engine does not answer and is being restarted.")


def new_messages(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return the messages of `after` that `before` lacks; old ones may have been dropped."""
    known = Counter(before)
    fresh = []
    for message in after:
        if known[message] > 0:
            known[message] -= 1
        else:
            fresh.append(message)
    return fresh
