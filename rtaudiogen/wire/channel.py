"""Commands and replies between a front end and its engine: one JSON object a line."""

import json
import socket
import threading
from contextlib import suppress
from typing import Any

from ..errors import RtAudioGenError, UsageError

Message = dict[str, Any]

HOST = "127.0.0.1"
EXIT_DEVICE_LOST = 75  # exit status of an engine whose device has gone


class Channel:
    """One end of a connection. One thread reads; any may write."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a note waits for nothing
        self._socket = connection
        self._writing = threading.Lock()
        self._lines = connection.makefile("rb")

    @classmethod
    def connect(cls, port: int, timeout_seconds: float) -> "Channel":
        """To who listens on this machine. OSError if nobody does."""
        return cls(socket.create_connection((HOST, port), timeout_seconds))

    def limit(self, seconds: float | None) -> None:
        """How long `receive` waits from now on, and `send`; None: for ever."""
        self._socket.settimeout(seconds)

    def send(self, message: Message, patience_seconds: float = -1) -> None:
        """Write one message. OSError if the other end is gone.

        TimeoutError, which is one, if another thread has not finished writing by then.
        """
        line = json.dumps(message).encode() + b"\n"
        if not self._writing.acquire(timeout=patience_seconds):
            raise TimeoutError
        try:
            self._socket.sendall(line)
        finally:
            self._writing.release()

    def receive(self) -> Message | None:
        """The next message, None at the end. OSError or ValueError if there is none to be had."""
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            return None
        try:
            message = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(message, dict):
            raise ValueError(f"{line[:80]!r} is no message")
        return message

    def close(self) -> None:
        """The other end reads its end; who waits in `receive` here gets None. [any]"""
        with suppress(OSError):  # the other end was quicker
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()


def failure(error: Exception) -> Message:
    """An error as a reply."""
    if isinstance(error, RtAudioGenError):
        return {"error": str(error), "usage": isinstance(error, UsageError)}
    return {"error": f"engine fault: {type(error).__name__}: {error}", "usage": False}


def result(reply: Message) -> Any:
    """A reply's result; raises the error it carries."""
    if "error" in reply:
        raise (UsageError if reply.get("usage") else RtAudioGenError)(reply["error"])
    return reply["result"]
