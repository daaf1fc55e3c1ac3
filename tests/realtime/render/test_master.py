"""The master gain scales everything heard, without a click, and changes no bit at 0 dB."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.callback.output import Master
from rtaudiogen.realtime.hits.hits import Hits
from rtaudiogen.realtime.signal.mixing import amplitude
from rtaudiogen.realtime.signal.safety import CEILING

RATE = 48000
HALF = amplitude(-6.0)


def noise(frames):
    return np.random.default_rng(frames).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)


def steady(frames, value=0.5):
    return np.full((frames, 2), value, np.float32)


def filled(audio):
    memory = AudioMemory.create(RATE, len(audio), audio.shape[1])
    assert memory.ring.write(audio) == len(audio)
    return memory


def test_at_0_db_no_bit_changes_also_after_another_gain(plug):
    audio = noise(12000)
    memory = filled(audio)
    device = plug(memory)
    memory.set_master(HALF)
    device.play(1000)
    memory.set_master(1.0)
    device.play(6000)
    np.testing.assert_array_equal(device.play(5000), audio[7000:])
    assert memory.reals[layout.MASTER_LEVEL] == 1.0


def test_the_gain_does_not_glide_before_the_first_callback(plug):
    audio = noise(500)
    memory = filled(audio)
    memory.set_master(HALF)
    np.testing.assert_array_equal(plug(memory).play(500), audio * np.float32(HALF))


def test_a_new_gain_settles_in_20_ms_without_an_audible_step(plug):
    memory = filled(steady(9600))
    device = plug(memory)
    device.play(100)
    memory.set_master(amplitude(-60.0))
    out = device.play_blocks(64, 100)[:, 0]
    assert out[960] < 0.5 * 0.02
    assert out[-1] == np.float32(0.5) * np.float32(amplitude(-60.0))
    assert np.abs(np.diff(out)).max() < 0.5 / 200  # a click would be a step of a half
    assert (np.diff(out) <= 0).all()


def test_hits_follow_it_too(plug):
    memory = filled(np.zeros((4096, 2), np.float32))
    memory.set_master(HALF)
    hits = Hits(memory)  # keeps what is played
    hits.start(steady(256))
    np.testing.assert_array_equal(plug(memory).play(256), steady(256) * np.float32(HALF))
    assert hits.sounding() == 0


def test_a_gain_above_0_db_is_held_at_the_ceiling(plug):
    memory = filled(steady(2000, 0.9))
    memory.set_master(amplitude(6.0))
    out = plug(memory).play(2000)
    assert out.max() == CEILING
    assert memory.counters().limited_frames == 2000
    assert memory.counters().peak[0] == pytest.approx(CEILING)


def test_the_tap_holds_the_sound_after_the_master_gain(plug):
    memory = filled(noise(512))
    tap, heard = memory.tap(), np.zeros((512, 2), np.float32)
    memory.set_master(HALF)
    out = plug(memory).play(512)
    assert tap.read(heard) == 512
    np.testing.assert_array_equal(heard, out)


@settings(deadline=None)  # the first example compiles
@given(
    gain_db=st.floats(-60.0, 6.0),
    blocks=st.lists(st.integers(1, 700), min_size=1, max_size=8),
)
def test_without_a_device_the_bits_are_those_of_the_callback(plug, gain_db, blocks):
    loudest = CEILING / max(1.0, amplitude(gain_db))  # as the renderer's limiter leaves it
    audio = (2.0 * loudest * noise(sum(blocks))).astype(np.float32)
    memory = filled(audio)
    memory.set_master(amplitude(gain_db))
    heard = plug(memory).play(len(audio))
    master = Master(RATE, amplitude(gain_db))
    parts = np.split(audio.copy(), np.cumsum(blocks)[:-1])
    for part in parts:
        master.process(part)
    np.testing.assert_array_equal(np.concatenate(parts), heard)


def test_0_db_without_a_device_leaves_even_nan_unchanged():
    audio = np.array([[np.nan, 2.0]], np.float32)
    Master(RATE, 1.0).process(audio)
    np.testing.assert_array_equal(audio, np.array([[np.nan, 2.0]], np.float32))
