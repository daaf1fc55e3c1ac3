"""Copies are found despite edits, and other takes are not called copies."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from rtaudiogen.models.sounds import copies
from rtaudiogen.models.sounds.copies import copy_groups
from rtaudiogen.sounds.reader import SoundReader

RATE = 16000
TIME = np.arange(6000) / RATE
Signal = NDArray[np.float32]


def noise(seed: int, decay: float = 12.0) -> Signal:
    hiss = np.random.default_rng(seed).standard_normal(len(TIME))
    attack = np.minimum(TIME / 0.003, 1)
    return (0.2 * hiss * attack * np.exp(-decay * TIME)).astype(np.float32)


def drum(hertz: float, seed: int, click: float = 0.02) -> Signal:
    body = np.sin(2 * np.pi * (hertz * TIME - 2 * np.exp(-30 * TIME))) * np.exp(-9 * TIME)
    return (0.5 * body).astype(np.float32) + np.float32(5 * click) * noise(seed, 60)


def tone(hertz: float) -> Signal:
    parts = sum(np.sin(2 * np.pi * hertz * k * TIME) / k for k in range(1, 8))
    return (0.3 * parts * np.exp(-3 * TIME)).astype(np.float32)


ORIGINALS = [noise(1), noise(2, 40), drum(60, 3), drum(180, 4, 0.2), tone(220), tone(523)]


def coded(form: str, subtype: str, level: float | None = None) -> Callable[[Signal], Signal]:
    def code(signal: Signal) -> Signal:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "sound"
            soundfile.write(path, signal, RATE, subtype, format=form, compression_level=level)
            return np.concatenate([*SoundReader(path).blocks()])

    return code


def through(rate: int) -> Callable[[Signal], Signal]:
    return lambda s: soxr.resample(soxr.resample(s, RATE, rate), rate, RATE)


FORMS: dict[str, tuple[Callable[[Signal], Signal], int]] = {
    "exact": (lambda s: s, RATE),
    "quiet": (lambda s: np.float32(0.05) * s, RATE),
    "upside down": (lambda s: -s, RATE),
    "late": (lambda s: np.concatenate([np.zeros(1234, np.float32), s]), RATE),
    "without its beginning": (lambda s: s[160:], RATE),
    "without its end": (lambda s: s[:3000], RATE),
    "eight bits": (lambda s: np.round(s * 127 / np.abs(s).max()) / np.float32(127), RATE),
    "MP3": (coded("MP3", "MPEG_LAYER_III"), RATE),
    "Vorbis, low": (coded("OGG", "VORBIS", 0.9), RATE),
    "FLAC": (coded("FLAC", "PCM_16"), RATE),
    "12 kHz": (through(12000), 12000),
    "11.025 kHz, not known": (through(11025), RATE),
    "8 kHz": (through(8000), 8000),
    "8 kHz, not known": (through(8000), RATE),
}


@pytest.mark.parametrize("form", FORMS)
def test_copies_are_found(form: str) -> None:
    change, rate = FORMS[form]
    changed = [np.ascontiguousarray(change(signal), np.float32) for signal in ORIGINALS]
    count = len(ORIGINALS)
    rates = [RATE] * count + [rate] * count
    assert copy_groups([*ORIGINALS, *changed], RATE, rates) == list(range(count)) * 2


def test_most_copies_in_opus_are_found() -> None:
    code = coded("OGG", "OPUS")
    count = len(ORIGINALS)
    groups = copy_groups([*ORIGINALS, *map(code, ORIGINALS)], RATE)
    assert groups[:count] == list(range(count))
    assert sum(groups[count + k] == k for k in range(count)) >= count - 2


def layers() -> list[Signal]:
    soft = soxr.resample(soxr.resample(noise(5), RATE, 3000), 3000, RATE)
    return [noise(5) + np.float32(0.8) * noise(6), soft.astype(np.float32), noise(7)]


@pytest.mark.parametrize(
    "sounds",
    [
        [noise(seed) for seed in range(20)],
        [drum(60, seed, 0.3) for seed in range(8)],
        [drum(50 * 1.03**step, 1) for step in range(12)],
        [tone(110 * 2 ** (step / 12)) for step in range(24)],
        [tone(220 * 1.01**step) for step in range(6)],
        layers(),
    ],
    ids=["noises", "clicks", "kicks", "scale", "detuned", "velocities"],
)
def test_unlike_sounds_of_one_class_are_no_copies(sounds: list[Signal]) -> None:
    assert copy_groups(sounds, RATE) == list(range(len(sounds)))


def test_layers_that_differ_in_level_only_are_copies() -> None:
    assert copy_groups([noise(1), noise(2), 0.5 * noise(1), 0.1 * noise(2)], RATE) == [0, 1, 0, 1]


def test_groups_do_not_depend_on_the_order() -> None:
    sounds = [*ORIGINALS, *(0.3 * signal for signal in ORIGINALS), noise(9)]
    names = [*range(len(ORIGINALS)), *range(len(ORIGINALS)), "alone"]
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(sounds)).tolist()
        groups = copy_groups([sounds[place] for place in order], RATE)
        assert groups == [
            next(k for k, other in enumerate(order) if names[other] == names[place])
            for place in order
        ]


@pytest.mark.parametrize("signal", [np.zeros(0), np.zeros(9), np.ones(1), np.ones(3)])
def test_next_to_nothing_is_a_copy_of_no_sound(signal: Signal) -> None:
    sounds = [signal.astype(np.float32), noise(1), tone(220)]
    assert copy_groups(sounds, RATE) == [0, 1, 2]


def test_few_of_many_pairs_are_compared_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = copies.is_copy
    monkeypatch.setattr(
        copies, "is_copy", lambda one, *more: compared.append(len(one)) or real(one, *more)
    )
    sounds = [noise(seed)[:2500] for seed in range(300)]
    copy_groups([*sounds, *sounds[:10]], RATE)
    assert len(compared) <= 100, "of 48,000 pairs"
