"""Streams of sound for truncated backpropagation: every row goes on where it stopped.

A row hears a *chapter*: a stretch of one sound, segment after segment, with the state carried from
one to the next. Then it begins another one. What a step gets depends on its number alone, so a
resumed training sees what an uninterrupted one would.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..compiled import mulaw
from ..compiled.mulaw import LEVELS, SILENCE
from ..sounds.notes.corpus import Texture
from . import levels
from .config import FRAME, SampleRNNConfig

IGNORED = -100  # a target that does not count in the loss (torch's default)
CHAPTER = 64  # segments
JITTER_CODES = 8.0  # largest standard deviation of the noise on the history that is seen


@dataclass(frozen=True)
class Sound:
    """A sound as the network sees it."""

    instrument: int
    codes: NDArray[np.uint8]  # (frames,)
    course: NDArray[np.float32]  # (points,) its level in dBFS, see `levels`


@dataclass(frozen=True)
class Batch:
    """B rows of T frames; `codes` begin a frame of 16 samples earlier than `targets`."""

    codes: NDArray[np.int64]  # (B, 16 + T), perhaps with noise
    targets: NDArray[np.int64]  # (B, T)
    conditioning: NDArray[np.float32]  # (B, T, C)
    instruments: NDArray[np.int64]  # (B,)
    fresh: NDArray[np.bool_]  # (B,) rows that begin a chapter


def heard(texture: Texture, config: SampleRNNConfig) -> Sound:
    """Return a texture as codes and course."""
    emphasised = texture.signal.copy()
    emphasised[1:] -= np.float32(config.preemphasis) * texture.signal[:-1]
    course = levels.measure(texture.signal, config.sample_rate)
    return Sound(texture.instrument, mulaw.encode(emphasised), course)


class Streams:
    """Draws batches; every instrument equally often, the longer a sound the more often."""

    def __init__(
        self, config: SampleRNNConfig, sounds: Sequence[Texture], rows: int, frames: int
    ) -> None:
        """Prepare rows of `frames` frames a step; every instrument of `config` needs a sound."""
        self.config, self.rows, self.frames = config, rows, frames
        self.sounds = [heard(sound, config) for sound in sounds]
        self._of = [
            [sound for sound in self.sounds if sound.instrument == instrument]
            for instrument in range(len(config.instruments))
        ]

    def draw(self, seed: int, process: int, step: int) -> Batch:
        """Return a step's batch."""
        return stack([self._row(seed, process, step, row) for row in range(self.rows)])

    def _row(self, seed: int, process: int, step: int, row: int) -> Batch:
        chapter, segment = divmod(step + row * CHAPTER // self.rows, CHAPTER)
        random = np.random.default_rng([seed, process, row, chapter])
        own = self._of[random.integers(len(self._of))]
        lengths = np.array([len(sound.codes) for sound in own])
        sound = own[random.choice(len(own), p=lengths / lengths.sum())]
        latest = max(len(sound.codes) - CHAPTER * self.frames, 1)
        start = int(random.integers(latest)) + segment * self.frames
        fresh = segment == 0 or step == 0
        batch = self._segment(sound, start % len(sound.codes), fresh)
        noise = np.random.default_rng([seed, process, row, chapter, segment])
        return _blurred(batch, noise)

    def _segment(self, sound: Sound, start: int, fresh: bool) -> Batch:
        """Return one row; a fresh one has silence before it, one past the end begins anew."""
        places = (start - FRAME + np.arange(FRAME + self.frames)) % len(sound.codes)
        codes = sound.codes[places].astype(np.int64)
        targets = codes[FRAME:].copy()
        if fresh:
            codes[:FRAME] = SILENCE
        level = levels.channel(sound.course, start, self.frames, self.config.sample_rate)
        return Batch(
            codes[None], targets[None], level[None, :, None], np.array([sound.instrument]),
            np.array([fresh]),
        )  # fmt: skip

    def whole(self, sound: Sound) -> Batch:
        """Return one sound from its beginning; what lies behind its end does not count."""
        batch = self._segment(sound, 0, True)
        batch.targets[:, len(sound.codes) :] = IGNORED
        return batch


def _blurred(batch: Batch, random: Generator) -> Batch:
    """Return the batch with noise on the codes that are seen: in play they are not perfect."""
    deviation = JITTER_CODES * random.random() ** 3
    noise = np.rint(deviation * random.standard_normal(batch.codes.shape)).astype(np.int64)
    codes = np.clip(batch.codes + noise, 0, LEVELS - 1)
    return Batch(codes, batch.targets, batch.conditioning, batch.instruments, batch.fresh)


def stack(batches: Sequence[Batch]) -> Batch:
    """Return one batch of several."""
    return Batch(
        np.concatenate([batch.codes for batch in batches]),
        np.concatenate([batch.targets for batch in batches]),
        np.concatenate([batch.conditioning for batch in batches]),
        np.concatenate([batch.instruments for batch in batches]),
        np.concatenate([batch.fresh for batch in batches]),
    )
