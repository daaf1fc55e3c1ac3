"""A late renderer causes fades and silence at constant latency, and the stream never ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.render.skip_policy import SkipPolicy

RATE = 48000
FADE = 240  # 5 ms
TARGET = 960


def numbered(start, frames):
    """Return frames that encode their stream position, exactly in float32 and within ±1."""
    values = (np.arange(start, start + frames) % 65536 + 65536) / 2**18
    return np.stack([values, -values], axis=1).astype(np.float32)


def position(frame, near):
    """Return the stream frame of a played `frame`, given a frame that it must be near."""
    value = round(float(frame[0]) * 2**18) - 65536
    return value + 65536 * round((near - value) / 65536)


def write_numbered(ring, frames):
    return ring.write(numbered(ring.written_frames, frames))


@pytest.fixture
def memory():
    memory = AudioMemory.create(RATE, TARGET)
    write_numbered(memory.ring, TARGET)
    return memory


def test_the_last_frames_there_fade_out(plug, memory):
    device = plug(memory)
    exact = TARGET - FADE
    np.testing.assert_array_equal(device.play(480), numbered(0, 480))
    out = device.play(900)
    np.testing.assert_array_equal(out[: exact - 480], numbered(480, exact - 480))
    faded = out[exact - 480 : TARGET - 480, 0] / numbered(exact, FADE)[:, 0]
    np.testing.assert_allclose(faded, 1 - np.arange(1, FADE + 1) / FADE, atol=1e-6)
    assert not out[TARGET - 480 :].any()


def test_an_empty_ring_fades_the_last_frame_without_a_click(plug, memory):
    device = plug(memory)
    device.play(TARGET)
    out = device.play(FADE + 60)[:, 0]
    last = numbered(TARGET - 1, 1)[0, 0]
    np.testing.assert_allclose(out[:FADE], last * (1 - np.arange(1, FADE + 1) / FADE), atol=1e-6)
    assert not out[FADE:].any()


@given(block=st.integers(1, 300), available=st.integers(1, TARGET))
def test_no_step_is_larger_than_a_fades_whatever_the_block(plug, block, available):
    frames = block + available
    memory = AudioMemory.create(RATE, frames)
    memory.ring.write(np.full((frames, 2), 0.5, np.float32))
    device = plug(memory)
    out = device.play_blocks(block, -(-(frames + 2 * FADE) // block))[:, 0]
    assert out[0] == 0.5
    memory.ring.write(np.full((4 * TARGET, 2), 0.5, np.float32))
    back = device.play_blocks(block, -(-2 * FADE // block))[:, 0]
    assert np.abs(np.diff(np.concatenate([out, back]))).max() <= 0.5 / FADE + 1e-6
    assert back[-1] == 0.5


def test_an_episode_is_counted_once_with_all_its_lost_frames(plug, memory):
    device = plug(memory)
    device.play_blocks(256, 10)
    counters = memory.counters()
    assert counters.starved
    assert counters.underrun_episodes == 1
    assert counters.lost_frames == counters.longest_episode_frames == 2560 - TARGET


def test_late_frames_are_never_played_and_the_position_holds(plug, memory):
    device = plug(memory)
    device.play_blocks(256, 10)  # 1600 frames owed
    assert memory.ring.wanted_frames() == 1600 + TARGET
    write_numbered(memory.ring, 1600 + TARGET)
    out = device.play(512)
    assert position(out[FADE], 2560 + FADE) == 2560 + FADE
    np.testing.assert_array_equal(out[FADE:], numbered(2560 + FADE, 512 - FADE))
    assert not memory.counters().starved


def test_a_ring_that_is_not_full_again_stays_silent(plug, memory):
    device = plug(memory)
    device.play_blocks(256, 10)
    write_numbered(memory.ring, 1600 + TARGET - 1)
    assert not device.play(64).any()
    write_numbered(memory.ring, 65)
    assert device.play(64)[-1, 0] > 0


def test_underruns_are_counted_apart_and_the_longest_is_kept(plug, memory):
    device = plug(memory)
    device.play_blocks(256, 10)
    write_numbered(memory.ring, memory.ring.wanted_frames())
    device.play_blocks(256, 4)
    counters = memory.counters()
    assert counters.underrun_episodes == 2
    assert counters.longest_episode_frames == 1600
    assert counters.episode_lost_frames == 1024 - TARGET


@given(
    turns=st.lists(st.tuples(st.integers(1, 600), st.integers(0, 1500)), min_size=5, max_size=40)
)
def test_every_frame_played_at_full_level_is_at_its_own_place(plug, turns):
    """Random renderer, random blocks: constant latency is a property of every single frame."""
    memory = AudioMemory.create(RATE, TARGET)
    device = plug(memory)
    played = 0
    for block, rendered in turns:
        write_numbered(memory.ring, rendered)
        out = device.play(block)
        start = memory.counters().stream_start
        for offset in range(0, block, 37):
            expected = played + offset - start
            if out[offset, 0] in numbered(max(expected, 0), 1)[:, 0]:
                continue
            # a faded value is smaller than its place's, and never that of another place
            assert out[offset, 0] < numbered(max(expected, 0), 1)[0, 0] or start < 0
        played += block
    assert memory.counters().device_frames == played


def test_a_declared_hole_is_silent_and_later_frames_keep_place(plug, memory):
    device = plug(memory)
    device.play(480)
    memory.ring.skip(1000)
    write_numbered(memory.ring, 4000)
    out = device.play_blocks(16, 200)
    silent = slice(480 + FADE + 16, 1480)  # the first 480 frames were written before the hole
    assert not out[silent].any()
    begin = np.flatnonzero(out[1480:, 0])[0] + 1480
    assert begin < 1480 + 16
    where = begin + 2 * FADE
    assert position(out[where], 480 + where) == 480 + where
    assert memory.counters().underrun_episodes == 1


@pytest.mark.parametrize("patience", [0, 2400])
@pytest.mark.parametrize("speed", [0.2, 0.5, 0.9, 0.99])
def test_a_slow_renderer_still_sounds_at_constant_latency(plug, speed, patience):
    memory = AudioMemory.create(RATE, TARGET)
    device = plug(memory)
    recovery = SkipPolicy(memory, 128, patience)
    heard, budget = [], 0.0
    for _ in range(2000):
        budget += 64 * speed
        memory.ring.skip(recovery.frames_to_skip())
        while budget >= 128 and memory.ring.wanted_frames() > 0:
            write_numbered(memory.ring, 128)
            budget -= 128
        budget = min(budget, 128)
        heard.append(device.play(64))
        assert memory.ring.fill_frames <= memory.ring.capacity_frames // 2 + TARGET + 256
    sounding = np.abs(np.concatenate(heard)[:, 0]) > 0.01
    assert sounding[: len(sounding) // 2].mean() > speed / 8
    assert sounding[len(sounding) // 2 :].mean() > speed / 8
    assert memory.ring.written_frames % 128 == 0


def test_a_hole_before_the_start_is_jumped_over(plug):
    memory = AudioMemory.create(RATE, TARGET)
    device = plug(memory)
    write_numbered(memory.ring, 100)
    memory.ring.skip(1000)
    assert not device.play(64).any()
    write_numbered(memory.ring, TARGET + 64)
    np.testing.assert_array_equal(device.play(64), numbered(1100, 64))
    assert memory.counters().stream_start == 64 - 1100


def test_a_fast_renderer_catches_up_in_time_and_skips_nothing(plug):
    memory = AudioMemory.create(RATE, TARGET)
    device, recovery = plug(memory), SkipPolicy(memory, 128, patience_frames=2400)
    write_numbered(memory.ring, TARGET)
    device.play_blocks(256, 12)
    while memory.ring.wanted_frames() > 0:
        assert recovery.frames_to_skip() == 0
        write_numbered(memory.ring, 128)
    out = device.play(512)
    np.testing.assert_array_equal(out[FADE:], numbered(3072 + FADE, 512 - FADE))


def test_a_renderer_that_keeps_up_skips_nothing(plug):
    memory = AudioMemory.create(RATE, TARGET)
    device, recovery = plug(memory), SkipPolicy(memory)
    for _ in range(100):
        assert recovery.frames_to_skip() == 0
        write_numbered(memory.ring, memory.ring.wanted_frames())
        device.play(256)
    assert memory.counters().lost_frames == 0
