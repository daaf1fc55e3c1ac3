"""Small sets of hits of three classes, as different from each other as drums are."""

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.models.oneshot.judging.corpus import Corpus, Hits

RATE, FRAMES = 16000, 8192
CLASSES = ("hat", "kick", "snare")
Signals = NDArray[np.float32]


def hit(kind: str, rng: np.random.Generator) -> Signals:
    """Return a hit of a class, (FRAMES,), of random pitch, length and timbre."""
    time = np.arange(FRAMES) / RATE
    noise = rng.standard_normal(FRAMES)
    fall = np.exp(-time / rng.uniform(0.03, 0.12))
    if kind == "hat":
        signal = np.diff(noise, 2, prepend=[0.0, 0.0]) * fall
    else:
        glide = np.exp(-time / rng.uniform(0.01, 0.04))
        pitch = rng.uniform(45, 90) * (1 + 3 * glide)
        signal = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * fall
        if kind == "snare":
            signal = 0.3 * signal + np.convolve(noise, np.ones(3) / 3, "same") * fall
    return (0.89 * signal / np.abs(signal).max()).astype(np.float32)


def hits(count: int, seed: int, classes: tuple[str, ...] = CLASSES) -> Hits:
    """Return `count` hits of each class, in turn."""
    rng = np.random.default_rng(seed)
    indices = np.arange(count * len(classes)) % len(classes)
    signals = np.stack([hit(classes[index], rng) for index in indices])
    none = np.zeros(len(indices), np.bool_)
    return Hits(signals, indices.astype(np.int64), ("",) * len(indices), none)


def corpus(count: int = 16, seed: int = 0, classes: tuple[str, ...] = CLASSES) -> Corpus:
    """Return `count` training hits of each class, and half as many held-out hits."""
    held_out = hits(max(2, count // 2), seed + 1000, classes)
    return Corpus(RATE, classes, hits(count, seed, classes), held_out)
