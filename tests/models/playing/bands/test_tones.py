"""Tones of a texture: taken apart from a recording, and played again beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.models.playing.bands.tones import FADE_SECONDS, ToneBank
from rtaudiogen.models.sounds.bands.taking_apart import apart, separated, steady
from rtaudiogen.models.sounds.bands.tones import Lines, Tones, tones_of
from rtaudiogen.models.sounds.notes.corpus import Corpus, Texture
from rtaudiogen.models.sounds.notes.courses import POINTS_PER_SECOND, Courses, courses_of

RATE, BANDS, SECONDS = 12000, 3, 6
CHORD = (220.0, 277.2, 329.6, 1318.5)
STREAM, ALL = np.uint64(7), np.ones(1, np.float32)


def chord(level: float = 0.1, hertz: tuple[float, ...] = CHORD) -> np.ndarray:
    """Return tones that waver, a swell in two seconds."""
    t = np.arange(SECONDS * RATE) / RATE
    waver = 1 + 0.5 * np.sin(np.pi * t)
    return (level * waver * sum(np.sin(2 * np.pi * each * t) for each in hertz)).astype(np.float32)


def noise(deviation: float = 0.01) -> np.ndarray:
    frames = SECONDS * RATE
    return (deviation * np.random.default_rng(0).standard_normal(frames)).astype(np.float32)


def db(signal: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-20))


def courses(recordings: int = 1) -> Courses:
    points = SECONDS * POINTS_PER_SECOND + 1
    return courses_of([(0, np.zeros((points, 1), np.float32))] * recordings, 1)


def bank_of(*signals: np.ndarray) -> ToneBank:
    lines = [apart(signal, steady(signal, RATE)[0], RATE)[0] for signal in signals]
    return ToneBank(tones_of(lines), courses(len(lines)), RATE, BANDS)


def played(
    bank: ToneBank, points: list[float], treble: float = 1.0, swell: float = 1.0,
    pieces: tuple[int, ...] = (1 << 30,),
) -> np.ndarray:  # fmt: skip
    """Return (2, frames): a tick for each of `points`, in pieces of so many frames in turn."""
    parts, turn = [], 0
    for point in points:
        place, part = int(point) + 1, point % 1
        bank.follow(np.array([place]), part, ALL, swell, treble, STREAM)
        while bank.left:
            out = np.zeros((2, min(bank.left, pieces[turn % len(pieces)])), np.float32)
            bank.sound(out)
            parts.append(out)
            turn += 1
    return np.concatenate(parts, axis=1)


def through(seconds: float, first: float = 0.0) -> list[float]:
    """Return where a walk is at each tick, that goes on as the recording did."""
    return [first + tick * POINTS_PER_SECOND / 100 for tick in range(int(seconds * 100))]


def test_tones_and_rest_are_the_recording() -> None:
    signal = chord() + noise()
    hertz, share = steady(signal, RATE)
    lines, rest = apart(signal, hertz, RATE)
    assert share > 0.9
    assert all(np.abs(lines.hertz - each).min() < 3 for each in CHORD)
    inside = slice(RATE // 2, -RATE // 2)
    assert db(rest[inside]) == pytest.approx(db(noise()), abs=1.5)


def test_noise_keeps_everything_in_the_rest() -> None:
    sound = Texture(0, noise(0.1))
    rests, (lines,) = separated(Corpus(("rain",), [sound], [sound]), RATE)
    assert np.array_equal(rests.training[0].signal, sound.signal)
    assert lines.course.shape == (SECONDS * POINTS_PER_SECOND + 1, 0)


def test_a_bank_plays_the_tones_of_its_recording() -> None:
    signal = chord()
    left, right = played(bank_of(signal), through(5))
    late, inside = RATE // 100 - 1, slice(RATE // 2, 4 * RATE)  # oscillators step, then sound
    assert db(left[late:][inside] - signal[inside]) < db(signal[inside]) - 25
    assert db(right[inside]) == pytest.approx(db(signal[inside]), abs=2.5)
    assert np.corrcoef(left[inside], right[inside])[0, 1] < 0.98


@settings(deadline=None, max_examples=15)
@given(pieces=st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_pieces_of_any_size_make_the_same_bits(pieces: list[int]) -> None:
    lines = Lines(np.array([300.0]), np.full((SECONDS * POINTS_PER_SECOND + 1, 1), 0.1 + 0j))

    def sound(*sizes: int) -> np.ndarray:
        bank = ToneBank(tones_of([lines]), courses(), RATE, BANDS)
        return played(bank, through(0.3), pieces=sizes)

    assert np.array_equal(sound(*pieces), sound(1 << 30))


def test_a_jump_fades_from_one_chord_to_another() -> None:
    bank = bank_of(chord(hertz=(300.0,)), chord(hertz=(500.0,)))
    other = SECONDS * POINTS_PER_SECOND + 1
    left, _ = played(bank, through(2) + through(2, other + 20.0))
    steps = np.abs(np.diff(left, 2))
    assert steps[RATE:].max() < 1.2 * steps[RATE // 2 : RATE].max() * (500 / 300) ** 2
    power = np.abs(np.fft.rfft(left[-RATE:] * np.hanning(RATE)))
    assert power[500] > 1000 * power[300]
    faded = left[2 * RATE : 2 * RATE + int(FADE_SECONDS * RATE)]
    both = np.abs(np.fft.rfft(faded, RATE))
    assert 0.2 < both[300] / both[500] < 5


def test_brightness_is_how_loud_high_tones_are() -> None:
    signal = chord(hertz=(100.0, 4000.0))
    plain, bright = (played(bank_of(signal), through(2), treble)[0] for treble in (1.0, 4.0))
    before, after = (
        np.abs(np.fft.rfft(each[-RATE:] * np.hanning(RATE))) for each in (plain, bright)
    )
    assert after[100] / before[100] == pytest.approx(1.0, abs=0.1)
    assert 2.5 < after[4000] / before[4000] < 4


def test_damaged_tables_are_refused_in_one_line() -> None:
    tones = tones_of([apart(chord(), np.array(CHORD), RATE)[0]])
    tensors = tones.to_tensors()
    assert np.array_equal(Tones.from_tensors(tensors, courses()).level, tones.level)
    for name, value in (
        ("tones.level", tensors["tones.level"][:-1]),
        ("tones.first_line", np.array([0, 900])),
        ("tones.hertz", np.full_like(tensors["tones.hertz"], np.nan)),
    ):
        with pytest.raises(ValueError, match="tones"):
            Tones.from_tensors(tensors | {name: value}, courses())
    with pytest.raises(ValueError, match="other recordings"):
        Tones.from_tensors(tensors, courses(2))


def test_a_damaged_bank_is_read_in_range() -> None:
    for value in (-5, 1 << 40):
        bank = bank_of(chord())
        for array in bank.state:
            array[...] = value
        bank.follow(np.array([3]), 0.5, ALL, 1.0, 1.0, STREAM)
        out = np.zeros((2, 30), np.float32)
        bank.sound(out)
