"""Segments of textures in bands as the network sees them: codes, told levels, targets.

Every band is evened out to one level, which is told by its course; see `sounds.bands.levels`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..compiled import mulaw
from ..compiled.mulaw import LEVELS
from ..sounds.bands import levels, pqmf
from ..sounds.bands.taking_apart import parted, separated
from ..sounds.bands.tones import Tones, tones_of
from ..sounds.notes.coded import IGNORED, Sound, longer_likelier, stack
from ..sounds.notes.corpus import Corpus, Texture
from ..sounds.notes.courses import Courses, courses_of
from .config import WaveNetConfig
from .dataset import (
    BLIND_SHARE,
    COLD_SHARE,
    JITTER_CODES,
    STRAY_SHARE,
    WARM_UP,
    Batch,
    Segments,
    with_stray_tone,
)

MOVED_SHARE, MOVED_DB = 0.5, 12.0  # segments that are told to be louder or softer by up to so much


@dataclass(frozen=True)
class Heard:
    """A texture as the network sees it."""

    origin: Texture
    codes: NDArray[np.uint8]  # (frames, bands)
    course: levels.Levels  # (points, columns)


def heard(origin: Texture, config: WaveNetConfig) -> Heard:
    """Return a texture as codes, and the course of its levels."""
    rate, bands = config.sample_rate, config.bands
    course = levels.measured(origin.signal, config.told, bands, rate)
    rows = pqmf.analysed(origin.signal, bands)
    wide = levels.at_frames(course[:, -bands:], 0, len(rows), config.frame_rate)
    even = levels.evened(rows, wide)
    emphasised = even.copy()
    emphasised[1:] -= np.array(config.preemphases, np.float32) * even[:-1]
    columns = zip(emphasised.T, config.codes, strict=True)
    codes = np.stack([mulaw.encode(column, count) for column, count in columns], axis=1)
    return Heard(origin, codes, course)


class BandSegments:
    """A source of batches: every instrument equally often, longer sounds more often."""

    def __init__(self, config: WaveNetConfig, sounds: Sequence[Texture], frames: int) -> None:
        """Prepare segments of `frames` frames; every instrument of `config` needs a sound."""
        self.config, self.frames = config, frames
        self.sounds = {id(sound): heard(sound, config) for sound in sounds}
        instruments = range(len(config.instruments))
        self.by_instrument = [[s for s in sounds if s.instrument == i] for i in instruments]

    def draw(self, random: Generator, segments: int) -> Batch:
        """Draw a training batch."""
        drawn = []
        for _ in range(segments):
            own = self.by_instrument[random.integers(len(self.by_instrument))]
            sound = self.sounds[id(longer_likelier(own, random))]
            start = int(random.integers(max(len(sound.codes) - self.frames // 2, 1)))
            cold = start == 0 or random.random() < COLD_SHARE
            moved_db = MOVED_DB * random.uniform(-1, 1) if random.random() < MOVED_SHARE else 0.0
            batch = self._segment(sound, start, 0 if cold else WARM_UP, moved_db)
            drawn.append(self._blurred(batch, random))
        return stack(drawn)

    def fixed(self, segments: int) -> list[Batch]:
        """Return the same plain segments every time, from all sounds in turn, one a batch row."""
        random = np.random.default_rng(0)
        sounds = [self.sounds[id(sound)] for own in self.by_instrument for sound in own]
        parts = []
        for place in np.linspace(0, len(sounds) - 1, segments).astype(int):
            sound = sounds[place]
            start = int(random.integers(max(len(sound.codes) - self.frames, 1)))
            parts.append(self._segment(sound, start, WARM_UP if start else 0))
        return parts

    def whole(self, sound: Sound) -> Batch:
        """Return one sound from its beginning, unchanged."""
        return self._segment(self.sounds[id(sound)], 0, 0)

    def _blurred(self, batch: Batch, random: Generator) -> Batch:
        """Return the batch with noise in its history, and sometimes without any history."""
        codes, config = batch.codes, self.config
        counts = np.array(config.codes)
        deviation = JITTER_CODES * random.random() ** 2 * counts / LEVELS
        noise = np.rint(deviation * random.standard_normal(codes.shape)).astype(np.int64)
        codes = np.clip(codes + noise, 0, counts - 1)
        if random.random() < STRAY_SHARE:
            codes[..., 0] = with_stray_tone(codes[..., 0], config.frame_rate, random)
        if random.random() < BLIND_SHARE:
            codes[:, : random.integers(self.frames // 2)] = counts // 2
        return Batch(codes, batch.targets, batch.conditioning, batch.instruments)

    def _segment(self, sound: Heard, start: int, skip: int, moved_db: float = 0.0) -> Batch:
        """Return one segment, (1, T, bands); frames after the sound's end do not count."""
        frames, counts = self.frames, np.array(self.config.codes)
        own = sound.codes[start : start + frames].astype(np.int64)
        targets = np.full((frames, len(counts)), IGNORED, np.int64)
        targets[skip : len(own)] = own[skip:]
        before = sound.codes[start - 1] if start else counts // 2
        codes = np.tile(counts // 2, (frames, 1))
        codes[: len(own)] = np.concatenate([before[None], own[:-1]])
        fine = levels.at_frames(
            sound.course[:, : self.config.conditioning], start, frames, self.config.frame_rate
        )
        told = levels.told(fine + np.float32(moved_db))
        return Batch(codes[None], targets[None], told[None], np.array([sound.origin.instrument]))


def segments_of(
    config: WaveNetConfig, sounds: Sequence[Any], frames: int
) -> Segments | BandSegments:
    """Return the batch source that suits a network, of segments of `frames` frames of it."""
    kind = BandSegments if config.bands > 1 else Segments
    return kind(config, sounds, frames)


def taken_apart(config: WaveNetConfig, corpus: Corpus) -> tuple[Corpus, dict[str, NDArray[Any]]]:
    """Return what a network of bands learns, and what is played beside it.

    Those are courses of levels, which are walked through, and the tables of the tones.
    """
    if not config.tonal:
        return corpus, _courses(config, corpus).to_tensors()
    rests, lines = separated(corpus, config.sample_rate)
    return rests, _courses(config, rests).to_tensors() | tones_of(lines).to_tensors()


def learnt_part(
    config: WaveNetConfig, tensors: Mapping[str, NDArray[Any]], sounds: Sequence[Any]
) -> list[Texture]:
    """Return of textures what the network of a model file learnt: those with tones without them."""
    if not config.tonal:
        return list(sounds)
    courses = Courses.from_tensors(tensors, len(config.instruments))
    tonal = Tones.from_tensors(tensors, courses).instruments(courses)
    return [
        parted(sound, config.sample_rate)[0] if sound.instrument in tonal else sound
        for sound in sounds
    ]


def _courses(config: WaveNetConfig, corpus: Corpus) -> Courses:
    measured = [
        (s.instrument, levels.measured(s.signal, config.told, config.bands, config.sample_rate))
        for s in corpus.training
    ]
    return courses_of(measured, len(config.instruments))
