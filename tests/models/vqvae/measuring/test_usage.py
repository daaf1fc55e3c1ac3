"""The usage of a codebook is measured."""

import numpy as np
import pytest

from rtaudiogen.models.vqvae.measuring.usage import StageUsage, alarm, usage

SIZE = 100


def test_even_use_of_n_codes_has_perplexity_n() -> None:
    codes = np.stack([np.arange(1000) % SIZE, np.arange(1000) % 20, np.full(1000, 7)], axis=1)
    full, fifth, one = usage(codes.astype(np.uint16), [SIZE] * 3)
    assert (full.used, full.dead) == (100, 0)
    assert (fifth.used, fifth.dead) == (20, 80)
    assert (one.used, one.dead) == (1, 99)
    assert [s.perplexity for s in (full, fifth, one)] == pytest.approx([100, 20, 1])


def test_uneven_use_has_the_perplexity_of_its_entropy() -> None:
    codes = np.array([0, 0, 0, 1])[:, None]
    (stage,) = usage(codes, [SIZE])
    assert np.log2(stage.perplexity) == pytest.approx(0.75 * np.log2(4 / 3) + 0.25 * 2)


def test_no_codes_have_no_perplexity() -> None:
    assert usage(np.zeros((0, 1), np.uint16), [SIZE]) == [StageUsage(0, SIZE, 0.0)]


def test_the_alarm_names_the_stages_below_a_tenth() -> None:
    good, bad = StageUsage(90, 10, 10.1), StageUsage(12, 88, 9.4)
    assert alarm([good, good], 1000) is None
    sentence = alarm([good, bad], 1000)
    assert sentence is not None
    assert "stage 2: 9 of 100" in sentence
    assert "stage 1" not in sentence


def test_too_few_frames_raise_no_alarm() -> None:
    assert alarm([StageUsage(5, 95, 5.0)], 9) is None
