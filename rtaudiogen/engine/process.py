"""The engine's own process: `python -m rtaudiogen.engine.process FOLDER [--outlive]`.

Commands and replies are JSON lines on a connection (`wire/server.py`). Facts are posted on a
`Board` in FOLDER, and the rack's session and state are saved there in a checkpoint, from which
another process can go on. With --outlive the engine plays on when its front end is gone.

There are three threads of control. The reader takes commands, and carries out at once those that
wait for nothing (notes, knobs, faders, panic). The main thread carries out the others. The
housekeeper posts facts, watches the device and has checkpoints written, by a thread of their own.
So neither a command that takes long (a model that compiles) nor a slow disk holds up a note or a
knob, or makes the process look dead.
"""

import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from .. import __version__
from ..client.engine_folder import EngineFolder
from ..compiling.mark import mark_compiling
from ..errors import RtAudioGenError
from ..realtime.render.scheduling import HELPER_PRIORITY, raise_priority
from ..wire import channel
from ..wire.board import Board
from ..wire.channel import EXIT_DEVICE_LOST, Channel, Message
from ..wire.facade import AT_ONCE, VERBS
from ..wire.server import EngineServer
from ..wire.settings import EngineSettings
from .core import Engine
from .transport import DeviceLostError

POST_SECONDS = 0.04
TICK_WAIT_SECONDS = 0.005  # for a command that is nearly done; one that takes long delays no facts
SWITCH_SECONDS = 0.0005  # the longest time that a thread holds the interpreter
LEAVE_SECONDS = 2.0
NOT_SENT = {"close", "snapshot"}  # the first ends the process, the second reads the board
COMMANDS: Mapping[str, Callable[..., Any]] = {
    name: getattr(Engine, name) for name in VERBS if name not in NOT_SENT
}


class _Waiting(NamedTuple):
    message: Message
    replies: Channel


class Host:
    """One engine, its commands and its housekeeping."""

    def __init__(self, home: EngineFolder) -> None:
        self._checkpoint = home.checkpoint
        self._board = Board(home.board)
        self._engine: Engine | None = None
        self._lock = threading.Lock()  # keeps commands and ticks apart
        self._complaint = ""
        self._closed = False  # a closed device must not count as lost

    @property
    def playing(self) -> bool:
        """True if the engine was started. [any]"""
        return self._engine is not None and self._engine.playing

    def greeting(self) -> Message:
        """Return the facts for a front end that attaches. [any]"""
        engine = self._engine
        if engine is None:
            return {"version": __version__, "playing": False}
        recording = engine.recorder.status()
        return {
            "version": __version__,
            "playing": engine.playing,
            "settings": engine.settings.to_json(),
            "recording": str(recording.path) if recording and recording.running else None,
            "bits": recording.bits if recording else 0,
        }

    def carry_out(self, message: Message) -> Any:
        """Return the result of a command. [control]"""
        call, arguments = message["call"], message.get("arguments", {})
        if call == "open":
            return self._open(**arguments)
        if self._engine is None or call not in COMMANDS:
            raise ValueError(f"unknown command '{call}', or the engine is not open")
        with self._lock:
            result = COMMANDS[call](self._engine, **arguments)
        _spare_garbage_collection()
        return result

    def do_at_once(self, call: str, arguments: Mapping[str, Any]) -> None:
        """Carry out a verb that waits for nothing, even while another command runs. [reader]"""
        if self._engine is None:
            return
        try:
            COMMANDS[call](self._engine, **arguments)
        except RtAudioGenError as error:
            self._engine.messages.append(str(error))

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
                if self._lock.acquire(timeout=TICK_WAIT_SECONDS):
                    try:
                        if not self._closed:
                            self._engine.tick()
                    finally:
                        self._lock.release()
                self._board.post(self._engine.snapshot())
            except DeviceLostError:
                os._exit(EXIT_DEVICE_LOST)  # PortAudio may hang for ever in an orderly exit
            except Exception:
                self._complain(traceback.format_exc())
            self._nap()

    def _complain(self, fault: str) -> None:
        """Write a fault to the log once; 25 times a second would fill the disk."""
        if fault != self._complaint:
            self._complaint = fault
            print(fault, file=sys.stderr, flush=True)

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
    """Serve until no front end needs the engine any more."""
    sys.setswitchinterval(SWITCH_SECONDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the front end handles Ctrl-C
    home = EngineFolder(Path(sys.argv[1]))
    if not home.claim():
        sys.exit(f"an engine plays in {home.folder} already")
    mark_compiling(home.compiling)
    waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
    host = Host(home)
    take = partial(take_in, host, waiting)
    outlives = (lambda: host.playing) if "--outlive" in sys.argv else (lambda: False)
    EngineServer(home, outlives, host.greeting, take, lambda: waiting.put(None))
    serve(host, waiting)
    try:
        host.close()
        _leave_audio_server()
    finally:
        os._exit(0)  # never through PortAudio's exit handler, see DeviceLostError


def take_in(
    host: Host, waiting: "SimpleQueue[_Waiting | None]", message: Message, replies: Channel
) -> None:
    """Carry out at once what waits for nothing, and queue every other command. [reader]"""
    if message["call"] in AT_ONCE:
        host.do_at_once(message["call"], message["arguments"])
    else:
        waiting.put(_Waiting(message, replies))


def serve(host: Host, waiting: "SimpleQueue[_Waiting | None]") -> None:
    """Carry out queued commands one after the other until the queue ends. [control]"""
    while (command := waiting.get()) is not None:
        try:
            reply: Message = {"result": host.carry_out(command.message)}
        except Exception as error:
            if not isinstance(error, ValueError | KeyError | RtAudioGenError):
                traceback.print_exc()
            reply = channel.failure(error)
        _answer(command, reply)


def _answer(command: _Waiting, reply: Message) -> None:
    number = {"number": command.message.get("number")}
    with suppress(OSError):  # the front end has gone; another one may come
        try:
            command.replies.send(reply | number)
        except (TypeError, ValueError) as error:  # a result that JSON cannot hold
            command.replies.send(channel.failure(error) | number)


def _spare_garbage_collection() -> None:
    """Freeze old objects: a full collection would take longer than the ring lasts."""
    gc.collect(0)
    gc.freeze()


def _leave_audio_server() -> None:
    """Log off from JACK, which in synchronous mode waits long for a client that just ends."""
    if "sounddevice" in sys.modules:
        leaving = threading.Thread(target=sys.modules["sounddevice"]._terminate, daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS)


if __name__ == "__main__":
    main()
