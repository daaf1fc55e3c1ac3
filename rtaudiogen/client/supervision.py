"""Supervision of an engine's process: restarts it with session and state when it dies."""

import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from .. import __version__
from ..errors import RtAudioGenError, UsageError
from ..wire.board import Board
from ..wire.channel import EXIT_DEVICE_LOST
from ..wire.client_connection import OPEN_SECONDS, ClientConnection, GoneError, TakenError
from ..wire.remote_verbs import RemoteVerbs
from ..wire.settings import EngineSettings
from .engine_folder import EngineFolder
from .patience import Patience

HUNG_SECONDS = 4.0  # an engine that posts nothing for so long hangs
LOOK_SECONDS, OVERSLEPT_SECONDS = 0.1, 1.0  # of the supervisor
GIVE_UP_RESTARTS, GIVE_UP_SECONDS = 5, 30.0
CONTROL_CHANGE, ALL_NOTES_OFF = 0xB0, 123


class SupervisedEngine(RemoteVerbs):
    """Sends commands to the engine's process, and starts another one when it dies or hangs.

    With a `home`, a folder that lasts, the engine plays on when this process is killed or hangs,
    and `attach` finds it again. `resume` goes on from the checkpoint in that folder, if there is
    one.
    """

    def __init__(
        self, settings: EngineSettings, home: Path | None = None, resume: bool = False
    ) -> None:
        """Start and open the engine. RtAudioGenError if it cannot be opened. [control]"""
        place = EngineFolder(home)
        if not place.is_free():
            raise RtAudioGenError(f"an engine plays in {place.folder} already")
        for left in (place.board, *(() if resume else (place.checkpoint,))):
            left.unlink(missing_ok=True)  # left by another engine
        self._prepare(place, settings)
        try:
            self._spawn(resume)
        except GoneError:
            ending = place.log_tail()
            self.close()
            raise RtAudioGenError(f"the engine did not open; its log ends with: {ending}") from None
        except BaseException:  # Ctrl-C as well: no engine is left behind
            self.close()
            raise
        self._watch()

    @classmethod
    def attach(cls, home: Path) -> Self | None:
        """Attach to the engine in `home` whose front end is gone or hangs; None: there is none.

        An engine of another version is asked to end, and leaves its checkpoint. [control]
        """
        place = EngineFolder(home)
        connection = ClientConnection.find(place)
        if connection is None:
            return None
        greeting = connection.greeting
        if greeting["version"] != __version__ or not greeting["playing"]:
            connection.end()
            return None
        engine = cls.__new__(cls)
        engine._prepare(place, EngineSettings.from_json(greeting["settings"]))
        engine._connection, engine._started = connection, True
        engine._recording, engine._bits = greeting["recording"], greeting["bits"]
        engine._awaited = time.monotonic()
        for channel in range(16):  # keys that were held in a lost window
            engine.play_now(CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0)
        engine._watch()
        return engine

    def _prepare(self, home: EngineFolder, settings: EngineSettings) -> None:
        self._settings = settings
        self._home, self._board = home, Board(home.board)
        self._connection: ClientConnection | None = None
        self._messages: list[str] = []
        self._restarted = 0
        self._restarts: deque[float] = deque(maxlen=GIVE_UP_RESTARTS)
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._started = False
        self._awaited = math.inf  # time from which the engine must post facts
        self._recording: str | None = None
        self._bits = 0  # bits of the recording's values
        self._failure: str | None = None  # why the engine was given up

    @property
    def pid(self) -> int:
        """Process id of the engine."""
        return self._present().pid

    @property
    def settings(self) -> EngineSettings:
        """Settings that the engine was opened with."""
        return self._settings

    @property
    def was_taken(self) -> bool:
        """True if another front end has taken over the engine."""
        return self._connection is not None and self._connection.was_taken

    def _present(self) -> ClientConnection:
        if self._connection is None:
            raise RtAudioGenError("the engine is not running")
        return self._connection

    # -- commands --------------------------------------------------------------------------------

    def _call(self, call: str, **arguments: Any) -> Any:
        with self._lock:
            with suppress(GoneError):
                return self._present().exchange(call, arguments)
            try:
                self._restart()
                return self._present().exchange(call, arguments)
            except GoneError:  # the supervisor starts another one
                raise RtAudioGenError(f"the command '{call}' killed the engine twice") from None

    def _send(self, call: str, arguments: Mapping[str, Any]) -> None:
        self._present().send(call, arguments)

    def start(self) -> None:
        """Implement `Facade.start`."""
        self._call("start")
        self._started = True

    def reopen(self, settings: EngineSettings) -> None:
        """Go on with another device, port or timing: a new process, the same session and state.

        The engine must have been started. RtAudioGenError if it cannot be opened with these
        settings; it then plays on with the previous ones.
        """
        with self._lock:
            if not self._started:
                raise UsageError("an engine must be started before it is reopened")
            self._end_process()
            before, self._settings = self._settings, settings
            problem = ""
            try:
                self._spawn(resume=True)
            except (RtAudioGenError, GoneError) as error:
                problem = str(error) or self._home.log_tail()
                self._settings = before
                self._end_process()
            try:
                if problem:
                    self._spawn(resume=True)
                self._go_on()
            except GoneError:  # the supervisor starts another one
                problem = problem or self._home.log_tail()
            if problem:
                raise RtAudioGenError(problem)

    def close(self) -> None:
        """Implement `Facade.close`; an engine that another front end has taken over plays on."""
        self._closing.set()
        with self._lock:
            try:
                self._end_process()
                self._home.clear()
            except TakenError:
                self._present().close()
        self._board.close()

    # -- the process -----------------------------------------------------------------------------

    def _spawn(self, resume: bool) -> None:
        self._awaited = math.inf
        connection = self._connection = ClientConnection.start(self._home)
        settings = self._settings
        if resume:  # an input or a port may have vanished with the device
            settings = replace(settings, input_required=False, midi_required=False)
        arguments = {"settings": settings.to_json(), "resume": resume}
        # an audio server that hangs must not hang the front end; a compiler may take its time
        try:
            with Patience(OPEN_SECONDS, self._home.compiling.exists, connection.kill):
                self._messages.extend(connection.exchange("open", arguments))
        finally:
            self._awaited = time.monotonic()

    def _end_process(self) -> None:
        if self._connection is not None:
            self._awaited = math.inf
            self._connection.end()

    def _go_on(self) -> None:
        """Have a new engine do what the previous one did."""
        connection = self._present()
        if self._started:
            connection.exchange("start", {})
        if self._recording is not None:
            wanted = {"path": _continuation(self._recording), "bits": self._bits}
            self._recording = connection.exchange("record", wanted)
            self._messages.append(f"The recording continues in {self._recording}.")

    # -- the supervisor --------------------------------------------------------------------------

    def _watch(self) -> None:
        threading.Thread(target=self._supervise, name="supervisor", daemon=True).start()

    def _supervise(self) -> None:
        looked = awake = time.monotonic()
        while not self._closing.wait(LOOK_SECONDS):
            now = time.monotonic()
            if now - looked > OVERSLEPT_SECONDS:  # the machine slept, so the engine could not post
                awake = now
            looked = now
            silent_since = max(self._awaited, awake)
            hung = self._board.age_seconds() > HUNG_SECONDS and now - silent_since > HUNG_SECONDS
            connection = self._present()
            if hung and connection.is_open:
                connection.kill()  # releases a command that waits for its reply, too
                connection.wait()
            if not connection.is_open:
                self._replace(hung)

    def _replace(self, hung: bool) -> None:
        with self._lock:
            if self._present().is_open or self._closing.is_set():
                return  # another thread has restarted it meanwhile
            try:
                self._restart(hung)
            except GoneError:
                pass  # the next round counts one more death
            except RtAudioGenError as error:
                self._failure = str(error)
                self._closing.set()

    def _restart(self, hung: bool = False) -> None:
        """Start a new engine with the last session and state, and report it.

        RtAudioGenError if no engine can be started any more.
        """
        connection = self._present()
        status = connection.end()
        fell_silent = time.monotonic()
        self._restarts.append(fell_silent)
        if (
            len(self._restarts) == GIVE_UP_RESTARTS
            and fell_silent - self._restarts[0] < GIVE_UP_SECONDS
        ):
            raise RtAudioGenError(
                f"the engine could not be restarted: it died {GIVE_UP_RESTARTS} times in"
                f" {GIVE_UP_SECONDS:.0f} s; its log ends with: {self._home.log_tail()}"
            )
        try:
            self._spawn(resume=True)
            self._go_on()
        except RtAudioGenError as error:
            raise RtAudioGenError(f"the engine could not be restarted: {error}") from error
        self._messages.append(
            f"{_cause(status, hung)}; it was restarted with session and state after "
            f"{time.monotonic() - fell_silent:.1f} s."
        )
        self._restarted += 1


def _cause(status: int | None, hung: bool) -> str:
    if hung:
        return f"The engine gave no sign of life for {HUNG_SECONDS:.0f} s and was ended"
    if status == EXIT_DEVICE_LOST:
        return "The audio device vanished and the engine with it"
    if status is None:
        return "The engine died"
    return f"The engine died ({f'signal {-status}' if status < 0 else f'status {status}'})"


def _continuation(path: str) -> str:
    """Return the first free name for the next part of a recording: take.wav → take-2.wav."""
    first = Path(path)
    stem, _, number = first.stem.rpartition("-")
    part = int(number) + 1 if stem and number.isdigit() and len(number) < 3 else 2
    stem = stem if part > 2 else first.stem
    while (candidate := first.with_name(f"{stem}-{part}{first.suffix}")).exists():
        part += 1
    return str(candidate)
