"""Batches of hits: classes evenly mixed, hits varied."""

from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from .corpus import PEAK, Hits

SHIFTS_SEMITONES = (-3, -2, -1, 1, 2, 3)
SHIFTED = 0.4  # share of the real hits drawn at another pitch
SHORTENED = 0.25  # share drawn with a shorter decay
SHORTEST_DECAY_SECONDS = 0.03
QUIETEST = 0.7  # of full level
SYNTHETIC_WEIGHT = 0.3  # of a filler against a real hit
EVENNESS = 0.5  # a class's share is its size to this power; 0: equal shares


class Batch(NamedTuple):
    """Data of one step; the hits 2 n and 2 n + 1 are of one class."""

    real: NDArray[np.float32]  # (rounds, hits, frames)
    classes: NDArray[np.int64]  # (rounds, hits)
    latent: NDArray[np.float32]  # (rounds, hits, latent) uniform in -1 … 1


class BatchSource:
    """Random batches of a set of hits; a function of the random generator that is passed."""

    def __init__(self, hits: Hits, sample_rate: int, latent: int) -> None:
        self._hits, self._latent, self._sample_rate = hits, latent, sample_rate
        sizes = np.bincount(hits.classes)
        weights = np.where(hits.synthetic, SYNTHETIC_WEIGHT, 1.0)
        totals = np.bincount(hits.classes, weights)
        self._chance = weights / totals[hits.classes] * sizes[hits.classes] ** EVENNESS
        self._chance /= self._chance.sum()
        self._shifted = _shifted(hits.signals)

    def draw(self, rng: np.random.Generator, rounds: int, hits: int) -> Batch:
        """Return a batch for one step of the generator and `rounds` of the critics."""
        chosen = np.array([index for _ in range(rounds) for index in self._pairs(rng, hits)])
        real = np.stack([self._varied(rng, index) for index in chosen])
        return Batch(
            real.reshape(rounds, hits, -1),
            self._hits.classes[chosen].reshape(rounds, hits),
            rng.uniform(-1, 1, (rounds, hits, self._latent)).astype(np.float32),
        )

    def _pairs(self, rng: np.random.Generator, hits: int) -> list[int]:
        firsts = rng.choice(len(self._hits), size=(hits + 1) // 2, p=self._chance)
        chosen: list[int] = []
        for first in firsts.tolist():
            alike = self._chance * (self._hits.classes == self._hits.classes[first])
            chosen += [first, int(rng.choice(len(alike), p=alike / alike.sum()))]
        return chosen[:hits]

    def _varied(self, rng: np.random.Generator, index: int) -> NDArray[np.float32]:
        signal = self._hits.signals[index]
        if not self._hits.synthetic[index] and rng.random() < SHIFTED:
            signal = self._shifted[rng.integers(len(SHIFTS_SEMITONES))][index]
        if rng.random() < SHORTENED:
            seconds = np.exp(rng.uniform(np.log(SHORTEST_DECAY_SECONDS), 0.0))
            times = np.arange(len(signal)) / self._sample_rate
            signal = signal * np.exp(-times / seconds).astype(np.float32)
            signal = signal * np.float32(PEAK / max(np.abs(signal).max(), 1e-3))
        sign = rng.choice((-1.0, 1.0))  # a hit and its mirror image sound the same
        varied: NDArray[np.float32] = signal * np.float32(sign * rng.uniform(QUIETEST, 1.0))
        return varied


def _shifted(signals: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return (hits, frames) of each shift, made by playing faster or slower."""
    frames, shifted = signals.shape[1], []
    for semitones in SHIFTS_SEMITONES:
        ratio = 2.0 ** (semitones / 12)
        moved = soxr.resample(np.ascontiguousarray(signals.T), ratio, 1.0, "HQ").T[:, :frames]
        padded = np.zeros_like(signals)
        padded[:, : moved.shape[1]] = moved
        if ratio < 1:  # it is longer now and is cut, so it must fade
            padded[:, -frames // 32 :] *= np.linspace(1, 0, -(-frames // 32), dtype=np.float32)
        peaks = np.abs(padded).max(axis=1, keepdims=True)
        shifted.append(padded * np.minimum(1.0, PEAK / peaks))
    return shifted
