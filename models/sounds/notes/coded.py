"""Notes and textures as the μ-law codes that a network learns, and their random variations."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ...compiled import mulaw
from ...compiled.mulaw import LEVELS
from .corpus import Texture
from .notes import Note, detuned

B = TypeVar("B")

IGNORED = -100  # a target that does not count in the loss (torch's default)
DETUNED_SHARE, DETUNE_SEMITONES = 0.8, 0.7  # so that no frequency is special
GAIN_SHARE, GAIN_DB = 0.5, (-24.0, 3.0)  # notes that are softer or louder
RELEASE_SHARE = 0.15  # notes that are let go at a random frame
FALL_DB = np.log((40.0, 800.0))  # a second, of those

Sound = Note | Texture


def by_instrument(sounds: Sequence[Sound], instruments: int) -> list[list[Sound]]:
    """Return the sounds of each instrument."""
    return [[s for s in sounds if s.instrument == number] for number in range(instruments)]


def longer_likelier(sounds: Sequence[Sound], random: Generator) -> Sound:
    """Draw a sound, the longer the more often."""
    lengths = np.array([len(sound.signal) for sound in sounds])
    return sounds[random.choice(len(sounds), p=lengths / lengths.sum())]


def coded(signal: NDArray[np.float32], preemphasis: float) -> NDArray[np.uint8]:
    """Return (frames,) codes of a pre-emphasised signal."""
    emphasised = signal.copy()
    emphasised[1:] -= np.float32(preemphasis) * signal[:-1]
    return mulaw.encode(emphasised)


def noisy(codes: NDArray[np.int64], deviation: float, random: Generator) -> NDArray[np.int64]:
    """Return codes with noise, because the history is not perfect in play either."""
    noise = np.rint(deviation * random.standard_normal(codes.shape)).astype(np.int64)
    result: NDArray[np.int64] = np.clip(codes + noise, 0, LEVELS - 1)
    return result


def perhaps_detuned(sound: Note, random: Generator) -> Note:
    """Return a note, in most cases slightly out of tune."""
    if random.random() >= DETUNED_SHARE:
        return sound
    return detuned(sound, random.uniform(-DETUNE_SEMITONES, DETUNE_SEMITONES))


def varied(note: Note, random: Generator, sample_rate: int) -> Note:
    """Return a note slightly out of tune, at another level, or released earlier."""
    note = perhaps_detuned(note, random)
    change_db = np.zeros(len(note.signal), np.float32)
    if random.random() < GAIN_SHARE:
        change_db += random.uniform(*GAIN_DB)
    if random.random() < RELEASE_SHARE:
        release = int(random.integers(len(note.signal)))
        fall_db = np.exp(random.uniform(*FALL_DB)) / sample_rate
        change_db[release:] -= np.float32(fall_db) * np.arange(len(note.signal) - release)
        note = replace(note, release_frame=min(release, note.release_frame))
    signal = note.signal * 10 ** (change_db / np.float32(20))
    return replace(note, signal=signal, level_db=note.level_db + change_db)


def stack(batches: Sequence[B]) -> B:
    """Join batches into one; they are dataclasses of arrays that lack the same fields."""
    columns: dict[str, Any] = {}
    for each in fields(batches[0]):  # type: ignore[arg-type]  # a dataclass
        parts = [part for part in (getattr(b, each.name) for b in batches) if part is not None]
        columns[each.name] = np.concatenate(parts) if parts else None
    return type(batches[0])(**columns)
