"""Commands and replies between a front end and its engine: one JSON object a line."""

import json
from typing import IO, Any

from ..errors import RtAudioGenError, UsageError

Message = dict[str, Any]

BOARD = "board"  # name of the engine's board in the directory it is given
EXIT_DEVICE_LOST = 75  # exit status of an engine whose device has gone


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message. OSError if the other end is gone."""
    stream.write(json.dumps(message).encode() + b"\n")
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """The next message, None at the end of the stream."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    message: Message = json.loads(line)
    return message


def failure(error: Exception) -> Message:
    """An error as a reply."""
    if isinstance(error, RtAudioGenError):
        return {"error": str(error), "usage": isinstance(error, UsageError)}
    return {"error": f"engine fault: {type(error).__name__}: {error}", "usage": False}


def result(reply: Message) -> Any:
    """A reply's result; raises the error it carries."""
    if "error" in reply:
        raise (UsageError if reply["usage"] else RtAudioGenError)(reply["error"])
    return reply["result"]
