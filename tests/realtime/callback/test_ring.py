"""The ring alone: a queue of whole frames between two threads."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from rtaudiogen.realtime.callback import ring as ring_module
from rtaudiogen.realtime.callback.ring import Ring

SIDES = st.tuples(st.sampled_from(["write", "read", "skip"]), st.integers(0, 40))


@given(steps=st.lists(SIDES, max_size=60), channels=st.integers(1, 3))
def test_the_ring_is_a_bounded_queue_of_frames(steps: list[tuple[str, int]], channels: int) -> None:
    ring = Ring.create(32, channels)
    queue: deque[float] = deque()
    written = 0
    for step, frames in steps:
        if step == "write":
            block = written + np.arange(1, frames + 1, dtype=np.float32)
            accepted = ring.write(np.repeat(block[:, None], channels, axis=1))
            assert accepted == min(frames, 32 - len(queue))
            queue.extend(block[:accepted])
            written += accepted
        elif step == "read":
            out = np.zeros((frames, channels), np.float32)
            count = ring.read(out)
            expected = [queue.popleft() for _ in range(min(frames, len(queue)))]
            assert out[:count].tolist() == [[value] * channels for value in expected]
        elif not queue:  # in an empty ring: what a hole does to waiting frames is tested below
            ring.skip(frames)
            ring.read(np.zeros((1, channels), np.float32))
        assert ring.fill_frames == len(queue)


def test_frames_of_a_hole_are_never_read() -> None:
    ring = Ring.create(64, 1)
    out = np.zeros((64, 1), np.float32)
    ring.write(np.full((5, 1), 1, np.float32))
    ring.skip(10)
    ring.write(np.full((3, 1), 2, np.float32))
    assert ring.read(out) == 5
    assert ring.read(out) == 3
    np.testing.assert_array_equal(out[:3], 2)
    assert ring.read_frames == ring.written_frames == 18


def test_a_second_hole_swallows_the_frames_after_the_first() -> None:
    ring = Ring.create(64, 1)
    out = np.zeros((64, 1), np.float32)
    for value in (1, 2, 3):
        ring.write(np.full((4, 1), value, np.float32))
        if value < 3:
            ring.skip(4)
    assert ring.read(out) == 4
    np.testing.assert_array_equal(out[:4], 1)
    assert ring.read(out) == 4
    np.testing.assert_array_equal(out[:4], 3)


@njit(nogil=True)
def produce(slots, frames, total):
    block = np.zeros((97, 2), np.float32)
    position = 0
    while position < total:
        count = min(1 + position * 31 % 97, total - position)
        for i in range(count):
            block[i] = position + i
        position += ring_module._write(slots, frames, block[:count])


@njit(nogil=True)
def consume(slots, frames, total):
    """Return how many values were not the next one."""
    out = np.zeros((61, 2), np.float32)
    position = wrong = 0
    while position < total:
        count = ring_module._read(slots, frames, out)
        for i in range(count):
            wrong += (out[i, 0] != position + i) + (out[i, 1] != position + i)
        position += count
    return wrong


def test_two_threads_pass_every_frame_in_order_and_whole() -> None:
    """Both sides are compiled, so they really run at the same time."""
    ring = Ring.create(4096, 2)  # small enough to wrap, large enough for one core
    total = 500_000  # exact in float32
    ends = ring._slots, ring._frames, total
    consume(ring._slots, ring._frames, 0)
    produce(ring._slots, ring._frames, 0)
    with ThreadPoolExecutor(2) as threads:
        threads.submit(produce, *ends)
        assert threads.submit(consume, *ends).result() == 0
    assert ring.fill_frames == 0


def test_wanted_frames_reach_the_goal_and_count_a_larger_block() -> None:
    ring = Ring.create(64, 1)
    ring.target_frames = 20
    assert ring.wanted_frames() == 20
    ring.write(np.zeros((16, 1), np.float32))
    assert ring.wanted_frames() == 4
    ring.write(np.zeros((16, 1), np.float32))
    assert ring.wanted_frames() == 0


@pytest.mark.parametrize("capacity", [0, 3, 1000])
def test_a_capacity_that_is_no_power_of_two_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        Ring.create(capacity, 2)
