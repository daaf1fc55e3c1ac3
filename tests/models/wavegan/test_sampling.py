"""One-shots are reproduced by their seed, in the class that is asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.generator import OneShot
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.sampling import sample

from .untrained import CLASSES, SMALL, write_untrained


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "drums.safetensors")


def shots(
    path: Path, kind: str | None, *seeds: int, spread: float = 1.0, around: int = 0
) -> list[OneShot]:
    return list(sample(describe(path), kind, seeds, spread, around))


def same(one: OneShot, other: OneShot) -> bool:
    return np.array_equal(one.signal, other.signal)


def test_a_class_and_a_seed_give_the_same_bits_among_any_others(path: Path) -> None:
    many = shots(path, None, *range(3, 13))
    assert [shot.kind for shot in many] == [*CLASSES, *CLASSES]
    assert [shot.seed for shot in many] == list(range(3, 13))
    for shot in many:
        (again,) = shots(path, shot.kind, shot.seed)
        assert same(again, shot)
        assert again.kind == shot.kind


def test_seeds_and_classes_sound_different_and_finished(path: Path) -> None:
    first, second = shots(path, "kick", 1, 2)
    (other,) = shots(path, "snare", 1)
    assert not same(first, second)
    assert not same(first, other)
    for shot in (first, second, other):
        assert shot.signal.dtype == np.float32
        assert shot.signal.ndim == 1
        assert 0.3 < np.abs(shot.signal).max() < 0.9


def test_without_spread_every_seed_is_the_one_in_the_middle(path: Path) -> None:
    (middle,) = shots(path, "tom", 7)
    for shot in shots(path, "tom", 1, 2, spread=0.0, around=7):
        assert same(shot, middle)
    near, far = (shots(path, "tom", 1, spread=s, around=7)[0].signal[:2000] for s in (0.05, 0.9))
    here = middle.signal[:2000]
    assert 0 < np.abs(near - here).mean() < np.abs(far - here).mean()


def test_a_model_without_classes_makes_hits(tmp_path: Path) -> None:
    path = write_untrained(tmp_path / "plain.safetensors", replace(SMALL, classes=()))
    assert [shot.kind for shot in shots(path, None, 1, 2)] == ["hit", "hit"]
    with pytest.raises(UsageError, match="without classes"):
        shots(path, "kick", 1)


def test_an_impossible_sample_is_refused_before_the_first(path: Path) -> None:
    with pytest.raises(UsageError, match="no class 'kik'; it has kick, snare") as error:
        sample(describe(path), "kik", [1], 1.0, 0)
    assert "\n" not in str(error.value)
    with pytest.raises(RtAudioGenError, match="no file"):
        sample(replace(describe(path), path=None), "kick", [1], 1.0, 0)
