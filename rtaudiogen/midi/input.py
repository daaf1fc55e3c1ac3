"""Live MIDI input as one object, which the engine starts, queries and closes."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rtaudiogen.midi.monitor import Monitor
from rtaudiogen.midi.poller import Deliver, FrameAt, Notice, Poller, PortStatus, port_status
from rtaudiogen.midi.ports import MidiPorts
from rtaudiogen.midi.watcher import Watcher

WATCH_SECONDS = 0.5
_JOIN_SECONDS = 2.0


@dataclass(frozen=True)
class MidiStatus:
    """The connected ports, and what each has sent."""

    driver: str | None
    available: tuple[str, ...]
    ports: tuple[PortStatus, ...]


class MidiInput:
    """MIDI from any number of ports, stamped at arrival and scheduled at a constant latency.

    `deliver` gets (events,) arrays of MIDI_EVENT on the [midi] thread; an event's frame is
    `frame_at(arrival) + latency_frames`, and never falls within a port. `wanted`: `all`, `none`,
    indices, parts of names, `virtual:NAME`. `driver`: alsa, jack, coremidi, winmm, or None for the
    first one that answers.
    """

    def __init__(
        self,
        deliver: Deliver,
        frame_at: FrameAt,
        latency_frames: int,
        wanted: Sequence[str] = ("all",),
        driver: str | None = None,
    ) -> None:
        self._poller = Poller(deliver, frame_at, latency_frames)
        self._watcher = Watcher(self._poller, tuple(wanted), driver)
        self._stop_watching, self._stop_polling = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def latency_frames(self) -> int:
        """Constant distance from arrival to effect, in frames at the host rate; may be set."""
        return self._poller.latency_frames

    @latency_frames.setter
    def latency_frames(self, frames: int) -> None:
        self._poller.latency_frames = frames

    @property
    def monitor(self) -> Monitor:
        """The newest messages of all ports. [any]"""
        return self._poller.monitor

    def start(self, required: bool = True) -> str:
        """Open the ports and start; return a line about the connected ports. [control]

        RtAudioGenError if `required` and a port is missing or busy; otherwise it is waited for.
        """
        if not self._watcher.wanted:
            return "MIDI is switched off."
        self._watcher.begin(required)
        self._run("midi", lambda: self._poller.run(self._stop_polling))
        self._run("midi watcher", self._watch)
        return str(MidiPorts(self._watcher.driver, self._watcher.names))

    def close(self) -> None:
        """Release every held note and close the ports. [control]"""
        for event, thread in zip(
            (self._stop_watching, self._stop_polling), reversed(self._threads), strict=False
        ):
            event.set()
            thread.join(_JOIN_SECONDS)
        if not any(thread.is_alive() for thread in self._threads):
            self._watcher.end()
        self._threads = []

    def learn(self, armed: bool = True) -> None:
        """Report the next controller that moves once, as a LEARNED notice. [control]"""
        self._poller.learning = armed

    def notices(self) -> list[Notice]:
        """Return the notices since the last call. [control]"""
        queue = self._poller.notices
        return [queue.get() for _ in range(queue.qsize())]

    def status(self) -> MidiStatus:
        """Return ports and counters. [control]"""
        watcher, ports = self._watcher, self._poller.ports
        return MidiStatus(watcher.driver, watcher.names, tuple(map(port_status, ports)))

    def _run(self, name: str, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work, name=name, daemon=True))
        self._threads[-1].start()

    def _watch(self) -> None:
        while not self._stop_watching.wait(WATCH_SECONDS):
            self._watcher.look()
