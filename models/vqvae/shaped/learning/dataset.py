"""Segments of a corpus with their pitches and excitations, always by the same rule."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...learning.corpus import Corpus, Sound
from ...learning.dataset import LEAD, UNLABELLED, cut, drawn_ends, drawn_gain, drawn_index, spread
from ..config import STEPS, ShapedConfig
from ..excitation import pulses_of
from ..pitch import codes_of, pitches_of, tracked

# shares of segments that keep none and all of the stages, in the beginning and in the end
UNROUNDED, ALL_STAGES = (0.25, 0.1), (0.45, 0.7)


class Batch(NamedTuple):
    """Inputs of one training step; see `network.ShapedVQVAE`."""

    signal: NDArray[np.float32]  # (B, N · hop + look-ahead)
    heard: NDArray[np.float32]  # (B, 2 N) Hz
    coded: NDArray[np.float32]  # (B, N + 1) Hz
    labels: NDArray[np.int64]  # (B,)
    pulses: NDArray[np.float32]  # (B, N · hop)
    noise: NDArray[np.float32]  # (B, N · hop)
    kept: NDArray[np.int64]  # (B,) stages


class Row(NamedTuple):
    """One segment."""

    signal: NDArray[np.float32]
    heard: NDArray[np.float32]
    coded: NDArray[np.float32]
    label: int
    pulses: NDArray[np.float32]
    noise: NDArray[np.float32]
    kept: int


class Segments:
    """Pieces of `frames` frames; longer and favoured sounds are drawn more often."""

    def __init__(
        self, config: ShapedConfig, corpus: Corpus, frames: int, favoured: str = ""
    ) -> None:
        """Track the pitch of all training sounds. [control]"""
        self.config, self.corpus, self.frames = config, corpus, frames
        self._ends = drawn_ends(corpus.training, frames, favoured)
        self._pitches = [self._tracked(sound) for sound in corpus.training]

    def _tracked(self, sound: Sound) -> NDArray[np.float32]:
        return tracked(sound.signal, self.config.sample_rate, self.config.look_ahead)

    def draw(self, random: np.random.Generator, count: int, progress: float) -> Batch:
        """Draw `count` random pieces, at random levels, at a progress of the training."""
        return _batch([self._drawn(random, progress) for _ in range(count)])

    def _drawn(self, random: np.random.Generator, progress: float) -> Row:
        index = drawn_index(self._ends, random)
        sound, step = self.corpus.training[index], self.config.step
        first = -int(LEAD * self.frames) // step
        last = max(first + 1, (len(sound.signal) - self.frames // 2) // step)
        gain = drawn_gain(random)
        label = self.corpus.label_index(sound) if random.random() >= UNLABELLED else 0
        kept = stages_kept(random, self.config.residual_stages, progress)
        place = int(random.integers(first, last))
        return self._row(sound, self._pitches[index], place, random, gain, label, kept)

    def held_out(self, batches: int, size: int) -> list[Batch]:
        """Return the same pieces of the held-out sounds every time, spread over all of them."""
        random, stages, rows = np.random.default_rng(0), self.config.residual_stages, []
        for sound, first in spread(self.corpus.held_out, batches * size, self.frames):
            label, place = self.corpus.label_index(sound), first // self.config.step
            rows.append(self._row(sound, self._tracked(sound), place, random, 1.0, label, stages))
        return [_batch(rows[i : i + size]) for i in range(0, len(rows), size)]

    def _row(
        self, sound: Sound, pitches: NDArray[np.float32], place: int, random: np.random.Generator,
        gain: float, label: int, kept: int,
    ) -> Row:  # fmt: skip
        """Return a segment from a step of a sound on, which may lie before its beginning."""
        config = self.config
        steps = place + np.arange(self.frames // config.step + 1)
        inside = (steps >= 0) & (steps < len(pitches))
        here = np.where(inside, pitches[np.clip(steps, 0, len(pitches) - 1)], 0.0)
        coded = pitches_of(codes_of(here[::STEPS]))
        signal = cut(sound, place * config.step, self.frames + config.look_ahead)
        return Row(
            signal * np.float32(gain), here[2::2].astype(np.float32), coded, label,
            pulses_of(coded, config, random.random()),
            random.standard_normal(self.frames, np.float32), kept,
        )  # fmt: skip


def stages_kept(random: np.random.Generator, stages: int, progress: float) -> int:
    """Draw how many stages a segment keeps; 0 means that it is not rounded."""
    unrounded, all_stages = (
        first + progress * (last - first) for first, last in (UNROUNDED, ALL_STAGES)
    )
    drawn = random.random()
    if drawn < unrounded:
        return 0
    return stages if drawn < unrounded + all_stages else int(random.integers(1, stages + 1))


def _batch(rows: Sequence[Row]) -> Batch:
    signal, heard, coded, label, pulses, noise, kept = zip(*rows, strict=True)
    return Batch(
        np.stack(signal), np.stack(heard), np.stack(coded), np.array(label, np.int64),
        np.stack(pulses), np.stack(noise), np.array(kept, np.int64),
    )  # fmt: skip
