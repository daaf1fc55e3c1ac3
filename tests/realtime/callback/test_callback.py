"""The compiled callback with a fake device: bits, fades, meters, guard, channels, tap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.signal.safety import CEILING

RATE = 48000
FADE = 240  # 5 ms


def noise(frames, channels=2):
    """Return noise below the limiter's ceiling."""
    return np.random.default_rng(frames).uniform(-0.88, 0.88, (frames, channels)).astype(np.float32)


def filled(audio, target=None):
    memory = AudioMemory.create(RATE, target or len(audio), audio.shape[1])
    assert memory.ring.write(audio) == len(audio)
    return memory


@given(blocks=st.lists(st.integers(1, 700), min_size=1, max_size=8), channels=st.integers(1, 4))
def test_the_rings_frames_come_out_bit_exact_from_the_first(plug, blocks, channels):
    audio = noise(sum(blocks), channels)
    device = plug(filled(audio))
    np.testing.assert_array_equal(np.concatenate([device.play(n) for n in blocks]), audio)
    assert device.memory.counters().underrun_episodes == 0


def test_nothing_is_played_before_the_ring_has_reached_its_goal(plug):
    memory = AudioMemory.create(RATE, 1000)
    device = plug(memory)
    audio = noise(1000)
    memory.ring.write(audio[:999])
    assert not device.play_blocks(64, 10).any()
    assert memory.ring.read_frames == 0
    assert memory.counters().underrun_episodes == 0
    memory.ring.write(audio[999:])
    np.testing.assert_array_equal(device.play(64), audio[:64])
    assert memory.counters().stream_start == 640


def test_a_block_larger_than_the_target_raises_the_goal(plug):
    memory = AudioMemory.create(RATE, 100)
    device = plug(memory)
    device.play(512)
    assert memory.ring.wanted_frames() == 512
    audio = noise(512)
    memory.ring.write(audio)
    np.testing.assert_array_equal(device.play(512), audio)


def test_a_block_longer_than_the_tap_is_played_in_pieces(plug):
    audio = noise(5000)
    memory = AudioMemory.create(RATE, 5000, tap_seconds=0.02)
    memory.ring.write(audio)
    np.testing.assert_array_equal(plug(memory).play(5000), audio)


def test_stereo_on_a_mono_device_is_the_mean(plug):
    audio = noise(64)
    out = plug(filled(audio), output_channels=1).play(64)
    np.testing.assert_allclose(out[:, 0], audio.mean(axis=1), atol=1e-7)


def test_stereo_on_six_channels_leaves_four_silent(plug):
    audio = noise(64)
    out = plug(filled(audio), output_channels=6).play(64)
    np.testing.assert_array_equal(out[:, :2], audio)
    assert not out[:, 2:].any()


def test_mono_on_a_stereo_device_plays_on_both_sides(plug):
    audio = noise(64, channels=1)
    out = plug(filled(audio), output_channels=2).play(64)
    np.testing.assert_array_equal(out, np.repeat(audio, 2, axis=1))


def test_samples_that_are_no_numbers_are_silenced_and_counted(plug):
    audio = noise(64)
    audio[3, 0], audio[6, 0], audio[7, 1] = np.nan, -np.inf, 2e6
    memory = filled(audio)
    out = plug(memory).play(64)
    audio[3, 0] = audio[6, 0] = audio[7, 1] = 0.0
    np.testing.assert_array_equal(out, audio)
    counters = memory.counters()
    assert (counters.not_finite_samples, counters.limited_frames) == (3, 0)


@given(st.integers(0, 1000), st.floats(-30.0, 60.0), st.integers(1, 300), st.integers(1, 3))
def test_no_frame_exceeds_the_ceiling_and_channel_ratios_stay(plug, seed, db, block, n):
    audio = np.random.default_rng(seed).normal(size=(1200, n)).astype(np.float32)
    audio *= np.float32(10 ** (db / 20))
    device = plug(filled(audio))
    out = np.concatenate([device.play(min(block, 1200 - i)) for i in range(0, 1200, block)])
    assert np.abs(out).max() <= CEILING
    gains = out / audio
    np.testing.assert_allclose(gains, gains[:, :1].repeat(n, axis=1), rtol=1e-5)
    assert device.memory.counters().limited_frames == np.sum(gains[:, 0] < 1 - 1e-6)


def test_limiter_glides_to_a_peak_and_releases_within_a_second(plug):
    audio = np.full((2 * RATE, 2), 0.25, np.float32)
    audio[1000] = [1.0, -4.0]
    out = plug(filled(audio)).play_blocks(480, 200)
    np.testing.assert_array_equal(out[:960], audio[:960])  # in blocks before the peak's own
    assert np.ptp(np.diff(out[959:1000, 0])) < 1e-3, "in equal steps"
    np.testing.assert_allclose(out[1000], [CEILING / 4, -CEILING], rtol=1e-6)
    gain = out[1001:, 0] / 0.25
    held_back = (1 - gain) / (1 - CEILING / 4)
    np.testing.assert_allclose(held_back[4799], np.exp(-1), rtol=0.01)
    assert (np.diff(gain) >= 0).all()
    np.testing.assert_array_equal(out[-4800:], audio[-4800:])


def test_muting_fades_within_5_ms_while_the_stream_runs_on(plug):
    memory = filled(np.full((4800, 2), 0.5, np.float32))
    device = plug(memory)
    device.play(128)
    memory.mute(True)
    out = device.play(480)[:, 0]
    assert (np.diff(out[:FADE]) < 0).all()
    assert not out[FADE:].any()
    memory.mute(False)
    out = device.play(480)[:, 0]
    assert (np.diff(out[: FADE - 1]) > 0).all()
    np.testing.assert_array_equal(out[FADE:], 0.5)
    assert memory.ring.read_frames == 128 + 960


def test_frames_missing_while_muted_are_not_counted_as_lost(plug):
    memory = filled(noise(480))
    device = plug(memory)
    memory.mute(True)
    device.play_blocks(240, 5)
    assert memory.counters().lost_frames == memory.counters().underrun_episodes == 0


def test_the_meters_show_the_peak_and_fall_by_20_db_a_second(plug):
    audio = np.zeros((RATE + 480, 2), np.float32)
    audio[:480] = 0.5
    memory = filled(audio)
    device = plug(memory)
    device.play(480)
    assert memory.counters().peak == (0.5, 0.5)
    device.play_blocks(480, 100)
    assert memory.counters().peak == pytest.approx((0.05, 0.05), rel=0.05)


def test_the_level_settles_at_the_root_mean_square(plug):
    memory = filled(np.full((2 * RATE, 2), [0.5, 0.25], np.float32))
    plug(memory).play_blocks(480, 200)
    assert memory.counters().level == pytest.approx((0.5, 0.25), rel=0.01)


def test_device_flags_gaps_and_latency_are_noted(plug):
    memory = filled(noise(1024))
    device = plug(memory)
    for gap, flags in ((0.005, 0), (0.040, 4), (0.005, 16)):
        device.play(128, flags)
        device.now_seconds += gap
    device.play(128)
    counters = memory.counters()
    assert counters.calls == 4
    assert counters.device_underflows == 1
    assert counters.device_flags == 20
    assert counters.longest_gap_seconds == pytest.approx(0.040)
    assert counters.device_latency_seconds == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("rate", "target", "channels"), [(0, 9, 2), (9, 0, 2), (9, 9, 0), (9, 9, 99)]
)
def test_memory_for_a_stream_that_cannot_be_is_refused(rate, target, channels):
    with pytest.raises(UsageError, match="cannot play"):
        AudioMemory.create(rate, target, channels)


def test_attaching_to_memory_that_is_not_there_says_so():
    with pytest.raises(RtAudioGenError, match="no running engine"):
        AudioMemory.attach("rtaudiogen-none")
