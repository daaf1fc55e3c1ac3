"""The judge's verdicts on real, damaged, copied and mixed-up hits."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.models.oneshot.judging.corpus import Corpus
from rtaudiogen.models.oneshot.judging.metrics import Judge, Verdict

from . import drums
from .drums import FRAMES, RATE

COUNT = 48  # hits of three classes


@pytest.fixture(scope="module")
def fresh() -> drums.Hits:
    """Return drums like those of the corpus, but unheard."""
    return drums.hits(COUNT // 3, 77)


@pytest.fixture(scope="module")
def verdict(judge: Judge, fresh: drums.Hits) -> Verdict:
    return judge.judge(fresh.signals, fresh.classes)


def test_drums_of_the_same_kind_are_good(judge: Judge, verdict: Verdict) -> None:
    assert verdict.hits == COUNT
    assert verdict.accuracy is not None
    assert verdict.accuracy > 0.8
    assert verdict.diversity == pytest.approx(1.0, abs=0.2)
    assert verdict.silent == 0
    assert verdict.copied <= judge.real.copied + 0.2
    assert verdict.nearest == pytest.approx(judge.real.nearest, rel=0.3)
    assert verdict.hum < 0.3
    assert verdict.onset_ms < 2
    assert verdict.level_db == pytest.approx(judge.real.level_db, abs=3)


def test_noise_is_farther_than_drums(judge: Judge, fresh: drums.Hits, verdict: Verdict) -> None:
    rng = np.random.default_rng(0)
    distances = [verdict.frechet]
    for level in (0.01, 0.05, 0.3):
        noisy = fresh.signals + level * rng.standard_normal(fresh.signals.shape, np.float32)
        distances.append(judge.judge(noisy.astype(np.float32), fresh.classes).frechet)
    assert distances == sorted(distances)
    assert distances[-1] > 4 * distances[0]


def test_learnt_hits_are_known_as_copies(judge: Judge, corpus: Corpus) -> None:
    learnt = corpus.training
    copies = judge.judge(0.5 * learnt.signals, learnt.classes)
    assert copies.copied == 1.0
    assert copies.nearest < 0.02
    assert copies.frechet == pytest.approx(0.0, abs=0.01)


def test_the_classes_of_the_reference_are_those_asked_for(judge: Judge, corpus: Corpus) -> None:
    hats = corpus.training.only(corpus.training.classes == 0)
    alone = judge.judge(hats.signals, hats.classes)
    assert alone.frechet == pytest.approx(0.0, abs=0.01)
    assert set(alone.by_class) == {"hat"}
    assert alone.diversity == pytest.approx(1.0, abs=0.01)


def test_another_class_than_the_one_asked_for_is_noticed(judge: Judge, fresh: drums.Hits) -> None:
    exchanged = judge.judge(fresh.signals, (fresh.classes + 1) % 3)
    assert exchanged.accuracy is not None
    assert exchanged.accuracy < 0.2
    assert set(exchanged.by_class) == set(drums.CLASSES)


def test_one_sound_has_no_diversity(judge: Judge, fresh: drums.Hits) -> None:
    one = judge.judge(np.repeat(fresh.signals[:3], 8, axis=0), np.repeat(fresh.classes[:3], 8))
    assert one.diversity == pytest.approx(0.0, abs=0.01)
    single = judge.judge(fresh.signals[:3], fresh.classes[:3])
    assert single.diversity is None, "no class has two"


def test_a_hum_is_found_at_its_frequency(judge: Judge, fresh: drums.Hits) -> None:
    tone = 0.02 * np.sin(2 * np.pi * 2000 * np.arange(FRAMES) / RATE)
    humming = judge.judge((fresh.signals + tone).astype(np.float32), fresh.classes)
    assert humming.hum > 0.7
    assert humming.hum_hz == pytest.approx(2000, abs=40)


def test_silence_and_what_is_no_number_are_silent(judge: Judge, fresh: drums.Hits) -> None:
    spoilt = fresh.signals.copy()
    spoilt[:12] = 0.001
    spoilt[12:24] = np.nan
    spoilt[24:30] = np.inf
    verdict = judge.judge(spoilt, fresh.classes)
    assert verdict.silent == 30 / COUNT
    assert np.isfinite([v for v in asdict(verdict).values() if isinstance(v, float)]).all()


def test_a_late_hit_is_late_and_nothing_else(judge: Judge, fresh: drums.Hits) -> None:
    late = np.roll(fresh.signals, 480, axis=1)
    late[:, :480] = 0
    verdict, before = judge.judge(late, fresh.classes), judge.judge(fresh.signals, fresh.classes)
    assert verdict.onset_ms == pytest.approx(before.onset_ms + 30, abs=1)
    assert verdict.frechet == pytest.approx(before.frechet, rel=0.2)


def test_a_verdict_is_plain_values_and_comes_back_from_a_history(verdict: Verdict) -> None:
    point = {"step": 7, "loss": 1.0, **asdict(verdict)}
    assert Verdict.of(json.loads(json.dumps(point))) == verdict


def test_the_real_hits_are_described_beside_the_latest(judge: Judge, verdict: Verdict) -> None:
    history = [{"step": 100, **asdict(verdict)}, {"step": 200, **asdict(verdict), "joint": 99.0}]
    line = judge.describe(history)
    assert "with the class 99.0" in line
    assert f"best {verdict.joint:.1f} at step 100" in line
    assert f"real {judge.real.frechet:.1f}" in line
    assert judge.real.diversity == 1.0


def test_hits_of_the_wrong_class_are_far_only_in_joint_distance(
    judge: Judge, fresh: drums.Hits
) -> None:
    right = judge.judge(fresh.signals, fresh.classes)
    wrong = judge.judge(fresh.signals, np.roll(fresh.classes, len(fresh.classes) // 3))
    assert wrong.frechet == pytest.approx(right.frechet, rel=1e-6)
    assert wrong.joint > 3 * right.joint


def test_all_classes_are_asked_for_evenly(judge: Judge) -> None:
    assert np.bincount(judge.requests(30)).tolist() == [10, 10, 10]


def test_a_folder_without_classes_is_judged_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 40)
    judge = Judge(drums.corpus(12, classes=("kick",)), tmp_path, lambda line: None)
    kicks = drums.hits(12, 5, ("kick",))
    verdict = judge.judge(kicks.signals, kicks.classes)
    assert (verdict.accuracy, verdict.by_class) == (None, {})
    hats = judge.judge(drums.hits(12, 5, ("hat",)).signals, kicks.classes)
    assert hats.frechet > 3 * verdict.frechet
    assert "recognised" not in judge.describe([{"step": 1, **asdict(verdict)}])


def test_the_second_judge_of_a_folder_need_not_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtaudiogen.models.oneshot.judging.classifier.FEWEST_STEPS", 10)
    corpus = drums.corpus(4)
    first = Judge(corpus, tmp_path, lambda line: None)
    assert Judge(corpus, tmp_path, pytest.fail).real == first.real
