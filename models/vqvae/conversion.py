"""Whether a sound that is decoded as another speaker's or instrument's becomes like theirs.

A timbre is the mean log-mel spectrum of up to 10 s of what was learnt under its label. A held-out
sound is encoded, decoded as another label, and its own mean spectrum is compared with both.
"""

from collections.abc import Mapping

import librosa
import numpy as np
from numpy.typing import NDArray

from .codec import VQVAECodec
from .corpus import Corpus, Sound
from .excerpts import encode

BANDS = 40
TIMBRE_SECONDS = 10.0
PAIRS = 24
SILENT_DB = -60.0  # below a spectrogram's peak: frames that are no part of a timbre


def conversion(codec: VQVAECodec, corpus: Corpus, pairs: int = PAIRS) -> list[dict[str, int]]:
    """Rows for `evaluate`: how many of `pairs` conversions come nearer to the target's timbre.

    Nothing if there are fewer than two labels, or no held-out sound of one of them.
    """
    known = _timbres(corpus, codec.sample_rate)
    sounds = [sound for sound in corpus.held_out if sound.label in known]
    if len(known) < 2 or not sounds:
        return []
    random = np.random.default_rng(0)
    drawn = [sounds[int(i)] for i in random.integers(len(sounds), size=pairs)]
    targets = [_another(random, sorted(known), sound.label) for sound in drawn]
    return [
        _row(codec, corpus, known, drawn, targets, stages)
        for stages in sorted({codec.stages, 1}, reverse=True)
    ]


def _row(
    codec: VQVAECodec, corpus: Corpus, known: Mapping[str, NDArray[np.float64]],
    drawn: list[Sound], targets: list[str], stages: int,
) -> dict[str, int]:  # fmt: skip
    nearer = {"as itself": 0, "as the target": 0}
    for sound, target in zip(drawn, targets, strict=True):
        codes = np.ascontiguousarray(encode(codec, sound.signal)[:, :stages])
        for name, label in (("as itself", sound.label), ("as the target", target)):
            codec.reset()
            codec.sound_like(corpus.labels.index(label))
            made = _timbre(codec.decode(codes), codec.sample_rate)
            nearer[name] += _distance(made, known[target]) < _distance(made, known[sound.label])
    codec.sound_like(0)
    return {"stages": stages, "pairs": len(drawn)} | {
        f"nearer to the target when decoded {name}": count for name, count in nearer.items()
    }


def _another(random: np.random.Generator, labels: list[str], label: str) -> str:
    others = [other for other in labels if other != label]
    return others[int(random.integers(len(others)))]


def _timbres(corpus: Corpus, sample_rate: int) -> dict[str, NDArray[np.float64]]:
    """Of every label that the decoder knows, (BANDS,) each."""
    timbres = {}
    for label in corpus.labels[1:]:
        signals = [sound.signal for sound in corpus.training if sound.label == label]
        joined = np.concatenate(signals)[: int(TIMBRE_SECONDS * sample_rate)]
        timbres[label] = _timbre(joined, sample_rate)
    return timbres


def _timbre(signal: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """(BANDS,) mean log-mel spectrum in dB, without its level."""
    power = librosa.feature.melspectrogram(y=signal, sr=sample_rate, n_fft=1024, n_mels=BANDS)
    frames = power.sum(axis=0)
    heard = power[:, frames > frames.max() * 10 ** (SILENT_DB / 10)]
    level = 10 * np.log10(np.maximum(heard, 1e-12)).mean(axis=1)
    return np.asarray(level - level.mean(), np.float64)


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))
