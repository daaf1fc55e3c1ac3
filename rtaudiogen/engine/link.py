"""A front end's line to the process of an engine: one that it started, or one that it found."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from . import channel
from .channel import Channel, Message
from .home import Address, Home

POLL_SECONDS = 0.01
OPEN_SECONDS, GREETING_SECONDS = 60.0, 4.0


class GoneError(Exception):
    """The engine's process ended before it replied, or another front end has taken it over."""


class Link:
    """One engine's process. [control]"""

    def __init__(self, address: Address, process: "subprocess.Popen[bytes] | None") -> None:
        """Connect. GoneError if nobody answers there."""
        self.pid = address.pid
        self.was_taken = False  # by another front end
        self._process = process
        self._writing = threading.Lock()
        self._ended = threading.Event()
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
        if greeting is None:
            self._channel.close()
            raise GoneError
        self.greeting: Mapping[str, Any] = channel.result(greeting)
        threading.Thread(target=self._listen, name="replies", daemon=True).start()

    @classmethod
    def start(cls, home: Home) -> "Link":
        """A new process, which outlives this one if its home does.

        GoneError if it ends at once. An audio server that hangs must not hang the front end: who
        opens the engine sets itself a limit.
        """
        home.forget_address()
        command = [sys.executable, "-m", "rtaudiogen.engine.process", str(home.folder)]
        with home.log.open("ab") as log:
            process = subprocess.Popen(
                [*command, *(["--outlive"] if home.lasts else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=home.lasts,  # a terminal that is closed does not reach it
            )
        end = time.monotonic() + OPEN_SECONDS
        while (address := home.address()) is None:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise GoneError
            time.sleep(POLL_SECONDS)
        return cls(address, process)

    @classmethod
    def find(cls, home: Home) -> "Link | None":
        """To the engine that plays in `home` without a front end, or with one that hangs.

        None if there is none. An engine that hangs itself is ended.
        """
        address = home.address()
        try:
            return None if address is None else cls(address, None)
        except GoneError as error:
            if address is not None and isinstance(error.__cause__, TimeoutError):
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
        except (OSError, ValueError):  # the line is broken, or what came through it is
            pass
        self._ended.set()
        self._replies.put(None)

    @property
    def is_open(self) -> bool:
        """Whether the engine is there, and ours."""
        return not self._ended.is_set()

    def exchange(self, call: str, arguments: Mapping[str, Any]) -> Any:
        """A command's result, or its error. One at a time. GoneError if there is no reply."""
        try:
            self.send(call, arguments)
        except OSError:
            raise GoneError from None
        reply = self._replies.get()
        if reply is None:
            self._replies.put(None)  # for whoever asks next
            raise GoneError
        return channel.result(reply)

    def send(self, call: str, arguments: Mapping[str, Any]) -> None:
        """A command that is not answered. OSError if the engine is gone. [any]"""
        with self._writing:
            self._channel.send({"call": call, "arguments": dict(arguments)})

    def wait(self, seconds: float | None = None) -> int | None:
        """Until the process has ended: its exit status, None if that cannot be known.

        TimeoutError if it has not by then.
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
        """End the process by force; who waits for its reply gets GoneError."""
        if self._process is not None:
            self._process.kill()
        elif self.is_open:
            _kill(self.pid)

    def close(self) -> None:
        """Hang up; the process goes on if it outlives its front ends."""
        self._channel.close()
        if self._process is not None and self._process.poll() is None:
            _left_playing.append(self._process)


_left_playing: list["subprocess.Popen[bytes]"] = []  # nobody waits for them, and that is meant


def _kill(pid: int) -> None:
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
