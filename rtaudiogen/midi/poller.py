"""Live MIDI on two threads: one polls, stamps and schedules; one opens and closes ports.

The driver is polled and never given a callback: a Python callback would run on the audio server's
own thread and wait there for the interpreter. Opening and closing may take milliseconds, so the
watcher does that; it hands open ports over to the polling thread and gets them back from it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import itemgetter
from queue import SimpleQueue

import numpy as np
import rtmidi
from numpy.typing import NDArray

from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.midi.arrival import ArrivalClock
from rtaudiogen.midi.held import HeldKeys
from rtaudiogen.midi.monitor import Monitor
from rtaudiogen.midi.parser import (
    CONTROL_CHANGE,
    PROGRAM_CHANGE,
    Message,
    Parser,
    ParserCounts,
)
from rtaudiogen.realtime.render.scheduling import HELPER_PRIORITY, raise_priority

POLL_SECONDS = 0.0005  # short against a device block, some 3 ms, after which a hit sounds
_CHANNEL_MODE = 120  # controllers from here on are commands, not knobs

Deliver = Callable[[NDArray[np.void]], object]  # (events,) dtype MIDI_EVENT, sorted by frame
FrameAt = Callable[[float], int]  # seconds of time.perf_counter -> stream frame at the host rate


class NoticeKind(StrEnum):
    """Kinds of notices for control."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    PROBLEM = "problem"
    LEARNED = "learned"  # number: the controller, value: its position
    PROGRAM = "program"  # number: the requested program


@dataclass(frozen=True)
class Notice:
    """An event at a port; as a string, a sentence for the user."""

    kind: NoticeKind
    text: str  # a port's name, the learned or requested thing, or the problem
    port: int = 0
    channel: int = 0  # 0 … 15
    number: int = 0
    value: int = 0

    def __str__(self) -> str:
        if self.kind is NoticeKind.CONNECTED:
            return f"MIDI port {self.text} is connected."
        if self.kind is NoticeKind.DISCONNECTED:
            return f"MIDI port {self.text} has gone; its notes were released."
        return self.text


class OpenPort:
    """A port that the polling thread owns."""

    def __init__(self, client: rtmidi.MidiIn, name: str, number: int) -> None:
        self.client, self.name, self.number = client, name, number
        self.parser, self.clock, self.held = Parser(), ArrivalClock(), HeldKeys()
        self.empty_at = time.perf_counter()
        self.last_frame = 0


_Arrived = tuple[float, OpenPort, Message]


class Poller:
    """The polling thread's work: fetch, stamp, parse, schedule, deliver. [midi]"""

    def __init__(self, deliver: Deliver, frame_at: FrameAt, latency_frames: int) -> None:
        self.latency_frames = latency_frames
        self.notices: SimpleQueue[Notice] = SimpleQueue()
        self.released: SimpleQueue[OpenPort] = SimpleQueue()
        self.ports: tuple[OpenPort, ...] = ()
        self.learning = False
        self.monitor = Monitor()
        self._deliver, self._frame_at = deliver, frame_at
        self._orders: SimpleQueue[tuple[bool, OpenPort]] = SimpleQueue()

    def adopt(self, port: OpenPort) -> None:
        """Start to poll a port. [control, watcher]"""
        self._orders.put((True, port))

    def dismiss(self, port: OpenPort) -> None:
        """Stop polling a port, release its notes, put it in `released`. [control, watcher]"""
        self._orders.put((False, port))

    def run(self, stop: threading.Event) -> None:
        """Poll until asked to stop, then release every port."""
        raise_priority(HELPER_PRIORITY)
        while not stop.is_set():
            self.step()
            time.sleep(POLL_SECONDS)
        for port in self.ports:
            self.dismiss(port)
        self.step()

    def step(self) -> None:
        """Take over and give back ports, then fetch and deliver new messages."""
        while not self._orders.empty():
            wanted, port = self._orders.get()
            if wanted:
                self.ports += (port,)
            elif port in self.ports:
                self._send(self._fetch(port))
                self.ports = tuple(other for other in self.ports if other is not port)
                self._let_go(port)
        self._send([arrived for port in self.ports for arrived in self._fetch(port)])

    def _fetch(self, port: OpenPort) -> list[_Arrived]:
        """Return all messages in a port's queue."""
        arrived: list[_Arrived] = []
        while True:
            asked_at = time.perf_counter()
            fetched = port.client.get_message()
            if fetched is None:
                port.empty_at = asked_at
                return arrived
            packet, delta = fetched
            arrival = port.clock.arrival(delta, port.empty_at, time.perf_counter())
            arrived += [(arrival, port, message) for message in port.parser.feed(packet)]

    def _send(self, arrived: list[_Arrived]) -> None:
        """Deliver messages in the order of their arrival, across ports."""
        if arrived:
            arrived.sort(key=itemgetter(0))
            self._deliver(np.array([self._schedule(*one) for one in arrived], MIDI_EVENT))

    def _schedule(
        self, arrival: float, port: OpenPort, message: Message
    ) -> tuple[int, int, int, int, int]:
        port.held.note(message)
        self.monitor.note(arrival, port.name, *message)
        self._tell_control(port, message)
        frame = self._frame_at(arrival) + self.latency_frames
        port.last_frame = max(frame, port.last_frame)
        return (port.last_frame, *message, port.number)

    def _tell_control(self, port: OpenPort, message: Message) -> None:
        kind, channel = message.status & 0xF0, message.status & 0x0F
        if kind == PROGRAM_CHANGE:
            text = f"program {message.data1}"
            self.notices.put(Notice(NoticeKind.PROGRAM, text, port.number, channel, message.data1))
        elif kind == CONTROL_CHANGE and self.learning and message.data1 < _CHANNEL_MODE:
            self.learning = False
            text = f"controller {message.data1} on channel {channel + 1} of {port.name}"
            place = (port.number, channel, message.data1, message.data2)
            self.notices.put(Notice(NoticeKind.LEARNED, text, *place))

    def _let_go(self, port: OpenPort) -> None:
        now = time.perf_counter()
        self._send([(now, port, message) for message in port.held.release()])
        self.released.put(port)


@dataclass(frozen=True)
class PortStatus:
    """One port as control sees it; `number` is the `port` of its events."""

    name: str
    number: int
    counts: ParserCounts


def port_status(port: OpenPort) -> PortStatus:
    """Return a snapshot of a port."""
    return PortStatus(port.name, port.number, replace(port.parser.counts))
