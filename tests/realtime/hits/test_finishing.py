"""Hits for the callback have the stream's bits, and repeated hits differ a little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import EventKind
from rtaudiogen.realtime.hits.finishing import finish, repitched
from rtaudiogen.realtime.render.slot_generator import QUANTUM, SlotGenerator

from ..drums import DRUMS_16K, Drums


@pytest.mark.parametrize(
    ("rate_in", "rate_out"), [(48000, 48000), (16000, 48000), (44100, 48000), (48000, 44100)]
)
def test_a_finished_hit_has_the_bits_of_the_one_in_the_stream(rate_in, rate_out):
    drums = Drums(DRUMS_16K, rate_in)
    source = SlotGenerator(drums, rate_out, seed=3)
    values = source.parameters.values
    values[3] = 1.0  # the level: what is struck is what was made
    source.enter(0)
    source.voices.emit(0, EventKind.NOTE_ON, 0, 40.0, 1.0)
    quanta = []
    for frame in range(0, rate_out // 5, QUANTUM):
        source.render(frame, np.zeros((QUANTUM, 1), np.float32))
        quanta.append(source.out.copy())
    streamed = np.concatenate(quanta)[source.resampler.delay_frames :]
    hit = finish(drums.make(drums.recipe(4, 0, 0, values)), rate_in, rate_out, 2)
    assert hit.shape[1] == 2
    assert hit.flags.c_contiguous
    assert len(hit) >= rate_out // 10
    np.testing.assert_array_equal(hit, streamed[: len(hit)].repeat(2, axis=1))
    assert not streamed[len(hit) :].any()


@pytest.mark.parametrize(
    "audio",
    [np.zeros((0, 1)), np.zeros(9), np.zeros((9, 3)), np.full((9, 1), np.nan)],
    ids=["empty", "flat", "three channels", "not finite"],
)
def test_an_invalid_hit_is_refused(audio):
    with pytest.raises(RtAudioGenError, match="a hit"):
        finish(audio.astype(np.float32), 16000, 48000, 2)


@given(st.floats(0.5, 2.0), st.integers(2, 500))
def test_a_repitched_ramp_is_a_ramp_of_the_other_slope(ratio, frames):
    ramp = np.arange(frames, dtype=np.float32)[:, None].repeat(2, axis=1)
    out = repitched(ramp, ratio)
    expected = ratio * np.arange(len(out))
    np.testing.assert_allclose(out[:, 0], expected, rtol=1e-5, atol=1e-4)
    assert expected[-1] <= frames - 1 < expected[-1] + ratio + 1e-9


def test_a_hit_of_one_frame_can_be_repitched():
    one = np.ones((1, 2), np.float32)
    for ratio in (0.9, 1.1):
        np.testing.assert_array_equal(repitched(one, ratio), one)
