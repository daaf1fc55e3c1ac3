"""Segments: codes, conditioning and targets of notes and textures, as the network sees them.

A batch is a function of its random generator alone, so that a resumed training sees what an
uninterrupted one would. What makes the network playable is done here: segments that begin at the
onset from nothing, noise and silence in the history it sees, changed gains, releases at any time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..compiled import mulaw
from ..compiled.mulaw import SILENCE
from ..sounds.notes.coded import (
    FALL_DB,
    GAIN_DB,
    GAIN_SHARE,
    IGNORED,
    RELEASE_SHARE,
    Sound,
    by_instrument,
    coded,
    longer_likelier,
    noisy,
    perhaps_detuned,
    stack,
)
from ..sounds.notes.conditioning import condition
from ..sounds.notes.corpus import Texture
from ..sounds.notes.notes import Note
from .config import WaveNetConfig

WARM_UP = 256  # frames after a cut in the middle of a sound whose targets do not count
ONSET_SHARE = 0.3  # segments that begin where the note does
BLIND_SHARE = 0.1  # segments whose history is silence up to a random frame
COLD_SHARE = 0.15  # segments cut from the middle that count from their first frame
JITTER_CODES = 16.0  # largest standard deviation of noise on the history, as loud as in play
STRAY_SHARE, STRAY_DB = 0.3, (-36.0, -3.0)  # segments with a foreign tone in the history
STRAY_HZ = (80.0, 7500.0)


@dataclass(frozen=True)
class Batch:
    """B segments of T frames; `codes[t]` is the frame before `targets[t]`."""

    codes: NDArray[np.int64]  # (B, T), of N bands (B, T, N)
    targets: NDArray[np.int64]  # (B, T) or (B, T, N)
    conditioning: NDArray[np.float32] | None  # (B, T, C), of the targets' frames
    instruments: NDArray[np.int64]  # (B,)


class Segments:
    """A source of batches in which every instrument is equally frequent."""

    def __init__(self, config: WaveNetConfig, sounds: Sequence[Sound], frames: int):
        """Prepare segments of `frames` frames; every instrument of `config` needs a sound."""
        self.config, self.frames = config, frames
        self.by_instrument = by_instrument(sounds, len(config.instruments))

    def draw(self, random: Generator, segments: int) -> Batch:
        """Draw a training batch."""
        drawn = []
        for _ in range(segments):
            own = self.by_instrument[random.integers(len(self.by_instrument))]
            if isinstance(own[0], Note):
                sound = own[random.integers(len(own))]
            else:
                sound = longer_likelier(own, random)
            drawn.append(self._varied(sound, random))
        return stack(drawn)

    def fixed(self, segments: int) -> list[Batch]:
        """Return the same plain segments every time, from all sounds in turn, one a batch row."""
        random = np.random.default_rng(0)
        sounds = [sound for own in self.by_instrument for sound in own]
        chosen = [sounds[i] for i in np.linspace(0, len(sounds) - 1, segments).astype(int)]
        parts = []
        for sound in chosen:
            start = 0
            if random.random() > ONSET_SHARE or isinstance(sound, Texture):
                start = int(random.integers(max(len(sound.signal) - self.frames, 1)))
            parts.append(self._plain(sound, start))
        return parts

    def whole(self, sound: Sound) -> Batch:
        """Return one sound from its beginning, unchanged; frames after its end do not count."""
        batch = self._segment(sound, 0, 1.0, len(sound.signal), 0.0, 0)
        batch.targets[:, len(sound.signal) :] = IGNORED
        return batch

    def _plain(self, sound: Sound, start: int) -> Batch:
        return self._segment(sound, start, 1.0, len(sound.signal), 0.0, WARM_UP if start else 0)

    def _varied(self, sound: Sound, random: Generator) -> Batch:
        pitched = isinstance(sound, Note)
        if isinstance(sound, Note):
            sound = perhaps_detuned(sound, random)
        onset = pitched and random.random() < ONSET_SHARE
        start = 0 if onset else int(random.integers(max(len(sound.signal) - self.frames // 2, 1)))
        gain, release, slope = 1.0, len(sound.signal), 0.0
        whole = pitched and not self.config.draws_rest  # a rest has one level and no release
        if whole and random.random() < GAIN_SHARE:
            gain = 10 ** (random.uniform(*GAIN_DB) / 20)
        if whole and random.random() < RELEASE_SHARE:
            release = start + int(random.integers(self.frames))
            slope = -float(np.exp(random.uniform(*FALL_DB)))
        cold = start == 0 or random.random() < COLD_SHARE
        batch = self._segment(sound, start, gain, release, slope, 0 if cold else WARM_UP)
        return self._blurred(batch, random)

    def _blurred(self, batch: Batch, random: Generator) -> Batch:
        """Return the batch with noise in its history, and sometimes without any history."""
        codes = noisy(batch.codes, JITTER_CODES * random.random() ** 2, random)
        if random.random() < STRAY_SHARE:
            codes = with_stray_tone(codes, self.config.sample_rate, random)
        if random.random() < BLIND_SHARE:
            codes[:, : random.integers(self.frames // 2)] = SILENCE
        return Batch(codes, batch.targets, batch.conditioning, batch.instruments)

    def _segment(
        self, sound: Sound, start: int, gain: float, release: int, slope: float, skip: int
    ) -> Batch:
        """Return one segment, (1, T): from `release` on the sound falls by `slope` dB a second."""
        end = start + self.frames
        first = max(start - 2, 0)  # a frame for the first code, one for its pre-emphasis
        rate = self.config.sample_rate
        signal = _padded(sound.signal, first, end, 0.0) * np.float32(gain)
        fall_db = np.minimum(slope / rate * (np.arange(first, end) - release), 0.0)
        if slope:
            signal *= (10 ** (fall_db / 20)).astype(np.float32)
        codes = coded(signal, self.config.preemphasis).astype(np.int64)
        if start == 0:
            codes = np.concatenate(([SILENCE], codes))
        codes = codes[-self.frames - 1 :]
        targets = codes[1:].copy()
        targets[:skip] = IGNORED
        conditioning = None
        if isinstance(sound, Note):
            level = _padded(sound.level_db, start, end, -120.0)
            level += np.float32(20 * np.log10(gain))
            if slope:
                level += fall_db[-self.frames :].astype(np.float32)
            phase = _padded(sound.phase, start, end, 0.0)
            conditioning = np.zeros((1, self.frames, self.config.conditioning), np.float32)
            released = min(release if slope else len(sound.signal), sound.release_frame)
            if released >= len(sound.signal):
                released = end
            condition(
                conditioning[0], phase, level, sound.pitch, sound.velocity, start, released, rate
            )
        return Batch(codes[None, :-1], targets[None], conditioning, np.array([sound.instrument]))


def with_stray_tone(
    codes: NDArray[np.int64], sample_rate: int, random: Generator
) -> NDArray[np.int64]:
    """Add a foreign tone, so that the network learns to let it die away."""
    signal = mulaw.decode(codes)
    loudness = np.sqrt(2 * np.mean(signal**2)) * 10 ** (random.uniform(*STRAY_DB) / 20)
    frequency = np.exp(random.uniform(*np.log(STRAY_HZ)))
    turns = frequency / sample_rate * np.arange(codes.shape[1]) + random.random()
    tone = loudness * np.sin(2 * np.pi * turns)
    return mulaw.encode((signal + tone).astype(np.float32)).astype(np.int64)


def _padded(
    values: NDArray[np.float32], start: int, end: int, padding: float
) -> NDArray[np.float32]:
    """Return a copy of `values[start:end]`, filled up after its end."""
    part = values[start:end]
    return np.pad(part, (0, end - start - len(part)), constant_values=padding).astype(np.float32)
