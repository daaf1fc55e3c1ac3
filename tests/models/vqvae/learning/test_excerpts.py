"""The excerpts that a model is given to play from."""

from pathlib import Path

import numpy as np
import pytest

from rtaudiogen.models.vqvae.learning.corpus import Corpus, Sound
from rtaudiogen.models.vqvae.learning.excerpts import chosen

RATE = 100


def sound(seconds: float, label: str, pitch: float | None = None, level: float = 0.5) -> Sound:
    signal = np.full(round(seconds * RATE), level, np.float32)
    return Sound(signal, label, Path(f"{label}-{seconds}-{pitch}-{level}.wav"), pitch)


def lengths(*sounds: Sound, labels: tuple[str, ...] = ("any", "a", "b")) -> list[tuple[str, float]]:
    corpus = Corpus(sounds, sounds, labels)
    return [(each.label, len(each.signal) / RATE) for each in chosen(corpus, RATE)]


def test_the_longest_sounds_of_a_label_are_chosen_up_to_a_limit() -> None:
    short = [sound(seconds, "b") for seconds in (0.5, 1.0, 1.5, 0.7, 0.9, 1.2)]
    long = [sound(seconds, "a") for seconds in (3.0, 9.0, 5.0)]
    assert lengths(*short, *long) == [
        ("a", 9.0), ("a", 5.0), ("b", 1.5), ("b", 1.2), ("b", 1.0), ("b", 0.9),
    ], "two seconds of a sound at most, four of a label"  # fmt: skip


def test_the_loudest_note_every_few_semitones_is_chosen() -> None:
    notes = [sound(1.0, "a", pitch, level) for pitch in range(60, 72) for level in (0.2, 0.8, 0.5)]
    corpus = Corpus(notes, notes, ("any", "a"))
    picked = [(note.pitch, float(note.signal[0])) for note in chosen(corpus, RATE)]
    assert picked == [(60, pytest.approx(0.8)), (64, pytest.approx(0.8)), (68, pytest.approx(0.8))]


def test_unlabelled_sounds_are_chosen_only_if_no_others_exist() -> None:
    assert lengths(sound(1.0, "a"), sound(1.0, "x")) == [("a", 1.0)]
    assert lengths(sound(1.0, "x"), sound(2.0, "y")) == [("y", 2.0), ("x", 1.0)]
