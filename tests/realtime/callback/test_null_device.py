"""The null device keeps time without hardware, on the same callback."""

import threading
import time

import numpy as np
import pytest

from rtaudiogen.realtime.callback.clock import Clock
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.callback.null_device import NullDevice
from tests.waiting import eventually

RATE = 48000


@pytest.fixture
def memory():
    memory = AudioMemory.create(RATE, 8192)
    memory.ring.write(np.linspace(-0.88, 0.88, 2 * 16384, dtype=np.float32).reshape(-1, 2))
    return memory


def test_the_null_device_keeps_real_time_without_drift(memory):
    device = NullDevice(memory, 256)
    begin = time.perf_counter()
    device.start()
    try:
        eventually(lambda: memory.counters().device_frames >= RATE // 2)
        elapsed = time.perf_counter() - begin
        # On a busy machine it may be late, but it catches up and is never early.
        assert memory.counters().device_frames <= elapsed * RATE + 2 * 256
    finally:
        device.close()
    time_per_frame = Clock(memory).time_of_stream_frame(RATE) - Clock(memory).time_of_stream_frame(
        0
    )
    assert time_per_frame == pytest.approx(1.0, rel=0.02)


def test_the_null_device_plays_the_ring(memory):
    reader, out = memory.tap(), np.zeros((16384, 2), np.float32)
    device = NullDevice(memory, 256)
    device.start()
    eventually(lambda: memory.counters().device_frames >= 8192)
    device.close()
    count = min(reader.read(out), 8192)
    expected = np.linspace(-0.88, 0.88, 2 * 16384, dtype=np.float32).reshape(-1, 2)[:count]
    np.testing.assert_array_equal(out[:count], expected)


def test_the_null_device_makes_up_for_being_late(memory):
    """A thread that keeps the GIL holds it up, and the number of frames is still right."""
    device = NullDevice(memory, 128)
    stop = threading.Event()

    def hog():
        while not stop.is_set():
            sum(range(10**6))

    thread = threading.Thread(target=hog)
    begin = time.perf_counter()
    device.start()
    thread.start()
    try:
        time.sleep(0.5)
        stop.set()
        thread.join()
        eventually(
            lambda: memory.counters().device_frames > (time.perf_counter() - begin - 0.02) * RATE
        )
    finally:
        stop.set()
        device.close()


def test_stopping_twice_and_starting_again_is_fine(memory):
    device = NullDevice(memory, 128)
    assert not device.active
    device.start()
    assert device.active
    device.stop()
    device.stop()
    assert not device.active
    calls = memory.counters().calls
    device.start()
    eventually(lambda: memory.counters().calls > calls)
    assert device.close()
    assert device.close()
