"""Live MIDI on real ports of a real JACK server."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rtmidi

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.midi import MidiInput, Notice, NoticeKind
from rtaudiogen.midi.arrival import ArrivalClock
from rtaudiogen.midi.ports import find_driver, list_ports

from ..waiting import eventually

pytestmark = [pytest.mark.jack, pytest.mark.usefixtures("jack_server")]

RATE = 48000
LATENCY_FRAMES = 1000


class Listener:
    """A MidiInput whose events are kept; frames count from its making."""

    def __init__(self, wanted: str) -> None:
        self.origin = time.perf_counter()
        self.batches: list[np.ndarray] = []
        self._notices: list[Notice] = []
        self.input = MidiInput(
            self.batches.append, self.frame_at, LATENCY_FRAMES, [wanted], driver="jack"
        )

    def frame_at(self, seconds: float) -> int:
        return round((seconds - self.origin) * RATE)

    def events(self, count: int) -> np.ndarray:
        """Return all events so far, as soon as there are `count`."""
        eventually(lambda: sum(map(len, self.batches)) >= count, told=lambda: self.batches)
        return np.concatenate(self.batches)

    def messages(self, count: int) -> list[tuple[int, int, int]]:
        return [(int(e["status"]), int(e["data1"]), int(e["data2"])) for e in self.events(count)]

    def notice(self, kind: NoticeKind) -> Notice:
        """Return the next notice of a kind."""

        def kinds() -> list[NoticeKind]:
            self._notices += self.input.notices()
            return [notice.kind for notice in self._notices]

        eventually(lambda: kind in kinds(), told=lambda: f"no {kind} among {self._notices}")
        return self._notices.pop(kinds().index(kind))


@contextmanager
def listening(wanted: str) -> Iterator[Listener]:
    listener = Listener(wanted)
    listener.input.start(required=False)
    try:
        yield listener
    finally:
        listener.input.close()


@contextmanager
def port(name: str) -> Iterator[rtmidi.MidiOut]:
    """Open a port of another program, and close it at the end."""
    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=f"other-{name}")
    out.open_virtual_port(name)
    try:
        yield out
    finally:
        out.close_port()
        out.delete()


@contextmanager
def gil_hog() -> Iterator[None]:
    """Run a thread that sits in one C call after another without releasing the interpreter."""
    stop = threading.Event()

    def hog() -> None:
        while not stop.is_set():
            sum(range(1_000_000))

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class Sender:
    """A port in another process, which the GIL hog cannot slow down."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("midi_sender.py")), name]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def send(self, messages: list[tuple[int, int, int]], gap_seconds: float) -> None:
        """Start to send, without waiting until it is done."""
        assert self._process.stdin is not None
        for status, data1, data2 in messages:
            self._process.stdin.write(f"{gap_seconds} {status:x},{data1:x},{data2:x}\n")
        self._process.stdin.flush()

    def finish(self) -> list[float]:
        """Return the times of sending."""
        sent, _ = self._process.communicate(timeout=300)
        times: list[float] = json.loads(sent)
        return times


def numbered(status: int, count: int) -> list[tuple[int, int, int]]:
    """Return different messages of one kind."""
    return [(status, i % 128, 1 + i // 128) for i in range(count)]


def as_messages(events: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(e["status"]), int(e["data1"]), int(e["data2"])) for e in events]


def test_no_message_is_lost_or_moved_while_the_gil_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deltas: list[float] = []
    original = ArrivalClock.arrival

    def spy(clock: ArrivalClock, delta: float, empty_at: float, fetched_at: float) -> float:
        deltas.append(delta)
        return original(clock, delta, empty_at, fetched_at)

    monkeypatch.setattr(ArrivalClock, "arrival", spy)
    first, then, burst = numbered(0x90, 50), numbered(0x91, 300), numbered(0x92, 600)
    sender = Sender("keys")
    with listening("keys") as listener:
        listener.notice(NoticeKind.CONNECTED)
        sender.send(first, 0.005)
        listener.events(len(first))
        with gil_hog():
            sender.send(then, 0.004)
            sender.send(burst, 0.0)
            sender.finish()
            events = listener.events(len(first + then + burst))
    events = events[: len(deltas)]  # then the sender's port is gone, and its notes are let go
    assert as_messages(events) == first + then + burst
    jitter = events["frame"] / RATE - np.cumsum(deltas)  # the driver's own time between messages
    assert np.ptp(jitter[len(first) :]) < 0.001


@pytest.fixture
def never_switching() -> Iterator[None]:
    """Let a thread keep the interpreter until it waits for something."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(10.0)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("never_switching")
def test_ports_polled_late_are_merged_by_arrival_and_kept_apart() -> None:
    with port("a") as a, port("b") as b, listening("all") as listener:
        listener.notice(NoticeKind.CONNECTED)
        for i in range(20):  # a port's first messages are timed by when they are fetched
            (a, b)[i % 2].send_message([0x90, i, 1])
            listener.events(i + 1)
        for i in range(20, 30):
            (a, b)[i % 2].send_message([0x90, i, 1])
            until = time.perf_counter() + 0.03
            while time.perf_counter() < until:
                pass
        events = listener.events(30)
    assert events["data1"].tolist() == list(range(30))
    assert (np.diff(events["frame"]) >= 0).all()
    assert events["port"][::2].tolist() == [events["port"][0]] * 15
    assert events["port"][0] != events["port"][1]


def test_an_event_is_due_a_constant_time_after_its_arrival() -> None:
    with port("keys") as out, listening("keys") as listener:
        listener.notice(NoticeKind.CONNECTED)
        before = listener.frame_at(time.perf_counter())
        out.send_message([0x90, 60, 1])
        listener.events(1)
        after = listener.frame_at(time.perf_counter())
        listener.input.latency_frames = 10 * RATE
        out.send_message([0x90, 61, 1])
        events = listener.events(2)
    assert before <= events["frame"][0] - LATENCY_FRAMES <= after
    assert events["frame"][1] > 10 * RATE


def test_messages_without_music_are_counted_not_delivered() -> None:
    noise = ([1, 2, 3], [0xF8], [0xFE], [0xF0, 1, 2, 0xF7], [0x90, 60], [0xF8])
    with port("keys") as out, listening("keys") as listener:
        listener.notice(NoticeKind.CONNECTED)
        for packet in noise:
            out.send_message(packet)
        out.send_message([0x90, 60, 1])
        assert listener.messages(1) == [(0x90, 60, 1)]
        (status,) = listener.input.status().ports
    counts = status.counts
    assert (counts.dropped, counts.clock, counts.sensing) == (3 + 2, 2, 1)
    assert (counts.sysex, counts.truncated, counts.messages) == (1, 1, 1)


def test_a_controller_is_learned_once_and_programs_are_reported() -> None:
    with port("keys") as out, listening("keys") as listener:
        listener.notice(NoticeKind.CONNECTED)
        out.send_message([0xB1, 20, 1])
        listener.events(1)
        listener.input.learn()
        for message in ([0x90, 60, 1], [0xB1, 123, 0], [0xB2, 74, 99], [0xB3, 75, 1], [0xC4, 7]):
            out.send_message(message)
        learned = listener.notice(NoticeKind.LEARNED)
        listener.events(6)
        program = listener.notice(NoticeKind.PROGRAM)
    assert (learned.channel, learned.number, learned.value) == (2, 74, 99)
    assert (program.kind, program.channel, program.number) == (NoticeKind.PROGRAM, 4, 7)
    assert listener.input.notices() == []


def test_a_lost_port_releases_its_notes_and_plays_once_back() -> None:
    with listening("keys") as listener:
        for round_number in (1, 2):
            listener.batches.clear()
            with port("keys") as out:
                connected = listener.notice(NoticeKind.CONNECTED)
                for message in ([0x90, 60, 1], [0x90, 64, 1], [0x80, 60, 0], [0xB0, 64, 127]):
                    out.send_message(message)
                out.send_message([0xE0, 0, 0])
                listener.events(5)
            gone = listener.notice(NoticeKind.DISCONNECTED)
            assert gone.port == connected.port == 0, round_number
            released = listener.messages(8)[5:]
            assert released == [(0x80, 64, 64), (0xB0, 64, 0), (0xE0, 0, 64)]
            assert (np.diff(np.concatenate(listener.batches)["frame"]) >= 0).all()


def test_ports_that_come_and_go_leave_no_clients_behind(jack_server: Any) -> None:
    with listening("keys") as listener:
        clients = []
        for _ in range(3):
            with port("keys"):
                listener.notice(NoticeKind.CONNECTED)
                clients.append(len(jack_server.ports("rtaudiogen")))
            listener.notice(NoticeKind.DISCONNECTED)
    assert clients == [1, 1, 1]
    assert jack_server.ports("rtaudiogen") == []


def test_closing_lets_go_of_held_notes() -> None:
    with port("keys") as out:
        with listening("keys") as listener:
            listener.notice(NoticeKind.CONNECTED)
            out.send_message([0x93, 60, 1])
            listener.events(1)
        assert listener.messages(2)[1:] == [(0x83, 60, 64)]


def test_a_virtual_port_is_offered_to_other_programs() -> None:
    with listening("virtual:synth") as listener:
        out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="other")
        (index,) = [i for i, name in enumerate(out.get_ports()) if name.endswith(":synth")]
        out.open_port(index)
        out.send_message([0x90, 60, 1])
        assert listener.messages(1) == [(0x90, 60, 1)]
        out.close_port()
        out.delete()


def test_a_port_that_is_not_there_is_refused_with_what_is_there() -> None:
    with port("keys"):
        listener = Listener("drums")
        with pytest.raises(RtAudioGenError, match=r"no MIDI port 'drums'.*0 'other-keys:keys'"):
            listener.input.start()
        listener.input.close()
        assert list_ports("jack").names == ("other-keys:keys",)


def test_the_driver_is_found_without_being_named() -> None:
    driver, client = find_driver()
    client.delete()
    assert driver == list_ports().driver == "jack"
