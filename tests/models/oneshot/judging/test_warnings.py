"""Each warning is raised for its own fault, and none for good drums."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from rtaudiogen.models.oneshot.judging.corpus import Corpus
from rtaudiogen.models.oneshot.judging.metrics import Judge
from rtaudiogen.models.oneshot.judging.warnings import alarms

from . import drums
from .drums import FRAMES, RATE, Signals

TONE = np.sin(2 * np.pi * 2000 * np.arange(FRAMES) / RATE).astype(np.float32)
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def fresh() -> drums.Hits:
    """Return drums like those of the corpus."""
    return drums.hits(16, 77)


def heard(judge: Judge, signals: Signals, classes: np.ndarray) -> list[str]:
    return alarms([{"step": 1, **asdict(judge.judge(signals, classes))}], judge)


def clicks(signals: Signals) -> Signals:
    made = np.zeros_like(signals)
    made[:, 10] = 0.5
    return made


SPOILT: dict[str, tuple[Callable[[Signals], Signals], str]] = {
    "silence": (lambda s: 0.001 * s, "makes silence: 100 % of the hits are below -50 dB"),
    "clicks": (clicks, "makes clicks"),
    "a sine": (lambda s: 0 * s + 0.5 * TONE, "hums: a steady tone at 2000 Hz in 100 % of the hits"),
    "a hum": (lambda s: s + 0.02 * TONE, "hums: a steady tone at 2000 Hz"),
    "noise": (lambda s: 0.2 * RNG.standard_normal(s.shape, np.float32), "makes noise"),
    "one of each": (
        lambda s: s[np.arange(len(s)) % 3],
        "makes one sound: the difference of two hits",
    ),
}


def test_drums_raise_no_alarm(judge: Judge, fresh: drums.Hits) -> None:
    assert heard(judge, fresh.signals, fresh.classes) == []


@pytest.mark.parametrize("name", SPOILT)
def test_each_fault_of_hits_is_named(judge: Judge, fresh: drums.Hits, name: str) -> None:
    spoil, words = SPOILT[name]
    said = heard(judge, spoil(fresh.signals), fresh.classes)
    assert any(words in line for line in said), said


def test_silence_is_all_that_is_said_of_silence(judge: Judge, fresh: drums.Hits) -> None:
    assert len(heard(judge, 0 * fresh.signals, fresh.classes)) == 1


def test_copies_are_named(judge: Judge, corpus: Corpus) -> None:
    learnt = corpus.training
    said = heard(judge, learnt.signals * np.float32(0.7), learnt.classes)
    assert any("copies the training sounds: 100 % of the hits" in line for line in said)


def test_a_class_that_is_not_recognised_is_named(judge: Judge, fresh: drums.Hits) -> None:
    hats, kicks = fresh.classes == 0, fresh.classes == 1
    signals = fresh.signals.copy()
    signals[hats] = signals[kicks]
    said = heard(judge, signals, fresh.classes)
    assert said == ["classes whose hits are rarely recognised: hat (0 %)"]


def test_most_classes_mixed_up_are_one_alarm(judge: Judge, fresh: drums.Hits) -> None:
    said = heard(judge, fresh.signals, (fresh.classes + 1) % 3)
    assert [line for line in said if "recognised" in line] == [
        "most classes are not recognised: only 0 % of all hits are"
    ]


def test_too_few_hits_say_nothing_about_a_class(judge: Judge, fresh: drums.Hits) -> None:
    said = heard(judge, fresh.signals[:12], (fresh.classes[:12] + 1) % 3)
    assert not any("recognised" in line for line in said)


def test_a_training_that_gets_worse_for_long_is_named(judge: Judge, fresh: drums.Hits) -> None:
    verdict = asdict(judge.judge(fresh.signals, fresh.classes))

    def after(*distances: float) -> list[str]:
        points = [
            {"step": 100 * number, **verdict, "joint": distance}
            for number, distance in enumerate(distances)
        ]
        return alarms(points, judge)

    assert after(9, 4, 6, 7, 8) == [
        "the generator is getting worse: its distance from real hits is 8.0; the best was 4.0 at "
        "step 100, which is kept"
    ]
    assert after(9, 4, 6, 7) == [], "not for long"
    assert after(9, 4, 6, 4.5, 8) == []
    assert after(4, 6, 7) == []
    assert after(9, 8, 7, 6, 5) == []
