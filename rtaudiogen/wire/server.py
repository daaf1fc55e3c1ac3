"""Server of an engine's process, for one front end at a time: the newest.

The previous front end is told so and disconnected, so a window that hangs cannot keep another one
from taking its place. A front end that just ends leaves the engine playing if the engine is to
outlive it.
"""

import hmac
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from os import getpid

from ..client.engine_folder import Address, EngineFolder
from .channel import HOST, Channel, Message

FIRST_SECONDS = 60.0  # the longest wait for the first front end
GREETING_SECONDS = 2.0
PAUSE_SECONDS = 0.1  # before the next attempt to accept a connection

Greet = Callable[[], Message]  # returns the first message to a front end
Take = Callable[[Message, Channel], None]  # takes a message, and the channel of its reply


class EngineServer:
    """Listens from the start, and calls `end` when no front end needs the engine any more.
    [control]
    """

    def __init__(
        self,
        home: EngineFolder,
        outlives: Callable[[], bool],
        greet: Greet,
        take: Take,
        end: Callable[[], None],
    ) -> None:
        """Listen, and write the address to the folder.

        `outlives` returns True if the engine plays on when its present front end is gone.
        """
        self._outlives, self._greet, self._take, self._end = outlives, greet, take, end
        token = secrets.token_hex(16)
        self._token = token.encode()
        self._current: Channel | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(FIRST_SECONDS)
        threading.Thread(target=self._welcome, name="server", daemon=True).start()
        home.tell(Address(self._listener.getsockname()[1], token, getpid()))

    def _welcome(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:  # the process that started the engine is gone already
                self._end()
                return
            except OSError:  # too many files are open, or the caller is gone already
                time.sleep(PAUSE_SECONDS)
                continue
            channel = Channel(connection)
            try:
                self._let_in(channel)
            except (OSError, ValueError):
                channel.close()

    def _let_in(self, channel: Channel) -> None:
        channel.limit(GREETING_SECONDS)
        hello = channel.receive()
        token = hello.get("token") if hello else None
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self._token):
            raise ValueError("wrong token")
        channel.limit(None)
        self._listener.settimeout(None)
        with self._lock:
            before, self._current = self._current, channel
        if before is not None:
            with suppress(OSError):
                before.limit(GREETING_SECONDS)  # it may hang with its buffers full
                before.send({"taken": True}, GREETING_SECONDS)
            before.close()
        threading.Thread(target=self._listen_to, args=(channel,), daemon=True).start()

    def _listen_to(self, channel: Channel) -> None:
        """Pass on the messages of a front end until it ends, or sends an invalid one. [reader]"""
        asked_to_end = False
        try:
            channel.send({"result": self._greet()})
            while (message := channel.receive()) is not None:
                if message["call"] == "close":
                    asked_to_end = True
                    break
                self._take(message, channel)
        except Exception as error:
            if not isinstance(error, OSError):
                traceback.print_exc()
            channel.close()  # else the front end would wait for its reply for ever
        with self._lock:
            is_current = channel is self._current
        # the connection stays open: its end tells the front end that the process has ended
        if is_current and (asked_to_end or not self._outlives()):
            self._end()
