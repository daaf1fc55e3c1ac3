"""Connection of a front end to an engine's process that it started or found."""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ..client.engine_folder import Address, EngineFolder
from ..compiling.line import LINE, say_once
from ..errors import RtAudioGenError
from . import channel
from .channel import Channel, Message

POLL_SECONDS, LOOK_SECONDS = 0.01, 0.25
START_SECONDS = 300.0  # the first start compiles, on a busy machine for minutes
OPEN_SECONDS, GREETING_SECONDS, CLOSE_SECONDS = 120.0, 4.0, 10.0


class GoneError(Exception):
    """The engine's process ended before it replied, or another front end has taken it over."""


class TakenError(RtAudioGenError):
    """Another front end has taken over the engine, so this one must not end it."""

    def __init__(self) -> None:
        super().__init__("another window has taken over the engine")


class ClientConnection:
    """Connection to one engine's process. [control]"""

    def __init__(self, address: Address, process: "subprocess.Popen[bytes] | None") -> None:
        """Connect to an address. GoneError if no engine answers there."""
        self.pid = address.pid
        self.was_taken = False  # by another front end
        self._process = process
        self._ended = threading.Event()
        self._asked = 0  # number of the newest command with a reply
        self._replies: SimpleQueue[Message | None] = SimpleQueue()
        try:
            self._channel = Channel.connect(address.port, GREETING_SECONDS)
        except OSError as error:
            raise GoneError from error
        try:
            self._channel.send({"token": address.token})
            greeting = self._channel.receive()
            self._channel.limit(None)
        except (OSError, ValueError) as error:
            self._channel.close()
            raise GoneError from error
        known = greeting.get("result") if greeting else None
        if not isinstance(known, dict):
            self._channel.close()
            raise GoneError
        self.greeting: Mapping[str, Any] = known
        threading.Thread(target=self._listen, name="replies", daemon=True).start()

    @classmethod
    def start(cls, home: EngineFolder) -> "ClientConnection":
        """Start a process and connect to it; it outlives this one if its folder does.

        GoneError if it ends at once, RtAudioGenError if it cannot be started. An audio server that
        hangs must not hang the front end: the caller that opens the engine sets itself a limit.
        """
        command = [sys.executable, "-m", "rtaudiogen.engine.process", str(home.folder)]
        before = home.address()  # the address of a previous engine
        try:
            with home.log.open("ab") as log:
                process = subprocess.Popen(
                    [*command, *(["--outlive"] if home.lasts else [])],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=home.lasts,  # closing the terminal must not end it
                )
        except OSError as error:
            raise RtAudioGenError(f"cannot start an engine in {home.folder} ({error})") from error
        if not home.lasts:
            threading.Thread(target=_pass_on, args=(home.log, process), daemon=True).start()
        end = time.monotonic() + START_SECONDS
        while (address := home.address()) in (None, before):
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                process.wait()
                raise GoneError
            time.sleep(POLL_SECONDS)
        assert address is not None
        try:
            return cls(address, process)
        except GoneError:
            process.kill()
            process.wait()
            raise

    @classmethod
    def find(cls, home: EngineFolder) -> "ClientConnection | None":
        """Connect to the engine in `home` that has no front end, or one that hangs.

        None if there is none. An engine that hangs itself is killed.
        """
        address = home.address()
        if address is None:
            return None
        try:
            return cls(address, None)
        except GoneError as error:
            if isinstance(error.__cause__, TimeoutError) and home.is_claimed():
                with suppress(OSError):
                    _kill(address.pid)
            return None

    def _listen(self) -> None:
        try:
            while (message := self._channel.receive()) is not None:
                if "taken" in message:
                    self.was_taken = True
                    break
                self._replies.put(message)
        except (OSError, ValueError):  # the connection or a message is broken
            pass
        self._ended.set()
        self._replies.put(None)

    @property
    def is_open(self) -> bool:
        """True while the engine is there and belongs to this front end."""
        return not self._ended.is_set()

    def exchange(self, call: str, arguments: Mapping[str, Any]) -> Any:
        """Send a command and return its result, or raise its error. One at a time.

        GoneError if there is no reply.
        """
        self._asked += 1
        try:
            self._channel.send({"call": call, "arguments": dict(arguments), "number": self._asked})
        except OSError:
            self._hear_out()
            raise GoneError from None
        while (reply := self._replies.get()) is not None:
            if reply.get("number") == self._asked:  # else of an interrupted command
                return channel.result(reply)
        self._replies.put(None)  # for the next caller
        raise GoneError

    def send(self, call: str, arguments: Mapping[str, Any]) -> None:
        """Send a command without a reply. OSError if the engine is gone. [any]"""
        self._channel.send({"call": call, "arguments": dict(arguments)})

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until the process has ended; return its exit status, None if that is unknown.

        TimeoutError if it is still alive after `seconds`.
        """
        if self._process is None:
            if not self._ended.wait(seconds):
                raise TimeoutError
            return None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None

    def kill(self) -> None:
        """End the process by force; a caller that waits for a reply gets GoneError."""
        if self._process is not None:
            self._process.kill()
        elif self.is_open:
            _kill(self.pid)

    def end(self) -> int | None:
        """Ask the process to end, then force it; return its exit status, None if that is unknown.

        TakenError if another front end has taken it over.
        """
        try:
            self.send("close", {})
        except OSError:
            self._hear_out()
        if self.was_taken:
            raise TakenError
        try:
            status = self.wait(0.0 if not self.is_open else CLOSE_SECONDS)
        except TimeoutError:
            self.kill()
            status = self.wait()
        self.close()
        return status

    def _hear_out(self) -> None:
        """Wait for the engine's last messages when nothing can be sent any more."""
        self._ended.wait(GREETING_SECONDS)

    def close(self) -> None:
        """Close the connection; the process goes on if it outlives its front ends."""
        self._channel.close()
        if self._process is not None and self._process.poll() is None:
            _left_playing.append(self._process)


def _pass_on(log: Path, process: "subprocess.Popen[bytes]") -> None:
    """Print the line that tells of compiling, once the engine has written it to its log."""
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError):
            if LINE.encode() in log.read_bytes():
                say_once()
                break
        time.sleep(LOOK_SECONDS)


_left_playing: list["subprocess.Popen[bytes]"] = []  # keeps them from being reaped


@atexit.register
def _take_leave() -> None:
    """Collect the engines that have ended, or Python would warn that they are still running."""
    for process in _left_playing:
        process.poll()


def _kill(pid: int) -> None:
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
