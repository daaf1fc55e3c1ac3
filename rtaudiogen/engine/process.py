"""The engine's own process: `python -m rtaudiogen.engine.process DIRECTORY`.

Commands come as JSON lines on standard input, replies leave on standard output, facts are posted on
a `Board` in DIRECTORY, and the rack's session and state are kept there in `CHECKPOINT`, so that
whoever restarts the process goes on from the last one.

Three threads of control: the reader takes commands, and plays notes at once; the main thread
carries the others out; the housekeeper posts facts, watches the device and keeps the checkpoint
fresh. A command that takes long (a model that compiles) neither holds up notes nor makes the
process look dead.
"""

import gc
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from ..errors import RtAudioGenError
from ..realtime.scheduling import HELPER_PRIORITY, raise_priority
from . import channel
from .board import Board
from .channel import BOARD, EXIT_DEVICE_LOST
from .core import Engine
from .facade import Facade
from .settings import EngineSettings
from .transport import DeviceLostError

CHECKPOINT = "checkpoint.npz"
POST_SECONDS = 0.04
SWITCH_SECONDS = 0.0005  # the longest that one thread keeps the interpreter from the render thread
LEAVE_SECONDS = 2.0
COMMANDS = frozenset(name for name in vars(Facade) if not name.startswith("_")) - {
    "close",  # ends the process
    "play_now",  # is not answered
    "snapshot",  # is read from the board
}


class Host:
    """One engine, its commands and its housekeeping."""

    def __init__(self, directory: Path) -> None:
        self._checkpoint = directory / CHECKPOINT
        self._board = Board(directory / BOARD)
        self._engine: Engine | None = None
        self._lock = threading.Lock()  # a command and a tick do not meet
        self._closed = False  # a device that was closed is not one that was lost

    def carry_out(self, message: channel.Message) -> Any:
        """The result of one command. [control]"""
        call, arguments = message["call"], message.get("arguments", {})
        if call == "open":
            return self._open(**arguments)
        if self._engine is None or call not in COMMANDS:
            raise ValueError(f"no command '{call}' now")
        with self._lock:
            result = getattr(self._engine, call)(**arguments)
        _spare_garbage_collection()
        return result

    def play_now(self, status: int, data1: int, data2: int) -> None:
        """See facade.Facade; beside a command that takes long, as a port's notes are. [reader]"""
        if self._engine is not None:
            self._engine.play_now(status, data1, data2)

    def _open(self, settings: dict[str, Any], resume: bool) -> list[str]:
        engine = Engine(EngineSettings.from_json(settings), self._checkpoint)
        messages = engine.resume() if resume else []
        self._engine = engine
        threading.Thread(target=self._keep_house, name="housekeeper", daemon=True).start()
        return messages

    def _keep_house(self) -> None:
        raise_priority(HELPER_PRIORITY)
        assert self._engine is not None
        while not self._closed:
            try:
                if self._lock.acquire(timeout=POST_SECONDS):
                    try:
                        if not self._closed:
                            self._engine.tick()
                    finally:
                        self._lock.release()
                self._board.post(self._engine.snapshot())
            except DeviceLostError:
                os._exit(EXIT_DEVICE_LOST)  # PortAudio may hang for ever in an orderly exit
            except Exception:
                traceback.print_exc()
            self._nap()

    def _nap(self) -> None:
        assert self._engine is not None
        asleep = time.monotonic()
        time.sleep(POST_SECONDS)
        late = time.monotonic() - asleep - POST_SECONDS
        self._engine.machine_gap_seconds = max(self._engine.machine_gap_seconds, late)

    def close(self) -> None:
        """Fall silent and finish the recording."""
        if self._engine is not None:
            with self._lock:
                self._closed = True
                self._engine.close()


def main() -> None:
    """Serve until the front end closes the command stream."""
    sys.setswitchinterval(SWITCH_SECONDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the front end's to answer
    commands, replies = _take_standard_streams()
    host = Host(Path(sys.argv[1]))
    waiting: SimpleQueue[channel.Message | None] = SimpleQueue()
    reader = threading.Thread(target=read_commands, args=(commands, host, waiting), daemon=True)
    reader.start()
    while (message := waiting.get()) is not None:
        try:
            reply: channel.Message = {"result": host.carry_out(message)}
        except Exception as error:
            if not isinstance(error, ValueError | KeyError | RtAudioGenError):
                traceback.print_exc()
            reply = channel.failure(error)
        try:
            channel.send(replies, reply)
        except OSError:
            break
    try:
        host.close()
        _leave_audio_server()
    finally:
        os._exit(0)  # never through PortAudio's exit handler, see DeviceLostError


def read_commands(
    commands: IO[bytes], host: Host, waiting: "SimpleQueue[channel.Message | None]"
) -> None:
    """Play notes at once, have everything else wait for its turn. [reader]"""
    try:
        while (message := channel.receive(commands)) is not None and message["call"] != "close":
            if message["call"] == "play_now":
                host.play_now(**message["arguments"])
            else:
                waiting.put(message)
    finally:
        waiting.put(None)


def _spare_garbage_collection() -> None:
    """A full collection would hold the interpreter for longer than the ring lasts."""
    gc.collect(0)
    gc.freeze()


def _leave_audio_server() -> None:
    """Say good-bye to JACK, which in synchronous mode waits long for a client that just goes."""
    if "sounddevice" in sys.modules:
        leaving = threading.Thread(target=sys.modules["sounddevice"]._terminate, daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS)


def _take_standard_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep both pipes for ourselves: audio libraries print to standard output."""
    commands, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return commands, replies


if __name__ == "__main__":
    main()
