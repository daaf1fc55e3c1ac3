"""Segments: which are drawn, how often, and always the same ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.models.vqvae.learning.corpus import Corpus, Sound
from rtaudiogen.models.vqvae.learning.dataset import (
    ALL_STAGES,
    QUIETEST_DB,
    UNLABELLED,
    UNROUNDED,
    Segments,
    cut,
)

from ..untrained import SMALL

FRAMES = 64
STAGES = SMALL.stages


def ramp(frames: int, label: str = "low", start: int = 0) -> Sound:
    """Return a signal whose values count its frames from 1, so that a piece shows its place."""
    values = np.arange(start + 1, start + frames + 1, dtype=np.float32)
    return Sound(values / 4096, label, Path(f"{label}-{frames}.wav"))


def corpus(*training: Sound) -> Corpus:
    held_out = [ramp(500, "low", 1000), ramp(30, "high", 2000), ramp(500, "strange", 3000)]
    return Corpus(training, held_out, SMALL.labels)


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_batch_is_determined_by_its_random_numbers() -> None:
    segments = Segments(SMALL, corpus(ramp(1000), ramp(300, "high")), FRAMES)
    one, same, other = (segments.draw(random(seed), 8) for seed in (1, 1, 2))
    for ours, theirs in zip(one, same, strict=True):
        assert np.array_equal(ours, theirs)
    assert not np.array_equal(one.signal, other.signal)


def test_a_batch_has_the_shapes_and_types_of_the_objective() -> None:
    batch = Segments(SMALL, corpus(ramp(1000)), FRAMES).draw(random(0), 8)
    assert (batch.signal.shape, batch.signal.dtype) == ((8, FRAMES), np.float32)
    assert (batch.labels.shape, batch.labels.dtype) == ((8,), np.int64)
    assert (batch.kept.shape, batch.kept.dtype) == ((8,), np.int64)


def test_pieces_lie_within_the_sound_and_silence_around_it() -> None:
    segments = Segments(SMALL, corpus(ramp(200)), FRAMES)
    firsts = set()
    for signal in segments.draw(random(0), 3000).signal:
        sounding = np.flatnonzero(signal)
        assert len(sounding) >= FRAMES // 2, "half of a piece is sound"
        assert np.array_equal(sounding, np.arange(sounding[0], sounding[-1] + 1))
        steps = np.diff(signal[sounding])
        np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
        firsts.add(round(float(signal[sounding[0]] / steps[0])) - 1 - int(sounding[0]))
    assert min(firsts) == -FRAMES // 4
    assert max(firsts) == 200 - FRAMES // 2 - 1


def test_pieces_are_turned_down_and_over_at_random() -> None:
    segments = Segments(SMALL, corpus(ramp(1000)), FRAMES)
    signals = segments.draw(random(0), 500).signal
    gains = 4096 * np.diff(signals[:, FRAMES // 4 : FRAMES // 2], axis=1)[:, 0]
    quietest = 10 ** (QUIETEST_DB / 20)
    assert np.abs(gains).min() == pytest.approx(quietest, rel=0.05)
    assert np.abs(gains).max() == pytest.approx(1.0, rel=0.05)
    assert np.mean(gains > 0) == pytest.approx(0.5, abs=0.1)


def test_shares_of_stages_and_labels_are_as_said() -> None:
    segments = Segments(SMALL, corpus(ramp(1000, "high")), FRAMES)
    batch = segments.draw(random(0), 5000)
    between = 1 - UNROUNDED - ALL_STAGES
    shares = np.bincount(batch.kept, minlength=STAGES + 1) / 5000
    expected = [UNROUNDED, *[between / STAGES] * (STAGES - 1), ALL_STAGES + between / STAGES]
    np.testing.assert_allclose(shares, expected, atol=0.02)
    assert set(batch.labels) == {0, 2}
    assert np.mean(batch.labels == 0) == pytest.approx(UNLABELLED, abs=0.02)


def test_one_stage_is_kept_or_none() -> None:
    config = replace(SMALL, stages=1)
    batch = Segments(config, corpus(ramp(1000)), FRAMES).draw(random(0), 1000)
    assert set(batch.kept) == {0, 1}
    assert np.mean(batch.kept == 0) == pytest.approx(UNROUNDED, abs=0.05)


def test_longer_sounds_are_drawn_more_often_but_short_ones_too() -> None:
    long, shorter, short = ramp(1500, "low"), ramp(500, "high"), ramp(8, "strange")
    segments = Segments(replace(SMALL, labels=("any", "low", "high", "strange")),
                        replace(corpus(long, shorter, short),
                                labels=("any", "low", "high", "strange")), FRAMES)  # fmt: skip
    labels = segments.draw(random(0), 4000).labels
    counts = np.bincount(labels, minlength=4)
    assert counts[1] / counts[2] == pytest.approx(3.0, rel=0.2)
    assert counts[3] / counts[2] == pytest.approx(FRAMES / 2 / 500, rel=0.5)


def test_a_sound_of_another_label_than_the_decoders_is_anybodys() -> None:
    segments = Segments(SMALL, corpus(ramp(1000, "strange")), FRAMES)
    assert set(segments.draw(random(0), 50).labels) == {0}


def test_held_out_batches_are_constant_and_cover_every_sound() -> None:
    segments = Segments(SMALL, corpus(ramp(1000)), FRAMES)
    batches, again = segments.held_out(4, 3), segments.held_out(4, 3)
    assert len(batches) == 4
    for one, other in zip(batches, again, strict=True):
        assert np.array_equal(one.signal, other.signal)
        assert one.signal.shape == (3, FRAMES)
        assert one.signal.dtype == np.float32
        assert set(one.kept) == {STAGES}
    first = np.concatenate([batch.signal[:, 0] for batch in batches]) * 4096
    assert {int(value) // 1000 for value in first} == {1, 2, 3}
    labels = np.concatenate([batch.labels for batch in batches])
    assert [SMALL.labels[label] for label in labels[[0, 5, 11]]] == ["low", "high", "any"]


@pytest.mark.parametrize(
    ("first", "frames", "expected"),
    [
        (0, 3, [1, 2, 3]),
        (2, 3, [3, 4, 5]),
        (-2, 4, [0, 0, 1, 2]),
        (3, 4, [4, 5, 0, 0]),
        (-1, 8, [0, 1, 2, 3, 4, 5, 0, 0]),
        (9, 2, [0, 0]),
    ],
)
def test_a_cut_has_zeros_where_the_sound_has_nothing(
    first: int, frames: int, expected: list[int]
) -> None:
    piece = cut(ramp(5), first, frames)
    assert piece.dtype == np.float32
    assert list(piece * 4096) == expected
