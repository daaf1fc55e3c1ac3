"""The numbers of a WaveGAN, measured with the shipped player beside real drums and noise."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from rtaudiogen.errors import UsageError
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.measuring import evaluation
from rtaudiogen.models.wavegan.measuring.evaluation import (
    Player,
    disjoint_sets,
    evaluate,
    noise_bursts,
)
from rtaudiogen.models.wavegan.sampling import sample

from ...oneshot.judging import drums
from ...oneshot.judging.drums import CLASSES, RATE
from ..untrained import write_untrained

SMALL = WaveGANConfig(frames=drums.FRAMES, width=16, latent=20, classes=CLASSES)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 30)
    monkeypatch.setattr(evaluation, "JUDGED_HITS", 30)
    monkeypatch.setattr(evaluation, "SETS", 2)


def write_folder(folder: Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """Write sixteen hits of each class, each of a different drum."""
    made = drums.hits(16, 0, classes)
    for number, (signal, index) in enumerate(zip(made.signals, made.classes, strict=True)):
        place = folder / classes[index]
        place.mkdir(parents=True, exist_ok=True)
        soundfile.write(place / f"drum{number}x.wav", signal, RATE)
    return folder


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 60)
        patch.setattr(evaluation, "JUDGED_HITS", 30)
        patch.setattr(evaluation, "SETS", 2)
        place = tmp_path_factory.mktemp("evaluation")
        model = write_untrained(place / "model.safetensors", SMALL)
        return evaluate(model, write_folder(place / "folder"))


def test_made_hits_and_each_reference_have_a_row(
    numbers: dict[str, Any],
) -> None:
    assert json.loads(json.dumps(numbers)) == numbers, "plain values"
    rows = {row["hits"]: row for row in numbers["quality"]}
    assert list(rows) == ["generated", "held out", "learnt from", "noise bursts"]
    assert all(row.keys() == rows["generated"].keys() for row in rows.values())
    held_out = numbers["hits_held_out"]
    assert held_out >= 3
    assert numbers["hits_learnt_from"] == 48 - held_out
    assert {row["sets"].split(" × ")[1] for row in rows.values()} == {str(held_out)}
    distance = {name: row["Fréchet distance"] for name, row in rows.items()}
    assert distance["held out"] < distance["noise bursts"]
    assert distance["held out"] < distance["generated"], "the network is untrained"
    assert rows["learnt from"]["copied"] == 1.0
    assert rows["held out"]["recognised"] > 0.6
    assert numbers["real_time_factor"] > 0


def test_every_class_is_counted(numbers: dict[str, Any]) -> None:
    rows = numbers["classes"]
    assert [row["class"] for row in rows] == list(CLASSES)
    assert sum(row["learnt from"] for row in rows) == numbers["hits_learnt_from"]
    assert sum(row["held out"] for row in rows) == numbers["hits_held_out"]
    assert all(row["recognised, generated"] is not None for row in rows)
    assert numbers["all_classes_evenly"]["sets"] == "1 × 30"
    assert numbers["alarms"], "random weights make no drums"


def test_decays_of_first_and_best_takes_are_listed_with_recorded(
    numbers: dict[str, Any],
) -> None:
    rows = numbers["decays"]
    assert [row["class"] for row in rows] == list(CLASSES)
    assert all(0.0 <= row["best take"] <= 1.0 for row in rows)
    first = sum(row["hole > 12 dB, first take"] for row in rows)
    assert sum(row["best take"] for row in rows) <= first


def test_the_classifier_of_the_training_is_used_again(tmp_path: Path) -> None:
    model = write_untrained(tmp_path / "mine.safetensors", SMALL)
    run = tmp_path / "mine-training"
    run.mkdir()
    folder = write_folder(tmp_path / "folder")
    evaluate(model, folder)
    (kept,) = run.iterdir()
    before = kept.stat().st_mtime_ns
    evaluate(model, folder)
    assert kept.stat().st_mtime_ns == before


def test_a_folder_of_other_classes_is_refused(tmp_path: Path) -> None:
    config = WaveGANConfig(**{**vars(SMALL), "classes": ("cough", "sneeze")})
    model = write_untrained(tmp_path / "model.safetensors", config)
    with pytest.raises(UsageError, match=r"hat, kick, snare.*do not occur in the model.*cough"):
        evaluate(model, write_folder(tmp_path / "folder"))


def test_a_model_without_classes_is_compared_with_all_sounds(tmp_path: Path) -> None:
    config = WaveGANConfig(**{**vars(SMALL), "classes": ()})
    model = write_untrained(tmp_path / "model.safetensors", config)
    numbers = evaluate(model, write_folder(tmp_path / "folder"))
    assert numbers["classes"] == []
    rows = {row["hits"]: row for row in numbers["quality"]}
    assert rows["generated"]["recognised"] is None
    assert rows["held out"]["recognised"] is not None
    assert not any("recognised" in alarm for alarm in numbers["alarms"])


def test_the_player_makes_new_hits_of_the_asked_class_each_time(tmp_path: Path) -> None:
    descriptor = describe(write_untrained(tmp_path / "model.safetensors", SMALL))

    def player() -> Player:
        return Player(descriptor, SMALL, ("snare", "hat"))

    asked = np.array([0, 1, 1])
    one = player()
    first, second = one.hits(asked), one.hits(asked)
    assert first.shape == (3, SMALL.frames)
    assert np.abs(first).max(axis=1).min() > 0.1
    different = np.concatenate([first, second])
    assert len(np.unique(different, axis=0)) == 6
    assert np.array_equal(player().hits(asked), first)
    for signal, kind, seed in zip(first, ("snare", "hat", "hat"), range(3), strict=True):
        (wanted,) = sample(descriptor, kind, [seed], 1.0, 0)
        assert np.array_equal(signal[: len(wanted.signal)], wanted.signal)


def test_sets_are_disjoint_and_of_the_classes_asked_for() -> None:
    known, asked = drums.hits(5, 0), np.array([2, 0, 2, 1])
    sets = list(disjoint_sets(known, asked, np.random.default_rng(0)))
    assert len(sets) == 2, "as many as wanted"
    drawn = np.concatenate(sets)
    assert len(np.unique(drawn, axis=0)) == 8
    of_class = [known.classes[(known.signals == signal).all(1).argmax()] for signal in drawn]
    assert of_class == [*asked, *asked]
    few = known.only(np.arange(15) < 9)  # three of each class
    assert len(list(disjoint_sets(few, asked, np.random.default_rng(0)))) == 1, "there are no more"


def test_noise_bursts_have_the_envelopes_of_the_hits() -> None:
    signals = drums.hits(2, 0).signals
    bursts = noise_bursts(signals, RATE, np.random.default_rng(0))

    def loudness(hits: np.ndarray) -> np.ndarray:
        return np.sqrt(np.square(hits).reshape(len(hits), 8, -1).mean(2))

    assert loudness(bursts) == pytest.approx(loudness(signals), rel=0.3, abs=0.01)
    likeness = np.abs(np.sum(bursts * signals, axis=1)) / np.sum(signals**2, axis=1)
    assert likeness.max() < 0.3
