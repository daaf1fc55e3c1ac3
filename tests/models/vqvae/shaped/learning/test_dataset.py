"""Segments are reproducible, each with the pitch and pulses of its place."""

from pathlib import Path

import numpy as np

from rtaudiogen.models.vqvae.learning.corpus import Corpus, Sound
from rtaudiogen.models.vqvae.shaped.learning.dataset import Segments, stages_kept

from ...untrained import SHAPED

FRAMES = 8 * SHAPED.hop


def sound(name: str, kind: str = "") -> Sound:
    periods = np.arange(16000) * 120 / SHAPED.sample_rate
    return Sound((0.3 * (periods % 1 - 0.5)).astype(np.float32), "low", Path(name), kind=kind)


CORPUS = Corpus([sound("one"), sound("two", "recorded")], [sound("three")], SHAPED.labels)


def test_a_batch_has_the_shapes_that_a_network_takes() -> None:
    batch = Segments(SHAPED, CORPUS, FRAMES).draw(np.random.default_rng(0), 3, 0.5)
    assert batch.signal.shape == (3, FRAMES + SHAPED.look_ahead)
    assert batch.heard.shape == (3, 16)
    assert batch.coded.shape == (3, 9)
    assert batch.pulses.shape == batch.noise.shape == (3, FRAMES)
    assert {array.dtype for array in batch} == {np.dtype(np.float32), np.dtype(np.int64)}


def test_the_same_numbers_draw_the_same_segments() -> None:
    segments = Segments(SHAPED, CORPUS, FRAMES)
    one, other = (segments.draw(np.random.default_rng(7), 4, 0.0) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_voiced_segments_have_their_pitch_and_its_pulses() -> None:
    (batch,) = Segments(SHAPED, CORPUS, FRAMES).held_out(1, 1)
    voiced = batch.coded[0, 2:]
    assert np.abs(12 * np.log2(voiced / 120)).max() < 0.3
    assert np.mean(np.square(batch.pulses[0, 640:])) > 0.9
    assert (batch.heard[0, 4:] > 0).all()


def test_favoured_sounds_are_drawn_twice_as_often() -> None:
    plain, favouring = (Segments(SHAPED, CORPUS, FRAMES, kind)._ends for kind in ("", "recorded"))
    np.testing.assert_allclose(plain, [1 / 2, 1])
    np.testing.assert_allclose(favouring, [1 / 3, 1])


def test_more_is_rounded_towards_the_end() -> None:
    drawn = {
        progress: [stages_kept(np.random.default_rng(k), 3, progress) for k in range(400)]
        for progress in (0.0, 1.0)
    }
    assert drawn[0.0].count(0) > 1.5 * drawn[1.0].count(0)
    assert drawn[0.0].count(3) < drawn[1.0].count(3)
    assert set(drawn[1.0]) == {0, 1, 2, 3}
