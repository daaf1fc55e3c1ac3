"""Training data from a folder of sounds: checked, labelled, measured.

Every instrument is scaled to the same peak, so that its dynamics are kept; a pitch that its
recordings lack, inside the range to be played, is filled in by resampling the nearest note.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError

from ..audio_folder import Clip
from ..note_labels import Say, Sound
from ..say import some
from .harmonic_phase import lock_harmonics
from .notes import Note, find_release, measure_level, measure_phase, trim_to_onset
from .recordings import copied_in, levelled, licences_of, read_recordings, read_sounds

MAX_SHIFT = 12  # semitones that a note may be resampled by
MIN_TEXTURE_SECONDS = 1.0
MAX_NOTE_SECONDS = 8.0


@dataclass(frozen=True)
class Texture:
    """A stretch of sound for training without notes."""

    instrument: int
    signal: NDArray[np.float32]  # (frames,)


@dataclass(frozen=True)
class Corpus:
    """Training and held-out data."""

    instruments: tuple[str, ...]
    training: Sequence[Note | Texture]
    held_out: Sequence[Note | Texture]
    licences: tuple[str, ...] = field(default=())

    @property
    def frames(self) -> int:
        """Return the frames of training sound."""
        return sum(len(sound.signal) for sound in self.training)


def read_notes(
    folder: Path,
    sample_rate: int,
    instruments: Sequence[str] = (),
    lowest: int = 40,
    highest: int = 84,
    hold_seconds: float = 0.0,
    say: Say = print,
) -> Corpus:
    """Return notes with pitch, velocity, phase and level.

    UsageError or RtAudioGenError, in one line, if they cannot be used.
    """
    names, recordings, licences = read_recordings(folder, sample_rate, instruments, say)
    training: list[Note] = []
    held_out: list[Note] = []
    for index, name in enumerate(names):
        own = [recording for recording in recordings if recording.instrument == index]
        notes = [
            _measured(index, each.clip, each.signal, sample_rate, hold_seconds) for each in own
        ]
        kept = [note for note, each in zip(notes, own, strict=True) if not each.spared]
        missing = sorted(set(range(lowest, highest + 1)) - {round(note.pitch) for note in notes})
        filled = _fill_in(kept, missing, sample_rate)
        training += kept + filled
        held_out += [note for note, each in zip(notes, own, strict=True) if each.spared]
        say(
            f"{name}: {len(kept)} notes, {len(notes) - len(kept)} held out"
            + (f", {len(filled)} filled in by resampling" if filled else "")
        )
    return Corpus(names, training, held_out, licences)


def read_textures(
    folder: Path, sample_rate: int, kinds: Sequence[str] = (), say: Say = print
) -> Corpus:
    """Return stretches of sound by kind; the last tenth of every file is held out.

    One of several copies within a kind is used; sounds with copies in other kinds are not held out.
    """
    names, sounds = read_sounds(folder, sample_rate, kinds, MIN_TEXTURE_SECONDS, say)
    sounds, shared = _without_copies(sounds, sample_rate, say)
    training, held_out = [], []
    for index, name in enumerate(names):
        own = levelled([(clip, signal) for clip, signal in sounds if clip.instrument == name])
        for clip, signal in own:
            cut = len(signal) if clip.path in shared else len(signal) * 9 // 10
            training.append(Texture(index, signal[:cut]))
            if cut < len(signal):
                held_out.append(Texture(index, signal[cut:]))
        seconds = sum(len(signal) for _, signal in own) / sample_rate
        say(f"{name}: {len(own)} files, {seconds:.0f} s")
    return Corpus(names, training, held_out, licences_of(sounds))


def _without_copies(
    sounds: list[Sound], sample_rate: int, say: Say
) -> tuple[list[Sound], set[Path]]:
    """Return the longest copy in each kind, and the files that also exist in other kinds."""
    copied = copied_in(sounds, sample_rate)
    chosen: dict[tuple[int, str], Sound] = {}
    for copy, sound in zip(copied, sounds, strict=True):
        before = chosen.get((copy, sound[0].instrument))
        if before is None or len(sound[1]) > len(before[1]):
            chosen[copy, sound[0].instrument] = sound
    kept = {clip.path for clip, _ in chosen.values()}
    if dropped := [clip.path.name for clip, _ in sounds if clip.path not in kept]:
        say(f"left out: {len(dropped)} copies of other sounds ({some(dropped)})")
    kinds = Counter(copy for copy, _ in chosen)
    shared = {clip.path for (copy, _), (clip, _) in chosen.items() if kinds[copy] > 1}
    return [sound for sound in sounds if sound[0].path in kept], shared


def read_as_trained(
    folder: Path,
    sample_rate: int,
    instruments: Sequence[str],
    pitched: bool,
    model: Path,
    facts: Mapping[str, Any],
) -> Corpus:
    """Return a folder's sounds as a training splits them, without filled-in notes.

    `facts` are those of the `model` file's training. RtAudioGenError if nothing is held out.
    """

    def say(line: str) -> None:
        pass

    if pitched:
        corpus = read_notes(
            folder, sample_rate, instruments, lowest=1, highest=0,
            hold_seconds=hold_seconds_of(model, facts), say=say,
        )  # fmt: skip
    else:
        corpus = read_textures(folder, sample_rate, instruments, say)
    if not corpus.held_out:
        raise RtAudioGenError(
            f"{folder}: no sound is held out, because they are copies of each other or too few"
        )
    return corpus


def hold_seconds_of(model: Path | None, facts: Mapping[str, Any]) -> float:
    """Return when keys were released in a model's training notes. RtAudioGenError if damaged."""
    hold_seconds = facts.get("hold_seconds", 0.0)
    if not isinstance(hold_seconds, int | float) or not 0 <= hold_seconds < math.inf:
        raise RtAudioGenError(f"{model}: its hold_seconds are {hold_seconds!r}, expected a number")
    return float(hold_seconds)


def _measured(
    index: int, clip: Clip, signal: NDArray[np.float32], sample_rate: int, hold_seconds: float
) -> Note:
    assert clip.pitch is not None
    assert clip.velocity is not None
    if clip.hold_seconds:
        hold_seconds = clip.hold_seconds
    signal = trim_to_onset(signal, sample_rate)[: int(MAX_NOTE_SECONDS * sample_rate)]
    phase, pitch = measure_phase(signal, clip.pitch, sample_rate)
    signal = lock_harmonics(signal, phase, pitch, sample_rate)
    level = measure_level(signal, pitch, sample_rate)
    release = find_release(level, sample_rate, hold_seconds)
    return Note(index, pitch, clip.velocity, signal, phase, level, release)


def _fill_in(notes: Sequence[Note], missing: Sequence[int], sample_rate: int) -> list[Note]:
    """Return the nearest notes at all velocities, resampled to the missing pitches.

    The release is that of the recording, because resampled notes may be too short to detect it.
    """
    filled = []
    for pitch in missing:
        nearest = min((abs(note.pitch - pitch) for note in notes), default=MAX_SHIFT + 1.0)
        if nearest > MAX_SHIFT:
            continue
        for note in notes:
            if abs(note.pitch - pitch) > nearest + 0.3:
                continue
            ratio = 2.0 ** ((note.pitch - pitch) / 12.0)  # longer when lower
            signal = soxr.resample(note.signal, sample_rate, sample_rate * ratio, "VHQ")
            signal = np.ascontiguousarray(np.clip(signal, -1.0, 1.0), np.float32)
            phase, found = measure_phase(signal, pitch, sample_rate)
            signal = lock_harmonics(signal, phase, found, sample_rate)
            level = measure_level(signal, found, sample_rate)
            release = len(signal) if note.held else round(note.release_frame * ratio)
            filled.append(
                Note(note.instrument, found, note.velocity, signal, phase, level, release, True)
            )
    return filled
