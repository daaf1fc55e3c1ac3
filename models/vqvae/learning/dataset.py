"""Segments of a corpus, drawn at random or at fixed places, always by the same rule."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..config import VQVAEConfig
from .corpus import Corpus, Sound

LEAD = 0.25  # of a segment that may be silence before a sound begins
QUIETEST_DB = -12.0  # lowest random gain of a segment
FAVOUR = 2.0  # factor by which favoured sounds are drawn more often
UNLABELLED = 0.2  # share of segments whose label is withheld
UNROUNDED, ALL_STAGES = 0.4, 0.4  # shares of segments that keep none and all of the stages


class Batch(NamedTuple):
    """Inputs of one training step."""

    signal: NDArray[np.float32]  # (B, T)
    labels: NDArray[np.int64]  # (B,)
    kept: NDArray[np.int64]  # (B,) stages


class Segments:
    """Pieces of `frames` frames; longer and favoured sounds are drawn more often."""

    def __init__(
        self, config: VQVAEConfig, corpus: Corpus, frames: int, favoured: str = ""
    ) -> None:
        self.config, self.corpus, self.frames = config, corpus, frames
        self._ends = drawn_ends(corpus.training, frames, favoured)

    def draw(self, random: np.random.Generator, count: int) -> Batch:
        """Draw `count` random pieces of the training sounds, at random levels."""
        stages = self.config.stages
        signals, labels, kept = [], [], []
        for _ in range(count):
            sound = self.corpus.training[drawn_index(self._ends, random)]
            first = -int(LEAD * self.frames)
            last = max(first + 1, len(sound.signal) - self.frames // 2)
            gain = drawn_gain(random)
            signals.append(cut(sound, int(random.integers(first, last)), self.frames) * gain)
            known = random.random() >= UNLABELLED
            labels.append(self.corpus.label_index(sound) if known else 0)
            kept.append(_stages_kept(random, stages))
        return Batch(np.stack(signals).astype(np.float32), np.array(labels), np.array(kept))

    def held_out(self, batches: int, size: int) -> list[Batch]:
        """Return the same pieces of the held-out sounds every time, spread over all of them."""
        rows = [
            (cut(sound, first, self.frames), self.corpus.label_index(sound))
            for sound, first in spread(self.corpus.held_out, batches * size, self.frames)
        ]
        return [
            Batch(
                np.stack([signal for signal, _ in part]),
                np.array([label for _, label in part]),
                np.full(len(part), self.config.stages),
            )
            for part in (rows[i : i + size] for i in range(0, len(rows), size))
        ]


def _stages_kept(random: np.random.Generator, stages: int) -> int:
    drawn = random.random()
    if drawn < UNROUNDED:
        return 0
    return stages if drawn < UNROUNDED + ALL_STAGES else int(random.integers(1, stages + 1))


def drawn_ends(sounds: Sequence[Sound], frames: int, favoured: str) -> NDArray[np.float64]:
    """Return where each sound's share of 0 … 1 ends, for segments of `frames` frames.

    A sound of the favoured kind is drawn FAVOUR times as often as another one of its length.
    """
    lengths = np.array([len(sound.signal) for sound in sounds], np.float64)
    favours = [FAVOUR if favoured and sound.kind == favoured else 1.0 for sound in sounds]
    weights = np.maximum(lengths, 0.5 * frames) * favours
    return np.cumsum(weights / weights.sum())


def drawn_index(ends: NDArray[np.float64], random: np.random.Generator) -> int:
    """Draw a sound, whose shares of 0 … 1 end at `drawn_ends`."""
    return min(int(np.searchsorted(ends, random.random())), len(ends) - 1)


def drawn_gain(random: np.random.Generator) -> np.float64:
    """Draw the gain of a segment, of either sign."""
    return np.float64(10 ** (random.uniform(QUIETEST_DB, 0.0) / 20) * random.choice((-1.0, 1.0)))


def spread(sounds: Sequence[Sound], count: int, frames: int) -> Iterator[tuple[Sound, int]]:
    """Yield so many segments, spread over all sounds: the sound, and the segment's first frame."""
    for number, index in enumerate(np.linspace(0, len(sounds) - 1, count).round().astype(int)):
        yield sounds[index], number * 7919 % max(len(sounds[index].signal) - frames, 1)


def cut(sound: Sound, first: int, frames: int) -> NDArray[np.float32]:
    """Return (frames,) from frame `first` on, with zeros before and after the sound."""
    piece = np.zeros(frames, np.float32)
    source = sound.signal[max(first, 0) : first + frames]
    offset = max(-first, 0)
    piece[offset : offset + len(source)] = source
    return piece
