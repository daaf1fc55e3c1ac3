"""An engine in a process of its own, restarted with session and state when it dies or hangs.

A supervisor thread watches the child from outside. Painting, garbage and crashes of the front end
cannot starve the sound, and an audio server that takes PortAudio with it takes only the child.
"""

import contextlib
import math
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RtAudioGenError, UsageError
from ..sessions import Session, load_session, save_session
from . import channel
from .board import Board
from .channel import BOARD, EXIT_DEVICE_LOST
from .listening import Ear
from .remote_verbs import RemoteVerbs
from .session_files import settings_of
from .settings import EngineSettings

HUNG_SECONDS = 4.0  # without a post from the child
LOOK_SECONDS, OVERSLEPT_SECONDS = 0.1, 1.0  # of the supervisor
GIVE_UP_RESTARTS, GIVE_UP_SECONDS = 5, 30.0
CLOSE_SECONDS, OPEN_SECONDS = 10.0, 60.0


class EngineProcess(RemoteVerbs):
    """The façade over a child process. See `facade.Facade` for the verbs. [control]"""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="rtaudiogen-")
        self._log_path = Path(self._folder.name, "engine.log")
        self._board = Board(Path(self._folder.name, BOARD))
        self._ear = Ear()
        self._messages: list[str] = []
        self._restarted = 0
        self._restarts: deque[float] = deque(maxlen=GIVE_UP_RESTARTS)
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._started = False
        self._awaited = math.inf  # since when facts may be expected of the child
        self._recording: str | None = None
        self._failure: str | None = None  # why the engine was given up
        try:
            self._spawn(resume=False)
        except _ChildGoneError:
            ending = self.log_tail()
            self.close()
            raise RtAudioGenError(f"the engine did not open; its log ends with: {ending}") from None
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._supervise, name="supervisor", daemon=True).start()

    # -- the child -------------------------------------------------------------------------------

    def _spawn(self, resume: bool) -> None:
        self._awaited = math.inf
        with self._log_path.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "rtaudiogen.engine.process", self._folder.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        settings = self._settings
        if resume:  # without an input that has gone with the device, or a port that was pulled out
            settings = replace(settings, input_required=False, midi_required=False)
        arguments = {"settings": settings.to_json(), "resume": resume}
        # an audio server that hangs must not hang the front end: opening has a time limit
        limit = threading.Timer(OPEN_SECONDS, self._child.kill)
        limit.start()
        try:
            self._messages.extend(self._exchange("open", arguments))
        finally:
            limit.cancel()
            self._awaited = time.monotonic()

    def _exchange(self, call: str, arguments: Mapping[str, Any]) -> Any:
        assert self._child.stdout is not None
        try:
            self._send(call, arguments)
            reply = channel.receive(self._child.stdout)
        except (OSError, ValueError):  # the pipe is broken or closed, or the line is
            reply = None
        if reply is None:
            raise _ChildGoneError
        return channel.result(reply)

    def _send(self, call: str, arguments: Mapping[str, Any]) -> None:
        assert self._child.stdin is not None
        with self._writing:
            channel.send(self._child.stdin, {"call": call, "arguments": dict(arguments)})

    def _call(self, call: str, **arguments: Any) -> Any:
        with self._lock:
            try:
                return self._exchange(call, arguments)
            except _ChildGoneError:
                self._restart()
                return self._exchange(call, arguments)

    def _supervise(self) -> None:
        looked = awake = time.monotonic()
        while not self._closing.wait(LOOK_SECONDS):
            now = time.monotonic()
            if now - looked > OVERSLEPT_SECONDS:  # the machine slept: the child could not post
                awake = now
            looked = now
            silent_since = max(self._awaited, awake)
            hung = self._board.age_seconds() > HUNG_SECONDS and now - silent_since > HUNG_SECONDS
            if hung and self._child.poll() is None:
                self._child.kill()  # releases a command that waits for its reply, too
            if self._child.poll() is None:
                continue
            with self._lock:
                if self._child.poll() is not None and not self._closing.is_set():
                    try:
                        self._restart(hung)
                    except _ChildGoneError:
                        continue  # counted as one more death in the next round
                    except RtAudioGenError as error:
                        self._failure = f"the engine could not be restarted: {error}"
                        self._closing.set()

    def _restart(self, hung: bool = False) -> None:
        """Start the child anew with the last session and state, and say so."""
        status = self._child.wait()
        self._close_pipes()
        fell_silent = time.monotonic()
        self._restarts.append(fell_silent)
        if (
            len(self._restarts) == GIVE_UP_RESTARTS
            and fell_silent - self._restarts[0] < GIVE_UP_SECONDS
        ):
            raise RtAudioGenError(
                f"the engine died {GIVE_UP_RESTARTS} times in {GIVE_UP_SECONDS:.0f} s; "
                f"its log ends with: {self.log_tail()}"
            )
        self._spawn(resume=True)
        self._go_on()
        self._messages.append(
            f"{_cause(status, hung)}; it was restarted with session and state after "
            f"{time.monotonic() - fell_silent:.1f} s."
        )
        self._restarted += 1

    def _go_on(self) -> None:
        """A new child does what the one before it did."""
        if self._started:
            self._exchange("start", {})
        if self._recording is not None:
            self._recording = self._exchange("record", {"path": _continuation(self._recording)})
            self._messages.append(f"The recording goes on in {self._recording}.")

    def _end_child(self) -> None:
        self._awaited = math.inf
        try:
            self._send("close", {})
            self._child.wait(CLOSE_SECONDS)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            self._child.kill()
            self._child.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what the dead child did not read
                    pipe.close()

    def log_tail(self) -> str:
        """The last line that the engine wrote to its log."""
        lines = self._log_path.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "(empty)"

    # -- the verbs -------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Process id of the engine."""
        return self._child.pid

    def start(self) -> None:
        """See Facade."""
        self._call("start")
        self._started = True

    @property
    def settings(self) -> EngineSettings:
        """How the engine is opened."""
        return self._settings

    def reopen(self, settings: EngineSettings) -> None:
        """Go on with another device, port or timing: a new child, the same session and state.

        RtAudioGenError if it cannot be opened like that; the engine plays on as it was then. It
        must have been started.
        """
        with self._lock:
            if not self._started:
                raise UsageError("an engine that was not started has nothing to go on with")
            before, self._settings = self._settings, settings
            self._end_child()
            problem = ""
            try:
                self._spawn(resume=True)
            except (RtAudioGenError, _ChildGoneError) as error:
                problem = str(error) or self.log_tail()
                self._settings = before
                self._end_child()
                self._spawn(resume=True)
            self._go_on()
            if problem:
                raise RtAudioGenError(problem)

    def close(self) -> None:
        """See Facade."""
        self._closing.set()
        with self._lock:
            self._end_child()
        self._board.close()
        self._folder.cleanup()

    def record(self, path: str | None = None) -> str:
        """See Facade."""
        self._recording = self._call("record", path=path)
        assert self._recording is not None
        return self._recording

    def stop_recording(self) -> dict[str, Any]:
        """See Facade."""
        facts: dict[str, Any] = self._call("stop_recording")
        self._recording = None  # only now: a restart on the way has still to go on recording
        return facts

    def save_session(self, path: Path) -> None:
        """Write the session to a file, whole or not at all."""
        save_session(path, Session.from_json(self.session()))

    def open_session(self, path: Path) -> list[str]:
        """Open a session's file, its devices and timing included; see `load_session`."""
        session = load_session(path)
        settings = settings_of(session, self._settings)
        if settings != self._settings:
            self.reopen(settings)
        return self.load_session(session.to_json())

    def tap_frames(self) -> NDArray[np.float32]:
        """(frames, channels) float32: what was heard since the last call; a view until the next.

        Read from shared memory; never waits for the engine. Empty while there is none, and at most
        a quarter of a second. Calls come from one thread at a time.
        """
        return self._ear.frames((self._board.read() or {}).get("memory", ""))

    def snapshot(self) -> dict[str, Any]:
        """See Facade. Read from shared memory; never waits for the engine.

        RtAudioGenError once the engine was given up.
        """
        if self._failure is not None:
            raise RtAudioGenError(self._failure)
        facts = self._board.read() or {}
        if facts:
            facts["restarts"] = self._restarted
            facts["messages"] = [*self._messages, *facts["messages"]]
        return facts


class _ChildGoneError(Exception):
    """The child process ended before it replied."""


def _cause(status: int, hung: bool) -> str:
    if hung:
        return f"The engine gave no sign of life for {HUNG_SECONDS:.0f} s and was ended"
    if status == EXIT_DEVICE_LOST:
        return "The audio device vanished and the engine with it"
    return f"The engine died ({f'signal {-status}' if status < 0 else f'status {status}'})"


def _continuation(path: str) -> str:
    """The first free name for the next part of a recording: take.wav → take-2.wav."""
    first = Path(path)
    stem, _, number = first.stem.rpartition("-")
    part = int(number) + 1 if stem and number.isdigit() and len(number) < 3 else 2
    stem = stem if part > 2 else first.stem
    while (candidate := first.with_name(f"{stem}-{part}{first.suffix}")).exists():
        part += 1
    return str(candidate)
