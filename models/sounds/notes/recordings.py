"""Sounds of a folder of instruments: checked, labelled, levelled, and split.

Every instrument is brought to the same peak, so that dynamics within it stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.sounds import shown

from ..audio_folder import Clip, find_clips, load_or_complain, native_rates
from ..copies import copy_groups
from ..note_labels import Say, Sound, with_pitches, with_velocities

PEAK = 0.89  # −1 dBFS
HELD_OUT_EVERY = 10  # one pitch in this many is held out, another one for every instrument
MIN_NOTE_SECONDS = 0.2
MAX_REFUSED = 0.5  # of a folder's files


@dataclass(frozen=True)
class Recording:
    """A note as it was recorded: levelled with its instrument, pitch and velocity known."""

    instrument: int
    clip: Clip
    signal: NDArray[np.float32]  # (frames,)
    spared: bool  # held out


def read_recordings(
    folder: Path, sample_rate: int, instruments: Sequence[str] = (), say: Say = print
) -> tuple[tuple[str, ...], list[Recording], tuple[str, ...]]:
    """Return instruments, their notes as recorded, and licences.

    UsageError or RtAudioGenError in one line.
    """
    names, sounds = read_sounds(folder, sample_rate, instruments, MIN_NOTE_SECONDS, say)
    sounds = with_pitches(sounds, sample_rate, folder, say)
    copied = copied_in(sounds, sample_rate)
    recorded: list[list[tuple[Sound, int]]] = []  # of each instrument, with its group of copies
    for name in names:
        places = [place for place, (clip, _) in enumerate(sounds) if clip.instrument == name]
        own = with_velocities(levelled([sounds[place] for place in places]))
        recorded.append([(each, copied[place]) for each, place in zip(own, places, strict=True)])
    spared = _spared([[(_pitch(clip), copy) for (clip, _), copy in own] for own in recorded])
    recordings = [
        Recording(index, clip, signal, copy in spared)
        for index, own in enumerate(recorded)
        for (clip, signal), copy in own
    ]
    return names, recordings, licences_of(sounds)


def _pitch(clip: Clip) -> int:
    assert clip.pitch is not None
    return round(clip.pitch)


def read_sounds(
    folder: Path, sample_rate: int, wanted: Sequence[str], seconds: float, say: Say
) -> tuple[tuple[str, ...], list[Sound]]:
    clips = find_clips(folder, say=say)
    present = sorted({clip.instrument for clip in clips})
    if unknown := [name for name in wanted if name not in present]:
        raise UsageError(f"{folder}: no instrument {unknown[0]!r}; there are {', '.join(present)}")
    names = tuple(wanted or present)
    clips = [clip for clip in clips if clip.instrument in names]
    sounds: list[Sound] = []
    refused: list[str] = []
    for clip in clips:
        signal, reason = load_or_complain(clip.path, sample_rate, seconds, say)
        if reason:
            refused.append(reason)
            say(f"left out: {shown(clip.path.name)} is {reason}")
        else:
            sounds.append((clip, signal))
    if len(refused) > MAX_REFUSED * len(clips):
        reason = max(set(refused), key=refused.count)
        raise RtAudioGenError(
            f"{folder}: {len(refused)} of {len(clips)} sounds cannot be used, most are {reason}"
        )
    for name in names:
        if not any(clip.instrument == name for clip, _ in sounds):
            raise RtAudioGenError(f"{folder}: no sound of {name!r} can be used")
    return names, sounds


def copied_in(sounds: Sequence[Sound], sample_rate: int) -> list[int]:
    rates = native_rates([clip for clip, _ in sounds])
    return copy_groups([signal for _, signal in sounds], sample_rate, rates)


def _spared(recorded: Sequence[Sequence[tuple[int, int]]]) -> set[int]:
    """Return the groups of copies to hold out: whole pitches, with all copies of them.

    `recorded` are the pitch and the group of every note of every instrument.
    """
    spared: set[int] = set()
    for index, notes in enumerate(recorded):
        pitches = {pitch for pitch, _ in notes}
        chosen = {
            pitch for pitch in pitches if (pitch + 3 * index) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
        }
        if len(pitches) >= HELD_OUT_EVERY // 2 and chosen != pitches:
            spared |= {copy for pitch, copy in notes if pitch in chosen}
    for notes in recorded:  # an instrument of copies of held-out notes stays in training
        own = {copy for _, copy in notes}
        if own <= spared:
            spared -= own
    return spared


def levelled(sounds: list[Sound]) -> list[Sound]:
    """Return all sounds with one gain, so that the loudest peaks at −1 dBFS."""
    peak = max(float(np.abs(signal).max()) for _, signal in sounds)
    return [(clip, signal * np.float32(PEAK / peak)) for clip, signal in sounds]


def licences_of(sounds: list[Sound]) -> tuple[str, ...]:
    """Return licence and source of all training sounds, if a metadata.csv names them."""
    named = {
        f"{clip.facts['licence']} ({clip.facts.get('source', 'source not named')})"
        for clip, _ in sounds
        if clip.facts.get("licence")
    }
    return tuple(sorted(named))
