"""The callback itself starts, mixes and ends hits."""

import gc
import weakref

import numpy as np
import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.hits.hits import Hits

RATE = 48000


@pytest.fixture
def memory():
    return AudioMemory.create(RATE, 1024)


def shot(frames=1000, value=0.25):
    ramp = value * np.arange(1, frames + 1, dtype=np.float32) / frames
    return np.stack([ramp, -ramp], axis=1)


def test_a_hit_begins_at_the_next_blocks_start_without_a_stream(plug, memory):
    device, hits, audio = plug(memory), Hits(memory), shot()
    device.play(128)
    hits.start(audio)
    out = device.play_blocks(128, 8)
    np.testing.assert_array_equal(out[:1000], audio)
    assert not out[1000:].any()
    assert hits.sounding() == 0
    assert memory.counters().hits_ended == 1


def test_a_hit_is_added_to_the_stream_with_its_gains(plug, memory):
    memory.ring.write(np.full((1024, 2), 0.5, np.float32))
    device, audio = plug(memory), shot()
    Hits(memory).start(audio, gain_left=0.5, gain_right=2.0)
    out = device.play(512)
    np.testing.assert_allclose(out, 0.5 + audio[:512] * [0.5, 2.0], atol=1e-6)


def test_hits_sound_through_an_underrun(plug, memory):
    device, audio = plug(memory), shot()
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device.play_blocks(512, 4)
    assert memory.counters().starved
    Hits(memory).start(audio)
    np.testing.assert_array_equal(device.play(1000), audio)


def test_a_hit_with_a_frame_begins_at_exactly_that_frame(plug, memory):
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device, audio = plug(memory), shot()
    Hits(memory).start(audio, stream_frame=300)
    out = device.play_blocks(128, 11)
    assert not out[:300].any()
    np.testing.assert_array_equal(out[300:1300], audio)


def test_a_hit_whose_frame_is_past_begins_now(plug, memory):
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device, audio = plug(memory), shot()
    device.play(512)
    Hits(memory).start(audio, stream_frame=100)
    np.testing.assert_array_equal(device.play(500), audio[:500])


def test_a_stopped_hit_fades_and_ends(plug, memory):
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(np.full((RATE, 2), 0.5, np.float32))
    device.play(128)
    hits.stop(hit, fade_seconds=0.01)
    out = device.play_blocks(128, 8)[:, 0]
    np.testing.assert_allclose(out[:480], 0.5 * (1 - np.arange(480) / 480), atol=1e-6)
    assert not out[480:].any()
    assert hits.sounding() == 0


def test_a_hit_stopped_before_its_frame_never_sounds(plug, memory):
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(shot(), stream_frame=600)
    device.play(128)
    hits.stop(hit)
    assert not device.play_blocks(128, 10).any()
    assert hits.sounding() == 0


def test_stopping_an_ended_hit_spares_the_one_in_its_place(plug, memory):
    device, hits = plug(memory), Hits(memory)
    first = hits.start(shot(64))
    device.play(128)
    hits.start(shot(1000))
    hits.stop(first)
    np.testing.assert_array_equal(device.play(1000), shot(1000))


def test_all_hits_stop_at_once(plug, memory):
    device, hits = plug(memory), Hits(memory)
    for _ in range(5):
        hits.start(np.full((RATE, 2), 0.1, np.float32))
    device.play(128)
    hits.stop_all()
    device.play(256)
    assert hits.sounding() == 0
    assert not device.play(128).any()


def test_too_many_hits_fade_the_oldest_and_keep_the_rest(plug, memory):
    device, hits = plug(memory), Hits(memory)
    started = 0
    for _ in range(500):
        started += hits.start(np.full((RATE, 2), 0.001, np.float32)) is not None
        device.play(128)
    assert started == 500
    assert hits.refused == 0
    assert hits.sounding() <= layout.HIT_COUNT


def test_a_burst_between_two_callbacks_is_refused_and_counted(plug, memory):
    plug(memory)
    hits = Hits(memory)
    results = [hits.start(shot(64)) for _ in range(layout.HIT_COUNT + 3)]
    assert results[-3:] == [None] * 3
    assert hits.refused == 3


def test_a_buffer_is_kept_alive_while_it_plays_and_let_go_after(plug, memory):
    device, hits = plug(memory), Hits(memory)
    audio = shot()
    reference = weakref.ref(audio)
    hits.start(audio)
    del audio
    gc.collect()
    assert reference() is not None
    device.play_blocks(512, 3)
    assert hits.sounding() == 0
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros((0, 2), np.float32),
        np.zeros((9, 1), np.float32),
        np.zeros(9, np.float32),
        np.zeros((9, 2), np.float64),
        np.zeros((2, 9), np.float32).T,
    ],
)
def test_a_buffer_that_is_not_the_streams_kind_is_refused(memory, audio):
    with pytest.raises(UsageError, match="a hit"):
        Hits(memory).start(audio)


def test_a_hit_with_a_frame_waits_for_the_stream_to_begin(plug, memory):
    device, hits, audio = plug(memory), Hits(memory), shot()
    hits.start(audio, stream_frame=100)
    assert not device.play_blocks(128, 20).any()
    memory.ring.write(np.zeros((2048, 2), np.float32))
    out = device.play_blocks(128, 16)
    assert not out[:100].any()
    np.testing.assert_array_equal(out[100:1100], audio)


def test_a_hit_that_waits_for_the_stream_can_be_stopped(plug, memory):
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(shot(), stream_frame=100)
    hits.stop(hit)
    assert not device.play(128).any()
    assert hits.sounding() == 0


def test_late_hits_are_counted_with_the_longest_delay(plug, memory):
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device, hits = plug(memory), Hits(memory)
    device.play(512)
    for frame in (512, 100, 500, None):
        hits.start(shot(64), stream_frame=frame)
    device.play(256)
    counters = memory.counters()
    assert (counters.hits_late, counters.hits_latest_frames) == (2, 412)


@pytest.mark.parametrize("stop", [300, 384, 700])
@pytest.mark.parametrize("block", [64, 128, 100])
def test_a_scheduled_stop_begins_to_fade_at_exactly_its_frame(plug, memory, stop, block):
    memory.ring.write(np.zeros((1024, 2), np.float32))
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(np.full((RATE, 2), 0.5, np.float32), stream_frame=10)
    hits.stop(hit, fade_seconds=0.005, stream_frame=stop)
    out = device.play_blocks(block, 1100 // block)[:, 0]
    expected = np.zeros(len(out))
    expected[10:stop] = 0.5
    fade = min(240, len(out) - stop)
    expected[stop : stop + fade] = 0.5 * (1 - np.arange(fade) / 240)
    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert hits.sounding() == 0


def test_the_earliest_of_several_stops_counts(plug, memory):
    memory.ring.write(np.zeros((2048, 2), np.float32))
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(np.full((RATE, 2), 0.5, np.float32), stream_frame=0)
    for frame in (900, 400, 1500):
        hits.stop(hit, stream_frame=frame)
    out = device.play_blocks(128, 8)[:, 0]
    assert (out[:401] == 0.5).all()
    assert not out[640:].any()


def test_a_stop_before_the_hit_begins_leaves_it_silent(plug, memory):
    memory.ring.write(np.zeros((2048, 2), np.float32))
    device, hits = plug(memory), Hits(memory)
    hit = hits.start(shot(), stream_frame=600)
    hits.stop(hit, stream_frame=590)
    assert not device.play_blocks(128, 12).any()
    assert hits.sounding() == 0


def test_still_tells_sounding_hits_from_their_replacements(plug, memory):
    device, hits = plug(memory), Hits(memory)
    ended, lasting = hits.start(shot(64)), hits.start(shot(RATE))
    device.play(128)
    hits.start(shot(RATE))
    assert hits.still([ended, lasting]) == [lasting]
