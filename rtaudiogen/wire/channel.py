"""Channel between a front end and its engine: commands and replies, one JSON object a line."""

import json
import socket
import threading
from contextlib import suppress
from typing import Any

from ..errors import RtAudioGenError, UsageError

Message = dict[str, Any]

HOST = "127.0.0.1"
EXIT_DEVICE_LOST = 75  # exit status of an engine that lost its device


class Channel:
    """One end of a connection. One thread reads; any thread may write."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # send a note at once
        self._socket = connection
        self._writing = threading.Lock()
        self._lines = connection.makefile("rb")

    @classmethod
    def connect(cls, port: int, timeout_seconds: float) -> "Channel":
        """Connect to a listener on this machine. OSError if there is none."""
        return cls(socket.create_connection((HOST, port), timeout_seconds))

    def limit(self, seconds: float | None) -> None:
        """Limit how long `receive` and `send` wait from now on; None: no limit."""
        self._socket.settimeout(seconds)

    def send(self, message: Message, patience_seconds: float = -1) -> None:
        """Write one message. OSError if the other end is gone.

        TimeoutError, a kind of OSError, if another thread is still writing after
        `patience_seconds`.
        """
        line = json.dumps(message).encode() + b"\n"
        if not self._writing.acquire(timeout=patience_seconds):
            raise TimeoutError
        try:
            self._socket.sendall(line)
        finally:
            self._writing.release()

    def receive(self) -> Message | None:
        """Return the next message, None at the end. OSError or ValueError for a broken one."""
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            return None
        try:
            message = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(message, dict):
            raise ValueError(f"{line[:80]!r} is not a message")
        return message

    def close(self) -> None:
        """Close both directions; a `receive` here or at the other end returns None. [any]"""
        with suppress(OSError):  # the other end has closed it already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()


def failure(error: Exception) -> Message:
    """Return the reply that carries an error."""
    if isinstance(error, RtAudioGenError):
        return {"error": str(error), "usage": isinstance(error, UsageError)}
    return {"error": f"engine fault: {type(error).__name__}: {error}", "usage": False}


def result(reply: Message) -> Any:
    """Return the result of a reply, or raise the error that it carries."""
    if "error" in reply:
        raise (UsageError if reply.get("usage") else RtAudioGenError)(reply["error"])
    return reply["result"]
