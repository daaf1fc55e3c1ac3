"""Input capture: a frame comes out D frames after it went in, or not at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from .duplex import QUANTUM, TARGET, Duplex, numbered

FADE = 240  # 5 ms


@pytest.mark.parametrize("block", [128, 256, 512, 1024])
def test_delay_is_the_ring_alone_when_blocks_are_whole_quanta(block: int) -> None:
    device = Duplex().run(*[block] * 20)
    assert device.capture.delay_frames == TARGET
    np.testing.assert_array_equal(device.played, device.expected(TARGET))
    assert device.capture.late_frames == device.capture.lost_frames == 0


@settings(max_examples=60, deadline=None)
@given(
    blocks=st.lists(st.integers(1, TARGET), min_size=20, max_size=60),
    target=st.sampled_from([TARGET, 2048, 1000, 128]),
)
def test_ragged_blocks_cost_a_quantum_and_nothing_is_late(blocks: list[int], target: int) -> None:
    device = Duplex(target).run(max(blocks), *blocks, 1)
    goal = max(target, *blocks)
    ragged = any(size % QUANTUM for size in (goal, *blocks, 1))
    assert device.capture.delay_frames == goal + QUANTUM * ragged
    assert device.capture.late_frames == device.capture.lost_frames == 0
    if max(blocks) % QUANTUM:
        np.testing.assert_array_equal(device.played, device.expected(device.capture.delay_frames))


def test_the_largest_block_so_far_lengthens_the_delay_once() -> None:
    device = Duplex().run(*[256] * 20)
    assert device.capture.delay_frames == TARGET
    device.run(*[2048] * 20, *[256] * 20)
    assert device.capture.delay_frames == 2048
    end = device.played[-4096:]
    np.testing.assert_array_equal(end, device.expected(2048)[-4096:])
    assert device.capture.lost_frames == 0


def at_full_level_in_place(device: Duplex, since: int) -> NDArray[np.bool_]:
    """Return which frames from `since` on are exactly the input D frames before."""
    expected = device.expected(device.capture.delay_frames)
    same: NDArray[np.bool_] = device.played[since:] == expected[since:]
    return same


@pytest.mark.parametrize("stalled_calls", [4, 6, 9, 20, 60, 400])
def test_the_delay_is_unchanged_after_an_underrun_of_any_length(stalled_calls: int) -> None:
    device = Duplex().run(*[256] * 20)
    for _ in range(stalled_calls):  # the render thread is held up
        device.call(256)
    device.run(*[256] * 40)
    back = device.frames - 20 * 256
    assert at_full_level_in_place(device, back).all()
    assert device.capture.late_frames == 0
    assert device.capture.lost_frames == device.skipped
    assert (device.skipped > 0) == (stalled_calls > 13)
    assert device.capture.delay_frames == TARGET


def test_the_input_is_heard_after_a_skip() -> None:
    device = Duplex().run(*[256] * 20)
    for _ in range(40):
        device.call(256)
    begun = device.frames
    device.run(*[256] * 20)
    sound = np.flatnonzero(device.played[begun:])
    first = int(sound[0]) + begun
    assert (device.played[first + FADE :] != 0).all()
    assert at_full_level_in_place(device, first + FADE).all()


@settings(max_examples=40, deadline=None)
@given(turns=st.lists(st.tuples(st.integers(1, 600), st.integers(0, 12)), min_size=10, max_size=80))
def test_no_frame_at_full_level_is_ever_at_another_place(turns: list[tuple[int, int]]) -> None:
    """Random blocks and a random render thread: the input is in place, fading, or absent."""
    device = Duplex()
    device.call(600)  # the largest, so that the goal stays
    for block, quanta in turns:
        device.render(quanta)
        device.call(block)
    # the values rise: one that is faded or held is less than its place's, one too early is more
    assert (device.played <= device.expected(TARGET + QUANTUM)).all()
    device.run(*[600] * 40)
    assert at_full_level_in_place(device, device.frames - 3000).all()
    assert device.capture.late_frames == 0


@pytest.mark.parametrize("speed", [0.3, 0.7])
def test_a_machine_that_is_too_slow_still_sounds_with_gaps(speed: float) -> None:
    device = Duplex()
    budget = 0.0
    for _ in range(2000):
        budget = min(budget + 128 * speed, 256)
        device.render(int(budget // QUANTUM))
        budget %= QUANTUM
        device.call(128)
    sounding = device.played[len(device.played) // 2 :] != 0
    assert sounding.mean() > speed / 10
    assert device.capture.lost_frames > 0


def test_two_inputs_are_averaged_and_bad_values_are_silenced() -> None:
    device = Duplex(target=128, inputs=2).run(128, 128)
    heard = np.full((128, 2), [0.5, 0.25], np.float32)
    heard[3], heard[4, 0], heard[5] = np.nan, np.inf, [3e38, 3e38]
    device.call(128, heard)
    device.render()
    out = device.call(128)[:, 0]
    assert out[0] == 0.375
    assert (out[3], out[4], out[5]) == (0.0, 0.125, 0.0)  # no loudspeaker gets 3e38
    counters = device.memory.counters()
    assert counters.input_not_finite_samples == 3
    assert counters.input_latency_seconds == 0.25


def test_the_meter_of_the_input_falls_by_20_db_a_second() -> None:
    device = Duplex()
    device.call(480, np.full((480, 1), -0.5, np.float32))
    assert device.memory.counters().input_peak == 0.5
    for _ in range(100):
        device.call(480, np.zeros((480, 1), np.float32))
    assert device.memory.counters().input_peak == pytest.approx(0.05, rel=0.05)


def test_a_device_without_an_input_is_heard_as_silence() -> None:
    device = Duplex().run(*[256] * 10)
    device.memory.prepare_device(2)
    device.run(*[256] * 10)
    assert not device.played[-512:].any()
    assert device.capture.late_frames == 0


def test_a_block_longer_than_all_that_is_kept_leaves_the_newest() -> None:
    device = Duplex(target=128)
    device.call(1 << 17)
    device.run(*[1 << 17] * 3)
    kept = device.memory.input_frames[:, 0]
    newest = numbered(device.frames - len(kept), len(kept))
    where = np.arange(device.frames - len(kept), device.frames) % len(kept)
    np.testing.assert_array_equal(kept[where], newest)
