"""The sounds, tables and pictures that a training reports."""

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from rtaudiogen.models.oneshot.judging.corpus import Corpus
from rtaudiogen.models.oneshot.judging.metrics import Judge
from rtaudiogen.models.oneshot.judging.pictures import sounding, write_gallery

from . import drums
from .drums import RATE


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def point(step: int, **values: Any) -> dict[str, Any]:
    facts = dict.fromkeys(
        ("frechet", "accuracy", "diversity", "nearest", "peakiness", "level_db"), 0.5
    )
    return {"step": step, **facts, **values}


def test_the_gallery_has_sounds_a_table_and_pictures(
    tmp_path: Path, corpus: Corpus, judge: Judge
) -> None:
    made = drums.hits(6, 5)
    history = [point(10), point(20, accuracy=None), point(30)]
    clip = tmp_path / "clips" / "step-0000030.wav"
    write_gallery(clip, corpus, made.signals, made.classes, history, judge.real)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert found == [
        "clips/step-0000030.csv",
        "clips/step-0000030.png",
        "clips/step-0000030.wav",
        "verdicts.png",
    ]
    for name in found[1::2]:
        assert (tmp_path / name).read_bytes().startswith((b"\x89PNG", b"RIFF"))


def test_the_table_says_what_is_at_which_second(
    tmp_path: Path, corpus: Corpus, judge: Judge
) -> None:
    made = drums.hits(6, 5)
    clip = tmp_path / "clips" / "step-0000001.wav"
    write_gallery(clip, corpus, made.signals, made.classes, [point(1)], judge.real)
    signal, rate = soundfile.read(clip, dtype="float32")
    rows = table(clip.with_suffix(".csv"))
    assert rate == RATE
    assert [(row["class"], row["number"]) for row in rows] == [
        (name, str(number)) for name in drums.CLASSES for number in (1, 2, 3, 4)
    ]
    for row in rows:
        start = round(float(row["seconds"]) * RATE)
        gap = signal[max(0, start - 1000) : max(0, start - 200)]  # seconds are rounded
        assert not gap.any(), "a gap before it"
        assert np.abs(signal[start - 100 if start else 0 : start + 500]).max() > 0.3


def test_few_hits_per_class_are_shown_and_classes_may_be_absent(
    tmp_path: Path, corpus: Corpus, judge: Judge
) -> None:
    made = drums.hits(9, 5)
    some = made.only(made.classes != 1)
    clip = tmp_path / "clips" / "step-0000001.wav"
    write_gallery(clip, corpus, some.signals, some.classes, [point(1)], judge.real)
    rows = table(clip.with_suffix(".csv"))
    assert [row["class"] for row in rows] == ["hat"] * 4 + ["snare"] * 4


def test_a_hit_is_played_to_where_it_can_be_heard() -> None:
    signal = np.zeros(1000, np.float32)
    signal[:100] = 0.5
    signal[500] = 0.0001
    assert len(sounding(signal)) == 100
    assert len(sounding(0 * signal)) == 1000


def test_pictures_are_left_out_without_matplotlib(
    tmp_path: Path, corpus: Corpus, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    made = drums.hits(2, 5)
    clip = tmp_path / "clips" / "step-0000001.wav"
    write_gallery(clip, corpus, made.signals, made.classes, [point(1)], judge.real)
    assert sorted(path.suffix for path in tmp_path.rglob("*.*")) == [".csv", ".wav"]
