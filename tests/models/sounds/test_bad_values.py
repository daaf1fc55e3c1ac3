"""Bad values, offsets and lost phases through a whole reading of each kind of folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.judging import corpus as hits
from rtaudiogen.models.sounds.notes import corpus as notes
from rtaudiogen.models.sounds.notes import recordings
from rtaudiogen.models.vqvae.learning import corpus as speech

RATE = 8000
Signal = NDArray[np.float32]
Say = Callable[[str], None]


def read_notes(folder: Path, say: Say) -> Sequence[Signal]:
    corpus = notes.read_notes(folder, RATE, lowest=60, highest=60, say=say)
    return [sound.signal for sound in (*corpus.training, *corpus.held_out)]


def read_textures(folder: Path, say: Say) -> Sequence[Signal]:
    corpus = notes.read_textures(folder, RATE, say=say)
    return [sound.signal for sound in (*corpus.training, *corpus.held_out)]


def read_hits(folder: Path, say: Say) -> Sequence[Signal]:
    corpus = hits.read(folder, RATE, 2048, say)
    return [*corpus.training.signals, *corpus.held_out.signals]


def read_speech(folder: Path, say: Say) -> Sequence[Signal]:
    corpus = speech.read(folder, RATE, say)
    return [sound.signal for sound in (*corpus.training, *corpus.held_out)]


def sound(seed: int) -> Signal:
    """Return noise and a note that fades, 1.2 s."""
    time = np.arange(RATE * 6 // 5) / RATE
    noise = np.random.default_rng(seed).standard_normal(len(time))
    faded = (np.sin(2 * np.pi * 523.25 * time) + 0.3 * noise) * np.exp(-2 * time)
    return (0.3 * faded * np.minimum(time / 0.01, 1)).astype(np.float32)


def broken(signal: Signal, value: float) -> Signal:
    signal = signal.copy()
    signal[1000:1010] = value
    return signal


BAD: dict[str, tuple[Callable[[Signal], Signal], str]] = {
    "DC": (lambda s: s + np.float32(0.3), "an offset (DC) of 0."),
    "much DC": (lambda s: 0.1 * s - np.float32(0.8), "an offset (DC) of -0.8"),
    "NaN": (lambda s: broken(s, np.nan), "10 samples were not numbers"),
    "inf": (lambda s: broken(s, -np.inf), "10 samples were not numbers"),
    "1e29": (lambda s: broken(s, 1e29), "10 samples were more than 40 dB above full scale"),
    "opposite phase": (lambda s: np.stack([s, -s], axis=1), "only channel 1 is used"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(recordings, "with_pitches", lambda sounds, *more: list(sounds))
    for seed in range(9):
        write(tmp_path / "x" / f"C5_{seed}.wav", sound(seed))
    return tmp_path / "x"


def write(path: Path, signal: Signal) -> None:
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, signal, RATE, subtype="FLOAT")


READINGS = [read_notes, read_textures, read_hits, read_speech]


@pytest.mark.slow
@pytest.mark.parametrize("read", READINGS)
def test_bad_values_hurt_nothing_else_and_are_told(
    folder: Path, read: Callable[[Path, Say], Sequence[Signal]]
) -> None:
    whole = read(folder, lambda line: None)
    said: list[str] = []
    for number, (spoil, _) in enumerate(BAD.values()):
        write(folder / f"C5_9{number}.wav", spoil(sound(90 + number)))
    write(folder / "C5_98.wav", np.full(RATE, 0.4, np.float32))
    found = read(folder, said.append)
    for number, (_, words) in enumerate(BAD.values()):
        assert any(f"C5_9{number}.wav" in line and words in line for line in said), said
    assert any("constant (DC)" in line for line in said)
    for signal in found:
        assert np.isfinite(signal).all()
        assert np.abs(signal).max() <= 1
        assert abs(float(signal.mean())) < 0.01
    loudest = sorted(float(np.abs(signal).max()) for signal in found)
    assert loudest[-1] == pytest.approx(max(float(np.abs(s).max()) for s in whole), rel=0.3)
