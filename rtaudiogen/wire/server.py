"""Where an engine's process is talked to: by one front end at a time, the newest that has come.

A front end that came before is told so and let go; so a window that hangs cannot keep another from
taking its place. One that just ends leaves the engine playing if it is to outlive it.
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

from ..client.engine_folder import Address, Home
from .channel import HOST, Channel, Message

FIRST_SECONDS = 60.0  # that the first front end has to come
GREETING_SECONDS = 2.0
PAUSE_SECONDS = 0.1  # before the next try, where nobody can be let in

Greet = Callable[[], Message]  # what a front end is told at first
Take = Callable[[Message, Channel], None]  # a message, and where its reply goes


class Reception:
    """Listens from the start. `end` is called once nobody needs the engine any more. [control]"""

    def __init__(
        self,
        home: Home,
        outlives: Callable[[], bool],
        greet: Greet,
        take: Take,
        end: Callable[[], None],
    ) -> None:
        """`outlives`: whether it plays on when the front end that listens now is gone."""
        self._outlives, self._greet, self._take, self._end = outlives, greet, take, end
        token = secrets.token_hex(16)
        self._token = token.encode()
        self._current: Channel | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(FIRST_SECONDS)
        threading.Thread(target=self._welcome, name="reception", daemon=True).start()
        home.tell(Address(self._listener.getsockname()[1], token, getpid()))

    def _welcome(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:  # whoever started the engine is gone already
                self._end()
                return
            except OSError:  # too many files are open, or the caller has gone again
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
            raise ValueError("a stranger")
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
        """Hand on what a front end says, until it ends, or says what makes no sense. [reader]"""
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
            channel.close()  # or it would wait for its reply for ever
        with self._lock:
            is_current = channel is self._current
        # the line stays open: its end is that of the process, for whoever waits for that
        if is_current and (asked_to_end or not self._outlives()):
            self._end()
