"""Watcher of MIDI ports: looks every half second for wanted ports that appeared or vanished."""

import ctypes
from collections.abc import Sequence

import rtmidi

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import LIVE_PORTS
from rtaudiogen.midi.poller import Notice, NoticeKind, OpenPort, Poller
from rtaudiogen.midi.ports import (
    Selection,
    describe,
    find_driver,
    identity,
    jack_server,
    new_client,
    select,
)


class Watcher:
    """Opens and closes ports for a poller. [control] until it runs, then its own thread only.

    Clients are kept and used again, never deleted while the music plays: making or deleting one
    holds the interpreter for 10 ms, opening and closing its port does not.
    """

    def __init__(self, poller: Poller, wanted: Sequence[str], driver: str | None) -> None:
        self.wanted = [text for text in wanted if text != "none"]
        self._poller, self._asked_driver = poller, driver
        self.driver: str | None = None
        self.names: tuple[str, ...] = ()
        self._selection = Selection()
        self._scanner: rtmidi.MidiIn | None = None
        self._idle: list[rtmidi.MidiIn] = []
        self._abandoned: list[rtmidi.MidiIn] = []
        self._open: dict[str, OpenPort] = {}
        self._numbers: dict[str, int] = {}
        self._refused: set[str] = set()
        self._server: str | None = None
        self._trouble = ""

    def begin(self, required: bool) -> None:
        """Find the driver and open the wanted ports; RtAudioGenError if one is missing."""
        self._find_driver()
        self._selection = select(self.wanted, self.names, required)
        if self._scanner is not None:
            self._open_virtual()
            self._open_wanted(required)
            self._idle.append(new_client(self.driver or ""))
        elif required and self._selection.virtual:
            raise RtAudioGenError("There is no MIDI driver, so no virtual port can be offered.")

    def look(self) -> None:
        """Look once for ports that appeared or vanished; report each problem once."""
        try:
            self._look()
            self._trouble = ""
        except (rtmidi.RtMidiError, RtAudioGenError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._poller.notices.put(Notice(NoticeKind.PROBLEM, self._trouble))

    def _look(self) -> None:
        if self._server_died():
            self._abandon()
        self._collect()
        if self._scanner is None:
            self._find_driver()
            self._open_virtual()
        if self._scanner is not None:
            self.names = tuple(self._scanner.get_ports())
            for name in self._open.keys() - {*self.names, *self._selection.virtual}:
                self._dismiss(name)
            self._refused &= set(self.names)
            self._open_wanted(required=False)

    def end(self) -> None:
        """Close every port that the poller has given back. [control]"""
        if self._server_died():
            self._abandon()
        self._collect()
        for client in [*self._idle, *filter(None, [self._scanner])]:
            client.delete()
        self._idle, self._scanner = [], None

    def _find_driver(self) -> None:
        self._server = jack_server()
        self.driver, self._scanner = find_driver(self._asked_driver)
        self.names = tuple(self._scanner.get_ports()) if self._scanner is not None else ()

    def _server_died(self) -> bool:
        return self.driver == "jack" and self._server != jack_server()

    def _abandon(self) -> None:
        """Leave clients of a dead JACK server unclosed: closing one crashes the process."""
        opened = [port.client for port in self._open.values()]
        for client in [*opened, *self._idle, *filter(None, [self._scanner])]:
            self._abandoned.append(client)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(client))  # never deleted, even at exit
        for name in list(self._open):
            self._dismiss(name)
        self._scanner, self._idle, self.names, self.driver = None, [], (), None

    def _open_virtual(self) -> None:
        for name in self._selection.virtual if self._scanner is not None else ():
            client = self._client()
            try:
                client.open_virtual_port(name)
            except (rtmidi.RtMidiError, NotImplementedError) as error:
                problem = f"A virtual MIDI port cannot be offered here: {error}"
                raise RtAudioGenError(problem) from error
            self._adopt(client, name)

    def _open_wanted(self, required: bool) -> None:
        for name in self.names:
            if name not in self._open and self._selection.wants(name):
                self._open_port(name, required)

    def _open_port(self, name: str, required: bool) -> None:
        client = self._client()
        try:
            client.open_port(client.get_ports().index(name), name="in")
        except ValueError:  # it has just vanished
            self._idle.append(client)
        except rtmidi.RtMidiError as error:
            self._idle.append(client)
            problem = (
                f"MIDI port {name!r} cannot be opened, another program may hold it ({error}); "
                f"there are: {describe(self.names)}."
            )
            if required:
                raise RtAudioGenError(problem) from error
            if name not in self._refused:  # reported once, tried again at every look
                self._refused.add(name)
                self._poller.notices.put(Notice(NoticeKind.PROBLEM, problem))
        else:
            self._refused.discard(name)
            self._adopt(client, name)

    def _client(self) -> rtmidi.MidiIn:
        return self._idle.pop() if self._idle else new_client(self.driver or "")

    def _adopt(self, client: rtmidi.MidiIn, name: str) -> None:
        while client.get_message() is not None:
            pass  # left over from its last port
        number = self._numbers.setdefault(identity(name), len(self._numbers) % LIVE_PORTS)
        self._open[name] = OpenPort(client, name, number)
        self._poller.adopt(self._open[name])
        self._poller.notices.put(Notice(NoticeKind.CONNECTED, name, number))

    def _dismiss(self, name: str) -> None:
        port = self._open.pop(name)
        self._poller.dismiss(port)
        self._poller.notices.put(Notice(NoticeKind.DISCONNECTED, name, port.number))

    def _collect(self) -> None:
        while not self._poller.released.empty():
            client = self._poller.released.get().client
            if not any(client is dead for dead in self._abandoned):
                client.close_port()
                self._idle.append(client)
