"""Streams of sound for truncated backpropagation: each row continues where it stopped.

A row hears a *chapter*: a stretch of one sound, segment after segment, with the state carried from
one to the next. Then it begins another one. What a step gets depends on its number alone, so a
resumed training sees what an uninterrupted one would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...compiled.mulaw import SILENCE
from ...family import CodeModelConfig
from . import courses
from .coded import IGNORED, Sound, by_instrument, coded, longer_likelier, noisy, stack, varied
from .conditioning import condition
from .notes import Note

CHAPTER, NOTE_CHAPTER = 64, 24  # segments
JITTER_CODES = 8.0  # largest standard deviation of the noise on the history that is seen
ONSET_SHARE = 0.6  # chapters of notes that begin at the onset


@dataclass(frozen=True)
class Heard:
    """A sound as the network sees it."""

    origin: Sound
    codes: NDArray[np.uint8]  # (frames,)
    course: NDArray[np.float32]  # (points,) a texture's level in dBFS, see `courses`


@dataclass(frozen=True)
class Batch:
    """B rows of T frames; `codes` begin `lead` frames earlier than `targets`."""

    codes: NDArray[np.int64]  # (B, lead + T), perhaps with noise
    targets: NDArray[np.int64]  # (B, T)
    conditioning: NDArray[np.float32]  # (B, T, C): a note's, or a texture's level
    instruments: NDArray[np.int64]  # (B,)
    fresh: NDArray[np.bool_]  # (B,) rows that begin a chapter


def heard(origin: Sound, config: CodeModelConfig) -> Heard:
    """Return a sound as codes, a texture with its course."""
    course = np.zeros(0, np.float32)
    if not isinstance(origin, Note):
        course = courses.measure(origin.signal, config.sample_rate)
    return Heard(origin, coded(origin.signal, config.preemphasis), course)


class Streams:
    """The batch source; every instrument equally often, the longer a sound the more often."""

    def __init__(
        self, config: CodeModelConfig, sounds: Sequence[Sound], rows: int, frames: int, lead: int
    ) -> None:
        """Prepare rows of `frames` frames a step; every instrument of `config` needs a sound."""
        self.config, self.rows, self.frames, self.lead = config, rows, frames, lead
        self._heard = {id(sound): heard(sound, config) for sound in sounds}
        self._of = by_instrument(sounds, len(config.instruments))
        self._length = NOTE_CHAPTER if config.pitched else CHAPTER
        self._chapter = lru_cache(2 * rows)(self._begin)  # the same for all of its segments

    def draw(self, seed: int, process: int, step: int) -> Batch:
        """Return a step's batch."""
        return stack([self._row(seed, process, step, row) for row in range(self.rows)])

    def whole(self, sound: Sound) -> Batch:
        """Return one sound from its beginning; frames after its end do not count."""
        batch = self._segment(self._heard[id(sound)], 0, True)
        batch.targets[:, len(sound.signal) :] = IGNORED
        return batch

    def _row(self, seed: int, process: int, step: int, row: int) -> Batch:
        chapter, segment = divmod(step + row * self._length // self.rows, self._length)
        sound, start = self._chapter(seed, process, row, chapter)
        batch = self._segment(sound, start + segment * self.frames, segment == 0 or step == 0)
        random = np.random.default_rng([seed, process, row, chapter, segment])
        deviation = JITTER_CODES * random.random() ** 3
        return replace(batch, codes=noisy(batch.codes, deviation, random))

    def _begin(self, seed: int, process: int, row: int, chapter: int) -> tuple[Heard, int]:
        """Return the sound that a row hears in a chapter, and its first frame."""
        random = np.random.default_rng([seed, process, row, chapter])
        origin = longer_likelier(self._of[random.integers(len(self._of))], random)
        latest = max(len(origin.signal) - self._length * self.frames, 1)
        sound = self._heard[id(origin)]
        if isinstance(origin, Note):
            sound = heard(varied(origin, random, self.config.sample_rate), self.config)
            latest = 1 if random.random() < ONSET_SHARE else max(len(sound.codes) // 2, 1)
        return sound, int(random.integers(latest))

    def _segment(self, sound: Heard, start: int, fresh: bool) -> Batch:
        """Return one row; a fresh one has silence before it.

        Behind its end a texture begins anew, and a note is silent.
        """
        places = start - self.lead + np.arange(self.lead + self.frames)
        codes = sound.codes[places % len(sound.codes)].astype(np.int64)
        if isinstance(sound.origin, Note):
            codes[places >= len(sound.codes)] = SILENCE
        targets = codes[self.lead :].copy()
        if fresh:
            codes[: self.lead] = SILENCE
        return Batch(
            codes[None], targets[None], self._told(sound, start)[None],
            np.array([sound.origin.instrument]), np.array([fresh]),
        )  # fmt: skip

    def _told(self, sound: Heard, start: int) -> NDArray[np.float32]:
        """Return the conditioning (T, C) from frame `start` on."""
        rate, note = self.config.sample_rate, sound.origin
        told = np.zeros((self.frames, self.config.conditioning), np.float32)
        if not isinstance(note, Note):
            told[:, 0] = courses.channel(sound.course, start % len(sound.codes), self.frames, rate)
            return told
        phase, level = np.zeros((2, self.frames), np.float32)
        level[:] = -120.0
        part = note.phase[start : start + self.frames]
        phase[: len(part)], level[: len(part)] = part, note.level_db[start : start + self.frames]
        held = note.release_frame >= len(note.signal)
        release = start + self.frames if held else note.release_frame
        condition(told, phase, level, note.pitch, note.velocity, start, release, rate)
        return told
