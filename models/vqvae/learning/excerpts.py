"""Excerpts of the training sounds as codes, which a model file holds for playing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..codec import VQVAECodec
from ..playing.material import NO_KEY
from .corpus import Corpus, Sound

EXCERPT_SECONDS = 2.0  # of one sound at most
LABEL_SECONDS = 4.0  # of one label without pitches
PITCH_STEP = 4  # semitones from one note that is taken to the next
MOST_SECONDS = 480.0

Stream = tuple[NDArray[np.uint16], int]  # codes (N, stages), label


def encode(codec: VQVAECodec, signal: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the codes (N, stages) of a whole sound, with the last code frame padded."""
    codec.reset()
    silence = np.zeros(-len(signal) % codec.hop + codec.look_ahead, np.float32)
    return codec.encode(np.concatenate([signal, silence]))


def streams(codec: VQVAECodec, corpus: Corpus, sounds: Sequence[Sound]) -> list[Stream]:
    """Return sounds as codes with their labels, from which the prior learns."""
    return [(encode(codec, sound.signal), corpus.label_index(sound)) for sound in sounds]


def material_of(codec: VQVAECodec, corpus: Corpus) -> dict[str, NDArray[np.generic]]:
    """Return codes and regions in the form of `material.read`, by their names in the model file."""
    parts, regions, frames = [], [], 0
    most = MOST_SECONDS * codec.sample_rate / codec.hop
    for sound in chosen(corpus, codec.sample_rate):
        codes = encode(codec, sound.signal[: int(EXCERPT_SECONDS * codec.sample_rate)])
        if frames + len(codes) > most:
            break
        key = NO_KEY if sound.pitch is None else round(sound.pitch)
        regions.append((frames, frames + len(codes), key, corpus.label_index(sound)))
        parts.append(codes)
        frames += len(codes)
    return {
        "material.codes": np.concatenate(parts),
        "material.regions": np.array(regions, np.int32),
    }


def chosen(corpus: Corpus, sample_rate: int) -> Iterator[Sound]:
    """Yield the sounds from which excerpts are taken, label by label in turn."""
    by_label: defaultdict[int, list[Sound]] = defaultdict(list)
    for sound in corpus.training:
        by_label[corpus.label_index(sound)].append(sound)
    named = {label: sounds for label, sounds in by_label.items() if label} or by_label
    for _, sounds in sorted(named.items()):
        if all(sound.pitch is not None for sound in sounds):
            yield from _scale(sounds)
        else:
            yield from _longest(sounds, sample_rate)


def _scale(sounds: Sequence[Sound]) -> Iterator[Sound]:
    """Yield a note every few semitones, the loudest of each."""
    lowest = -PITCH_STEP
    for sound in sorted(
        sounds, key=lambda s: (round(s.pitch or 0), -float(np.abs(s.signal).max()))
    ):
        pitch = round(sound.pitch or 0)
        if pitch >= lowest + PITCH_STEP:
            lowest = pitch
            yield sound


def _longest(sounds: Sequence[Sound], sample_rate: int) -> Iterator[Sound]:
    seconds = 0.0
    for sound in sorted(sounds, key=lambda s: -len(s.signal)):
        yield sound
        seconds += min(len(sound.signal) / sample_rate, EXCERPT_SECONDS)
        if seconds >= LABEL_SECONDS:
            return
