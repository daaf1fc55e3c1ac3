"""The frame ring keeps the newest frames, whatever the block sizes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.gui.widgets.scopes.frame_ring import FrameRing


@settings(deadline=None)
@given(st.lists(st.integers(0, 25), max_size=12), st.integers(0, 30), st.integers(1, 3))
def test_the_newest_frames_are_those_that_came_last(sizes, wanted, channels):
    ring = FrameRing(10, channels)
    frames = np.arange(sum(sizes) * channels, dtype=np.float32).reshape(-1, channels)
    start = 0
    for size in sizes:
        ring.write(frames[start : start + size])
        start += size
    count = min(wanted, 10, len(frames))
    np.testing.assert_array_equal(ring.latest(wanted), frames[len(frames) - count :])
    assert ring.written == len(frames)


def test_mono_frames_may_come_without_a_channel_axis():
    ring = FrameRing(10)
    ring.write(np.arange(4, dtype=np.float32))
    assert ring.latest(2).tolist() == [[2.0], [3.0]]


def test_another_number_of_channels_begins_anew():
    ring = FrameRing(10, 1)
    ring.write(np.ones((5, 1), np.float32))
    ring.write(np.ones((3, 2), np.float32))
    assert ring.latest(10).shape == (3, 2)


def test_values_that_are_not_finite_become_silence():
    ring = FrameRing(10)
    ring.write(np.array([np.nan, np.inf, -np.inf, 1.0], np.float32))
    assert ring.latest(4)[:, 0].tolist() == [0.0, 0.0, 0.0, 1.0]
