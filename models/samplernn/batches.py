"""Streams of sound for truncated backpropagation: every row goes on where it stopped.

A row hears a *chapter*: a stretch of one sound, segment after segment, with the state carried from
one to the next. Then it begins another one. What a step gets depends on its number alone, so a
resumed training sees what an uninterrupted one would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..compiled import mulaw
from ..compiled.mulaw import LEVELS, SILENCE
from ..sounds.notes.conditioning import condition
from ..sounds.notes.corpus import Texture
from ..sounds.notes.notes import Note, detuned
from . import levels
from .config import FRAME, SampleRNNConfig

IGNORED = -100  # a target that does not count in the loss (torch's default)
CHAPTER, NOTE_CHAPTER = 64, 24  # segments
JITTER_CODES = 8.0  # largest standard deviation of the noise on the history that is seen
ONSET_SHARE = 0.6  # chapters of notes that begin at the onset
DETUNED_SHARE, DETUNE_SEMITONES = 0.8, 0.7  # no pitch, and no partial's frequency, is special
GAIN_SHARE, GAIN_DB = 0.5, (-24.0, 3.0)
RELEASE_SHARE = 0.15  # chapters of notes that are let go at a random frame


@dataclass(frozen=True)
class Sound:
    """A sound as the network sees it."""

    origin: Note | Texture
    codes: NDArray[np.uint8]  # (frames,)
    course: NDArray[np.float32]  # (points,) a texture's level in dBFS, see `levels`

    @property
    def instrument(self) -> int:
        """Return the number of its instrument."""
        return self.origin.instrument


@dataclass(frozen=True)
class Batch:
    """B rows of T frames; `codes` begin a frame of 16 samples earlier than `targets`."""

    codes: NDArray[np.int64]  # (B, 16 + T), perhaps with noise
    targets: NDArray[np.int64]  # (B, T)
    conditioning: NDArray[np.float32]  # (B, T, C)
    instruments: NDArray[np.int64]  # (B,)
    fresh: NDArray[np.bool_]  # (B,) rows that begin a chapter


def heard(origin: Note | Texture, config: SampleRNNConfig) -> Sound:
    """Return a sound as codes, a texture with its course."""
    emphasised = origin.signal.copy()
    emphasised[1:] -= np.float32(config.preemphasis) * origin.signal[:-1]
    course = np.zeros(0, np.float32)
    if isinstance(origin, Texture):
        course = levels.measure(origin.signal, config.sample_rate)
    return Sound(origin, mulaw.encode(emphasised), course)


class Streams:
    """Draws batches; every instrument equally often, the longer a sound the more often."""

    def __init__(
        self, config: SampleRNNConfig, sounds: Sequence[Note | Texture], rows: int, frames: int
    ) -> None:
        """Prepare rows of `frames` frames a step; every instrument of `config` needs a sound."""
        self.config, self.rows, self.frames = config, rows, frames
        self.sounds = [heard(sound, config) for sound in sounds]
        self._of = [
            [sound for sound in self.sounds if sound.instrument == instrument]
            for instrument in range(len(config.instruments))
        ]
        self._length = NOTE_CHAPTER if config.pitched else CHAPTER
        self._chapter = lru_cache(2 * rows)(self._begin)  # the same for all of its segments

    def draw(self, seed: int, process: int, step: int) -> Batch:
        """Return a step's batch."""
        return stack([self._row(seed, process, step, row) for row in range(self.rows)])

    def _row(self, seed: int, process: int, step: int, row: int) -> Batch:
        chapter, segment = divmod(step + row * self._length // self.rows, self._length)
        sound, start = self._chapter(seed, process, row, chapter)
        batch = self._segment(sound, start + segment * self.frames, segment == 0 or step == 0)
        return _blurred(batch, np.random.default_rng([seed, process, row, chapter, segment]))

    def _begin(self, seed: int, process: int, row: int, chapter: int) -> tuple[Sound, int]:
        """Return what a row hears in a chapter, and the frame where it begins."""
        random = np.random.default_rng([seed, process, row, chapter])
        own = self._of[random.integers(len(self._of))]
        lengths = np.array([len(sound.codes) for sound in own])
        sound = own[random.choice(len(own), p=lengths / lengths.sum())]
        latest = max(len(sound.codes) - self._length * self.frames, 1)
        if isinstance(sound.origin, Note):
            sound = heard(_varied(sound.origin, random, self.config.sample_rate), self.config)
            latest = 1 if random.random() < ONSET_SHARE else max(len(sound.codes) // 2, 1)
        return sound, int(random.integers(latest))

    def _segment(self, sound: Sound, start: int, fresh: bool) -> Batch:
        """Return one row; a fresh one has silence before it.

        Behind its end a texture begins anew, and a note is silent.
        """
        places = start - FRAME + np.arange(FRAME + self.frames)
        codes = sound.codes[places % len(sound.codes)].astype(np.int64)
        if isinstance(sound.origin, Note):
            codes[places >= len(sound.codes)] = SILENCE
        targets = codes[FRAME:].copy()
        if fresh:
            codes[:FRAME] = SILENCE
        return Batch(
            codes[None], targets[None], self._told(sound, start)[None],
            np.array([sound.instrument]), np.array([fresh]),
        )  # fmt: skip

    def _told(self, sound: Sound, start: int) -> NDArray[np.float32]:
        """Return (T, C) conditioning from frame `start` on."""
        rate, note = self.config.sample_rate, sound.origin
        told = np.zeros((self.frames, self.config.conditioning), np.float32)
        if isinstance(note, Texture):
            start %= len(sound.codes)
            told[:, 0] = levels.channel(sound.course, start, self.frames, rate)
            return told
        phase, level = np.zeros((2, self.frames), np.float32)
        level[:] = -120.0
        part = note.phase[start : start + self.frames]
        phase[: len(part)], level[: len(part)] = part, note.level_db[start : start + self.frames]
        held = note.release_frame >= len(note.signal)
        release = start + self.frames if held else note.release_frame
        condition(told, phase, level, note.pitch, note.velocity, start, release, rate)
        return told

    def whole(self, sound: Sound) -> Batch:
        """Return one sound from its beginning; what lies behind its end does not count."""
        batch = self._segment(sound, 0, True)
        batch.targets[:, len(sound.codes) :] = IGNORED
        return batch


def _varied(note: Note, random: Generator, sample_rate: int) -> Note:
    """Return a note that is a little out of tune, softer or louder, or let go earlier."""
    if random.random() < DETUNED_SHARE:
        note = detuned(note, random.uniform(-DETUNE_SEMITONES, DETUNE_SEMITONES))
    change_db = np.zeros(len(note.signal), np.float32)
    if random.random() < GAIN_SHARE:
        change_db += random.uniform(*GAIN_DB)
    if random.random() < RELEASE_SHARE:
        release = int(random.integers(len(note.signal)))
        fall_db = np.exp(random.uniform(np.log(40.0), np.log(800.0))) / sample_rate
        change_db[release:] -= np.float32(fall_db) * np.arange(len(note.signal) - release)
        note = replace(note, release_frame=min(release, note.release_frame))
    signal = note.signal * 10 ** (change_db / np.float32(20))
    return replace(note, signal=signal, level_db=note.level_db + change_db)


def _blurred(batch: Batch, random: Generator) -> Batch:
    """Return the batch with noise on the codes that are seen: in play they are not perfect."""
    deviation = JITTER_CODES * random.random() ** 3
    noise = np.rint(deviation * random.standard_normal(batch.codes.shape)).astype(np.int64)
    return replace(batch, codes=np.clip(batch.codes + noise, 0, LEVELS - 1))


def stack(batches: Sequence[Batch]) -> Batch:
    """Return one batch of several."""
    columns = zip(*(vars(batch).values() for batch in batches), strict=True)
    return Batch(*(np.concatenate(column) for column in columns))
