"""The classifier tells classes and hits apart, and is kept between trainings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rtaudiogen.models.oneshot.judging.classifier import HitNetwork, classifier, digest, weights
from rtaudiogen.models.oneshot.judging.corpus import Corpus, Hits
from rtaudiogen.models.oneshot.judging.spectra import in_form

from . import drums


def state(ear: HitNetwork) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in ear.state_dict().items()}


def same(one: HitNetwork, other: HitNetwork) -> bool:
    first, second = state(one), state(other)
    return all(np.array_equal(first[name], second[name]) for name in first)


@pytest.fixture
def few() -> Corpus:
    """Return a corpus that is enough for a network that may be bad."""
    return drums.corpus(4)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 10)


def test_held_out_hits_are_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 60)
    corpus, said = drums.corpus(16, seed=3), []
    trained = classifier(corpus, tmp_path / "c.safetensors", said.append)
    heard = trained.hear(in_form(corpus.held_out.signals))
    assert heard.embeddings.shape == (24, 32)
    assert (heard.classes == corpus.held_out.classes).mean() > 0.8
    right = int((heard.classes == corpus.held_out.classes).sum())
    assert said[-1].startswith(f"{right} of 24 held-out hits are recognised")


def test_the_classifier_is_kept_while_the_hits_are_the_same(tmp_path: Path, few: Corpus) -> None:
    path, said = tmp_path / "run" / "c.safetensors", []
    first = classifier(few, path, said.append)
    assert said
    said.clear()
    again = classifier(few, path, said.append)
    assert not said
    assert same(first.ear, again.ear)
    changed = replace(few, training=replace(few.training, signals=-few.training.signals))
    classifier(changed, path, said.append)
    assert said, "trained anew"


def test_a_damaged_file_is_made_anew(tmp_path: Path, few: Corpus) -> None:
    path = tmp_path / "c.safetensors"
    first = classifier(few, path, lambda line: None)
    path.write_bytes(path.read_bytes()[:1000])
    assert same(classifier(few, path, lambda line: None).ear, first.ear)
    assert same(classifier(few, path, pytest.fail).ear, first.ear)


def test_the_classifier_depends_on_its_hits_alone(tmp_path: Path, few: Corpus) -> None:
    torch.manual_seed(1)
    first = classifier(few, tmp_path / "1.safetensors", lambda line: None)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(1), drawn), "the caller's random numbers are left alone"
    second = classifier(few, tmp_path / "2.safetensors", lambda line: None)
    assert same(first.ear, second.ear)


@pytest.mark.parametrize(
    "changed",
    [
        {"classes": ("a", "b", "c")},
        {"sample_rate": 8000},
        {"training": drums.corpus(4, seed=1).training},
    ],
)
def test_the_digest_tells_other_hits(few: Corpus, changed: dict[str, object]) -> None:
    assert digest(few) == digest(replace(few, held_out=few.training))
    assert digest(replace(few, **changed)) != digest(few)


def test_classes_weigh_the_same_and_fillers_less_than_real_hits() -> None:
    classes, synthetic = np.array([0, 0, 0, 1]), np.array([False, False, True, False])
    share = weights(Hits(np.zeros((4, 8), np.float32), classes, ("",) * 4, synthetic))
    assert share[:3].sum() == pytest.approx(share[3]) == pytest.approx(0.5)
    assert share[0] == pytest.approx(share[1]) == pytest.approx(3 * share[2])


def test_without_classes_it_learns_to_tell_the_hits_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, said = drums.corpus(12, classes=("kick",)), []
    signals = corpus.training.signals
    noise = np.random.default_rng(0).standard_normal(signals.shape, np.float32)

    def confusion(steps: int) -> float:
        """Return how far noise moves a hit, relative to its nearest neighbour's distance."""
        monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", steps)
        trained = classifier(corpus, tmp_path / f"{steps}.safetensors", said.append)
        known, noisy = (
            trained.hear(in_form(hits)).embeddings for hits in (signals, signals + 0.01 * noise)
        )
        between = np.square(noisy[:, None] - known).sum(2) ** 0.5
        others = (between + np.diag(np.full(len(known), np.inf))).min(1)
        return float(np.median(between.diagonal() / others))

    assert confusion(60) < 0.75 * confusion(1)
    assert not any("recognised" in line for line in said)
