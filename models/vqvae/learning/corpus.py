"""Training and held-out sounds of a VQ-VAE from a folder.

A folder holds sounds, or sub-folders with a `metadata.csv` each. Who speaks or plays is the label
that the decoder is told; a label with little sound of its own becomes `any`.
"""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.sounds import shown

from ...sounds.audio_folder import Clip, find_clips, load_or_complain, native_rates
from ...sounds.copies import copy_groups
from ...sounds.note_hearing import with_heard_octaves
from ...sounds.say import Say, some
from ..config import ANY

LABEL_COLUMNS = ("speaker", "instrument", "label", "class")
MIN_SECONDS = 0.02
MIN_LABEL_SECONDS = 10.0
SMALL = 1 / 50  # of all sound: labels up to this size may be held out whole, not only files
HELD_OUT_FILES, HELD_OUT_LABELS = 20, 12  # one in so many
PEAK = 0.89  # -1 dBFS; louder sounds are reduced to it
MAX_REFUSED = 0.5  # of a folder's files


@dataclass(frozen=True)
class Sound:
    """One sound file."""

    signal: NDArray[np.float32]  # (frames,)
    label: str
    path: Path
    pitch: float | None = None  # MIDI note number, where it is known
    source: str = ""  # licence and source, where a metadata.csv names them
    kind: str = ""  # such as "recorded", where a metadata.csv says so


@dataclass(frozen=True)
class Corpus:
    """Training sounds, held-out sounds, and the labels, `any` first."""

    training: Sequence[Sound]
    held_out: Sequence[Sound]
    labels: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Return licence and source of everything learnt from."""
        return tuple(sorted({sound.source for sound in self.training if sound.source}))

    def label_index(self, sound: Sound) -> int:
        """Return the index of a sound's label; 0 if the decoder does not know it."""
        return self.labels.index(sound.label) if sound.label in self.labels else 0


def read(folder: Path, sample_rate: int, say: Say = print) -> Corpus:
    """Return all sounds, always split the same way. RtAudioGenError, one line, if none is usable.

    Sounds recorded below the model's rate are left out where there are others.
    """
    clips = _at_full_rate(find_clips(folder, LABEL_COLUMNS, say), sample_rate, say)
    loaded = list(_loaded(folder, clips, sample_rate, say))
    if any(clip.spelled for clip, _ in loaded):
        loaded, _ = with_heard_octaves(loaded, sample_rate, say)
    sounds = [
        Sound(
            signal,
            clip.instrument,
            clip.path,
            clip.pitch,
            _source(clip),
            clip.facts.get("kind", ""),
        )
        for clip, signal in loaded
    ]
    frames = _frames_by_label(sounds)
    small = {name for name, count in frames.items() if count <= SMALL * frames.total()}
    rates = native_rates([clip for clip, _ in loaded])
    copied = copy_groups([sound.signal for sound in sounds], sample_rate, rates)
    firsts = sorted(set(copied))
    spared_firsts = {i for i in firsts if _is_held_out(sounds[i], folder, small)}
    if not spared_firsts or len(spared_firsts) == len(firsts):
        spared_firsts = set(firsts[::HELD_OUT_FILES] if len(firsts) > 1 else [])
    held_out = [sound for sound, i in zip(sounds, copied, strict=True) if i in spared_firsts]
    spared = {sound.path for sound in held_out}
    training = [sound for sound in sounds if sound.path not in spared]
    known = _labels(training, sample_rate)
    say(
        f"{len(training)} sounds, {_minutes(training, sample_rate):.1f} min; {len(held_out)} held "
        f"out; {len(known) - 1} labels"
    )
    return Corpus(training, held_out or training, known)


def _at_full_rate(clips: list[Clip], sample_rate: int, say: Say) -> list[Clip]:
    rates = native_rates(clips)
    full = [clip for clip, rate in zip(clips, rates, strict=True) if rate >= 0.9 * sample_rate]
    if not full:
        say(f"all sounds are below {sample_rate} Hz: the model cannot have more treble")
        return clips
    low = [clip.path.name for clip in clips if clip not in full] if len(full) < len(clips) else []
    if low:
        say(f"left out: {len(low)} sounds below {sample_rate} Hz")
        say(f"of a lower rate: {some(low)}")
    return full


def _loaded(
    folder: Path, clips: Sequence[Clip], sample_rate: int, say: Say
) -> Iterator[tuple[Clip, NDArray[np.float32]]]:
    refused: Counter[str] = Counter()
    for clip in clips:
        signal, reason = load_or_complain(clip.path, sample_rate, MIN_SECONDS, say)
        if reason and reason != "clipped":
            refused[reason] += 1
            say(f"left out: {shown(clip.path.name)} is {reason}")
            continue
        peak = float(np.abs(signal).max())
        yield clip, signal * np.float32(min(1.0, PEAK / peak))
    if refused.total() > MAX_REFUSED * len(clips):
        reason = refused.most_common(1)[0][0]
        raise RtAudioGenError(
            f"{folder}: {refused.total()} of {len(clips)} sounds cannot be used, most are {reason}"
        )


def _source(clip: Clip) -> str:
    licence = clip.facts.get("licence", "")
    return f"{licence} ({clip.facts.get('source') or 'source not named'})" if licence else ""


def _is_held_out(sound: Sound, folder: Path, small: AbstractSet[str]) -> bool:
    """Decide by a digest of the name, so that adding a file moves no other one across."""
    if sound.label in small and zlib.crc32(sound.label.encode()) % HELD_OUT_LABELS == 0:
        return True
    name = sound.path.relative_to(folder).as_posix()
    return zlib.crc32(name.encode()) % HELD_OUT_FILES == 0


def _labels(training: Sequence[Sound], sample_rate: int) -> tuple[str, ...]:
    enough = MIN_LABEL_SECONDS * sample_rate
    frames = _frames_by_label(training)
    return (ANY, *sorted(name for name, count in frames.items() if count >= enough and name != ANY))


def _frames_by_label(sounds: Sequence[Sound]) -> Counter[str]:
    frames: Counter[str] = Counter()
    for sound in sounds:
        frames[sound.label] += len(sound.signal)
    return frames


def _minutes(sounds: Sequence[Sound], sample_rate: int) -> float:
    return sum(len(sound.signal) for sound in sounds) / sample_rate / 60
