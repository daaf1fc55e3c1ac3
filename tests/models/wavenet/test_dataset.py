"""Segments: what the network is shown, reproducibly."""

from dataclasses import replace

import numpy as np
import pytest

from rtaudiogen.models.compiled import mulaw
from rtaudiogen.models.compiled.mulaw import SILENCE
from rtaudiogen.models.sounds.notes.coded import IGNORED, stack
from rtaudiogen.models.sounds.notes.corpus import Texture
from rtaudiogen.models.sounds.notes.notes import Note
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.dataset import Segments

RATE = 16000
CONFIG = WaveNetConfig(instruments=("a", "b"), harmonics=4, preemphasis=0.85)
LEVEL, GATE, RELEASED = 2 * 4 + 3, 2 * 4 + 2, 2 * 4 + 7  # conditioning channels


def note(instrument: int, pitch: float = 60.0, release_frame: int = 8000) -> Note:
    phase = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(12000) / RATE
    return Note(
        instrument=instrument,
        pitch=pitch,
        velocity=0.5,
        signal=(0.5 * np.sin(phase)).astype(np.float32),
        phase=np.angle(np.exp(1j * phase)).astype(np.float32),
        level_db=np.full(12000, -9.03, np.float32),
        release_frame=release_frame,
    )


SEGMENTS = Segments(CONFIG, [note(0), note(1, 67.0)], 2048)


def test_a_code_stands_before_its_target() -> None:
    batch = SEGMENTS.whole(note(0))
    np.testing.assert_array_equal(batch.codes[0, 1:], batch.targets[0, :2047])
    assert batch.codes[0, 0] == SILENCE


def test_codes_are_the_pre_emphasised_signal_from_any_start() -> None:
    signal = note(0).signal
    emphasised = signal - 0.85 * np.concatenate(([0], signal[:-1]))
    codes = mulaw.encode(emphasised.astype(np.float32))
    for batch in SEGMENTS.fixed(8):
        assert batch.instruments[0] in (0, 1)
    for start in (1, 2, 5000):
        batch = SEGMENTS._plain(note(0), start)
        np.testing.assert_array_equal(batch.codes[0], codes[start - 1 : start + 2047])


def test_the_conditioning_is_of_the_targets_frame() -> None:
    batch = SEGMENTS._plain(note(0), 7000)
    assert batch.conditioning is not None
    np.testing.assert_allclose(
        0.5 * batch.conditioning[0, :, 0], note(0).signal[7000:9048], atol=1e-4
    )
    gate = batch.conditioning[0, :, GATE]
    assert gate[:1000].min() == 1.0
    assert gate[1000:].max() == 0.0
    assert batch.conditioning[0, 1000, RELEASED] == 1.0


def test_a_segment_is_silent_after_the_end_of_its_sound() -> None:
    batch = SEGMENTS._plain(note(0, release_frame=12000), 11000)
    assert (batch.targets[0, 1001:] == SILENCE).all()
    assert batch.conditioning is not None
    assert (batch.conditioning[0, 1000:, LEVEL] == 0).all()


def test_a_batch_is_a_function_of_its_random_numbers() -> None:
    one, same, other = (SEGMENTS.draw(np.random.default_rng(seed), 4) for seed in (1, 1, 2))
    for name in ("codes", "targets", "conditioning", "instruments"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
    assert (one.codes != other.codes).any()


def test_every_instrument_is_drawn_and_no_code_is_out_of_range() -> None:
    batch = stack([SEGMENTS.draw(np.random.default_rng(seed), 4) for seed in range(10)])
    assert set(batch.instruments) == {0, 1}
    assert batch.codes.min() >= 0
    assert batch.codes.max() < 256
    counted = batch.targets[batch.targets != IGNORED]
    assert counted.min() >= 0
    assert len(counted) > 0.8 * batch.targets.size


def test_the_level_channel_follows_the_gain() -> None:
    loud = SEGMENTS._segment(note(0), 4000, 1.0, 12000, 0.0, 0)
    soft = SEGMENTS._segment(note(0), 4000, 0.1, 12000, 0.0, 0)
    assert loud.conditioning is not None
    assert soft.conditioning is not None
    fall = loud.conditioning[0, :, LEVEL] - soft.conditioning[0, :, LEVEL]
    np.testing.assert_allclose(fall, 20 / 72, atol=1e-5)


def test_a_synthetic_release_closes_the_gate_and_the_sound() -> None:
    batch = SEGMENTS._segment(note(0, release_frame=12000), 4000, 1.0, 5000, -400.0, 0)
    assert batch.conditioning is not None
    assert batch.conditioning[0, 999, GATE] == 1.0
    assert batch.conditioning[0, 1000, GATE] == 0.0
    amplitude = np.abs(mulaw.decode(batch.targets[0]))
    assert amplitude[1900:].max() < 0.2 * amplitude[:1000].max()


def test_a_texture_has_no_conditioning() -> None:
    config = replace(CONFIG, harmonics=0, instruments=("rain",))
    rain = np.random.default_rng(0).normal(0, 0.1, 20000).astype(np.float32)
    batch = Segments(config, [Texture(0, rain)], 2048).draw(np.random.default_rng(0), 3)
    assert batch.conditioning is None
    assert batch.codes.shape == (3, 2048)


@pytest.mark.parametrize("frames", [1100, 5000])
def test_a_sound_shorter_than_a_segment_is_filled_up(frames: int) -> None:
    sound = note(0)
    short = replace(
        sound,
        signal=sound.signal[:frames],
        phase=sound.phase[:frames],
        level_db=sound.level_db[:frames],
        release_frame=frames,
    )
    segments = Segments(replace(CONFIG, instruments=("a",)), [short], 2048)
    for seed in range(20):
        assert segments.draw(np.random.default_rng(seed), 2).codes.shape == (2, 2048)
