"""Test whether a sound decoded with another label sounds like that label's sounds.

A timbre is the mean log-mel spectrum of up to 10 s of what was learnt under its label. A held-out
sound is encoded, decoded as another label, and its own mean spectrum is compared with both. Where
the codec knows the pitch, that is also moved to the mean of the other label's.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import librosa
import numpy as np
from numpy.typing import NDArray

from ..codec import VQVAECodec
from ..learning.corpus import Corpus, Sound
from ..learning.excerpts import encode
from ..shaped.config import PITCHES

BANDS = 40
TIMBRE_SECONDS = 10.0
PAIRS = 24
SILENT_DB = -60.0  # below a spectrogram's peak: frames that are no part of a timbre


class Voice(NamedTuple):
    """Sound of a label."""

    timbre: NDArray[np.float64]  # (BANDS,)
    pitch: float  # its mean, in codes; 0 where the codec does not know


def conversion(codec: VQVAECodec, corpus: Corpus, pairs: int = PAIRS) -> list[dict[str, int]]:
    """Return rows for `evaluate`: how many of `pairs` conversions approach the target's timbre.

    Nothing if there are fewer than two labels, or no held-out sound of one of them.
    """
    known = _voices(codec, corpus)
    sounds = [sound for sound in corpus.held_out if sound.label in known]
    if len(known) < 2 or not sounds:
        return []
    random = np.random.default_rng(0)
    drawn = [sounds[int(i)] for i in random.integers(len(sounds), size=pairs)]
    targets = [_another(random, sorted(known), sound.label) for sound in drawn]
    return [
        _row(codec, corpus, known, drawn, targets, stages)
        for stages in sorted({codec.stages, codec.least_stages}, reverse=True)
    ]


def _row(
    codec: VQVAECodec, corpus: Corpus, known: Mapping[str, Voice], drawn: list[Sound],
    targets: list[str], stages: int,
) -> dict[str, int]:  # fmt: skip
    nearer: Counter[str] = Counter()
    for sound, target in zip(drawn, targets, strict=True):
        codes = np.ascontiguousarray(encode(codec, sound.signal)[:, :stages])
        own, other = known[sound.label], known[target]
        ways = [("as itself", sound.label, codes), ("as the target", target, codes)]
        if codec.knows_pitch:
            moved = _moved(codes, other.pitch - own.pitch)
            ways.append(("as the target at its pitch", target, moved))
        for name, label, chosen in ways:
            codec.reset()
            codec.sound_like(corpus.labels.index(label))
            made = _timbre(codec.decode(chosen), codec.sample_rate)
            nearer[name] += int(_distance(made, other.timbre) < _distance(made, own.timbre))
    codec.sound_like(0)
    return {"stages": stages, "pairs": len(drawn)} | {
        f"nearer to the target when decoded {name}": count for name, count in nearer.items()
    }


def _another(random: np.random.Generator, labels: list[str], label: str) -> str:
    others = [other for other in labels if other != label]
    return others[int(random.integers(len(others)))]


def _voices(codec: VQVAECodec, corpus: Corpus) -> dict[str, Voice]:
    """Return the voices of every label that the decoder knows."""
    voices = {}
    for label in corpus.labels[1:]:
        signals = [sound.signal for sound in corpus.training if sound.label == label]
        joined = np.concatenate(signals)[: int(TIMBRE_SECONDS * codec.sample_rate)]
        pitch = _mean_pitch(encode(codec, joined)) if codec.knows_pitch else 0.0
        voices[label] = Voice(_timbre(joined, codec.sample_rate), pitch)
    return voices


def _mean_pitch(codes: NDArray[np.uint16]) -> float:
    """Return the mean pitch in codes, of the code frames that have one; 0 if none has."""
    voiced = codes[codes[:, 0] > 0, 0]
    return float(voiced.mean()) if len(voiced) else 0.0


def _moved(codes: NDArray[np.uint16], by: float) -> NDArray[np.uint16]:
    """Return the codes with pitches `by` codes higher."""
    pitches = codes[:, 0].astype(np.int64)
    moved, highest = codes.copy(), PITCHES - 1
    moved[:, 0] = np.where(pitches > 0, np.clip(pitches + round(by), 1, highest), 0)
    return moved


def _timbre(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Return the mean log-mel spectrum (BANDS,) in dB, without its level."""
    power = librosa.feature.melspectrogram(y=signal, sr=sample_rate, n_fft=1024, n_mels=BANDS)
    frames = power.sum(axis=0)
    heard = power[:, frames > frames.max() * 10 ** (SILENT_DB / 10)]
    level = 10 * np.log10(np.maximum(heard, 1e-12)).mean(axis=1)
    return np.asarray(level - level.mean(), np.float64)


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))
