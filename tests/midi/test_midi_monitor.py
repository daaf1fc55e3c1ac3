"""The MIDI monitor keeps the last messages, numbered, from ports and from the screen."""

import json
import threading
import time

import pytest
import rtmidi

from rtaudiogen.engine.core import Engine
from rtaudiogen.midi.monitor import KEPT, Monitor
from rtaudiogen.wire.settings import EngineSettings
from rtaudiogen.wire.snapshot import MidiSnapshot, Snapshot

from ..waiting import eventually

SETTINGS = EngineSettings(output="null", sample_rate=48000, midi="none")


def test_the_monitor_keeps_the_last_messages_and_counts_all():
    monitor = Monitor()
    begun = time.perf_counter()
    for value in range(100):
        monitor.note(begun + value, "pads", 0xB0, 1, value)
    newest = monitor.newest()
    assert [heard.data2 for heard in newest] == list(range(100 - KEPT, 100))
    assert [heard.number for heard in newest] == list(range(101 - KEPT, 101))
    assert newest[-1].seconds == pytest.approx(99, abs=0.5)


def test_messages_of_many_threads_are_numbered_while_others_read():
    monitor, done, seen = Monitor(), threading.Event(), []

    def play() -> None:
        for value in range(2000):
            monitor.note(0.0, "screen", 0x90, 60, value % 128)

    def look() -> None:
        while not done.is_set():
            seen.append([heard.number for heard in monitor.newest()])

    looking = threading.Thread(target=look)
    playing = [threading.Thread(target=play) for _ in range(4)]
    for thread in (looking, *playing):
        thread.start()
    for thread in playing:
        thread.join()
    done.set()
    looking.join()
    assert [heard.number for heard in monitor.newest()] == list(range(8001 - KEPT, 8001))
    assert all(numbers == sorted(set(numbers)) for numbers in seen)


def test_the_monitor_shows_screen_notes_but_not_scheduled_ones():
    engine = Engine(SETTINGS)
    engine.play_midi([(0.0, 0x90, 50, 100)])
    engine.play_now(0x90, 69, 100)
    engine.play_now(0x80, 69, 0)
    facts = Snapshot.from_json(json.loads(json.dumps(engine.snapshot())))
    engine.close()
    on, off = facts.midi
    assert on == MidiSnapshot(1, on.seconds, "screen", 0x90, 69, 100)
    assert (off.number, off.status) == (2, 0x80)
    assert 0 <= on.seconds <= off.seconds < 5


def test_a_full_monitor_takes_little_of_the_board():
    engine = Engine(SETTINGS)
    for value in range(KEPT):
        engine.play_now(0xB0, 119, value)
    size = len(json.dumps(engine.snapshot()["midi"]))
    engine.close()
    assert size < 4096


@pytest.mark.jack
@pytest.mark.usefixtures("jack_server")
def test_messages_of_a_port_are_shown_with_its_name():
    port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name="monitored-keys")
    port.open_virtual_port("monitored")
    engine = Engine(EngineSettings(output="null", sample_rate=48000, midi="monitored"))
    try:
        engine.start()
        heard = eventually(
            lambda: engine.snapshot()["midi"], lambda: port.send_message([0x92, 64, 99])
        )
    finally:
        engine.close()
        port.close_port()
        port.delete()
    assert (heard[0]["status"], heard[0]["data1"], heard[0]["data2"]) == (0x92, 64, 99)
    assert "monitored" in heard[0]["port"]
