"""The render thread fills the ring in order, and waits for input after a skip."""

import threading
import time

import numpy as np
import pytest

from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.render.render_thread import RenderThread
from tests.waiting import eventually

from ..callback.duplex import Duplex

BLOCK, RATE = 128, 48000


class Counting:
    """A renderer that writes each frame's number, so that order and gaps can be seen."""

    def __init__(self) -> None:
        self.next_frame = 0
        self.gate = threading.Event()
        self.gate.set()

    def render(self, out: np.ndarray) -> None:
        self.gate.wait()
        out[:] = np.arange(self.next_frame, self.next_frame + len(out))[:, None]
        self.next_frame += len(out)


@pytest.fixture
def source():
    return Counting()


@pytest.fixture
def memory():
    return AudioMemory.create(RATE, 1024)


@pytest.fixture
def worker(source, memory):
    thread = RenderThread(source.render, memory, BLOCK)
    yield thread
    source.gate.set()
    thread.stop()


def test_the_ring_is_filled_to_its_goal_and_no_further(worker, memory):
    worker.start()
    eventually(lambda: memory.ring.fill_frames >= 1024)
    time.sleep(0.05)
    assert memory.ring.fill_frames == 1024


def test_the_thread_refills_the_ring_in_order(worker, memory):
    worker.start()
    out = np.zeros((300, 2), np.float32)
    taken = []
    while len(taken) < 6000:
        taken.extend(out[: memory.ring.read(out), 0].tolist())
    assert taken == list(range(len(taken)))


def test_a_stop_ends_the_thread_after_the_block_in_hand(worker, memory, source):
    worker.start()
    eventually(lambda: worker.blocks > 0)
    worker.stop()
    before = source.next_frame
    memory.ring.read(np.zeros((512, 2), np.float32))
    time.sleep(0.02)
    assert source.next_frame == before


def test_the_thread_waits_for_its_input_after_a_skip():
    device = Duplex()
    gate, begun = threading.Event(), threading.Event()
    gate.set()
    heard = np.zeros((BLOCK, 1), np.float32)

    def render(out: np.ndarray) -> None:
        begun.set()
        gate.wait()
        device.capture.read(heard)
        out[:] = heard

    ring = device.memory.ring
    worker = RenderThread(render, device.memory, BLOCK, device.capture)
    worker.start()
    try:
        for _ in range(8):
            eventually(lambda: ring.fill_frames >= 1024)
            device.call(256)
        gate.clear()
        begun.clear()
        device.call(256)
        eventually(begun.is_set)  # from here on it stands still, and skips nothing in between
        for _ in range(39):
            device.call(256)
        gate.set()
        eventually(lambda: worker.skipped_frames > 0)
        while device.memory.counters().starved:
            eventually(lambda: ring.wanted_frames() <= 0 or not device.capture.has_arrived())
            device.call(256)
        for _ in range(8):
            eventually(lambda: ring.fill_frames >= 1024)
            device.call(256)
    finally:
        gate.set()
        worker.stop()
    np.testing.assert_array_equal(device.played[-1024:], device.expected(1024)[-1024:])
    assert device.capture.late_frames == 0
    assert device.capture.lost_frames == worker.skipped_frames
