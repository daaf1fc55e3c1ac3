"""Labelled clips of a folder of sounds, the input of every trainer.

Labels come from a `metadata.csv` next to the sounds (column `file`, and any of `instrument`,
`pitch`, `velocity`, `f0_cents`, …), in the folder or in its sub-folders, otherwise from file and
folder names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.sounds import SoundReader, read_whole, shown, without_offset

from .class_folders import class_names
from .file_list import sound_files
from .names.labels import NameLabel, read_names
from .say import Say, some
from .tables.reading import Entry, read_table, tables_of, tables_under

FULL_SCALE, CLIPPED_RUN = 0.999, 8  # this many frames at full scale in a row are clipping
SILENT_PEAK = 10 ** (-60 / 20)
NO_SOUND, ONLY_DC = "no sound file inside", "nothing but a constant (DC)"
EMPTY = "0 frames"  # in the reader's message about a file without sound


@dataclass(frozen=True)
class Clip:
    """One sound file and its labels, before it is opened."""

    path: Path
    instrument: str
    pitch: float | None = None  # MIDI note number
    velocity: float | None = None  # 0 … 1
    facts: Mapping[str, str] = field(default_factory=dict)  # its whole row of metadata.csv
    spelled: bool = False  # the pitch is a note name, whose octave is a matter of convention
    hold_seconds: float | None = None  # time of the key's release, if a table has it


def find_clips(
    folder: Path, columns: Sequence[str] = ("instrument", "label"), say: Say = print
) -> list[Clip]:
    """Return all sounds in and under a folder, sorted by path. [control]

    `columns` are the metadata columns that may name the instrument; the first one present is used.
    A table lists the files to use in and under its folder; the files that it leaves out are
    reported. RtAudioGenError, in one line, if there is nothing to train on.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    paths = sound_files(folder, say)
    if not paths:
        raise RtAudioGenError(
            f"{folder}: no sound files (WAV, FLAC, OGG, MP3, AIFF …) in it or in its sub-folders"
        )
    return _labelled(folder, paths, columns, say)


def _labelled(folder: Path, paths: Sequence[Path], columns: Sequence[str], say: Say) -> list[Clip]:
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in paths]
    labels = dict(zip(paths, read_names(names), strict=True))
    bases = dict.fromkeys(paths, folder)  # whose name or sub-folders are the instruments
    entries: dict[Path, Entry] = {}
    tables = tables_of(folder, paths)
    _tell_under(folder, tables_under(tables, paths), say)
    for table in tables:
        under = [path for path in paths if path.is_relative_to(table.parent)]
        own = {entry.path: entry for entry in read_table(table, under, say)}
        for path in under:
            if path in own:
                bases[path] = table.parent
            else:
                del bases[path]
        entries |= own
    classes = _classes(bases)
    return [_clip(path, classes[path], labels[path], entries.get(path), columns) for path in bases]


def _tell_under(folder: Path, tables: Sequence[Path], say: Say) -> None:
    if tables:
        many = "table lies" if len(tables) == 1 else "tables lie"
        names = [table.relative_to(folder).as_posix() for table in tables]
        say(f"not read: {len(tables)} {many} under another one: {some(names)}")


def _classes(bases: Mapping[Path, Path]) -> dict[Path, str]:
    """Return the class of each file by the folders between it and its base."""
    classes: dict[Path, str] = {}
    for base in dict.fromkeys(bases.values()):
        own = [path for path in bases if bases[path] == base]
        names = class_names([path.relative_to(base) for path in own], base.resolve().name)
        classes |= {path: shown(name) for path, name in zip(own, names, strict=True)}
    return classes


def _clip(
    path: Path, instrument: str, label: NameLabel, entry: Entry | None, columns: Sequence[str]
) -> Clip:
    """Return a clip labelled by its table, or by its name where the table has no value."""
    velocity = None if label.velocity is None else label.velocity / 127
    named = Clip(path, instrument, label.pitch, velocity, spelled=label.spelled)
    if entry is None:
        return named
    said = {name: entry.facts[name] for name in columns if entry.facts.get(name)}
    by_table = entry.pitch is not None
    pitch = entry.pitch if by_table else named.pitch
    return Clip(
        path,
        next(iter(said.values()), instrument),
        None if pitch is None else pitch + entry.cents / 100,
        velocity if entry.velocity is None else entry.velocity,
        entry.facts,
        entry.spelled if by_table else named.spelled,
        entry.hold_seconds,
    )


def load(path: Path, sample_rate: int, say: Say = print) -> NDArray[np.float32]:
    """Return (frames,) mono at `sample_rate`, repaired and without DC; the repairs are reported.

    RtAudioGenError, one line, if the file cannot be read or holds nothing but DC.
    """
    sound = read_whole(path)
    for notice in sound.notices:
        say(notice)
    mono, offset = without_offset(sound.signal)
    if offset and np.abs(mono).max() < SILENT_PEAK:
        raise RtAudioGenError(f"{shown(path)}: {ONLY_DC}; expected a sound")
    if offset:
        say(f"{shown(path)}: an offset (DC) of {offset:.3f} was removed")
    if sound.sample_rate != sample_rate:
        mono = soxr.resample(mono, sound.sample_rate, sample_rate, "VHQ")
    return np.ascontiguousarray(mono, np.float32)


def load_or_complain(
    path: Path, sample_rate: int, seconds: float, say: Say = print
) -> tuple[NDArray[np.float32], str | None]:
    """Return a sound as `load` does, and the reason why it cannot be used for training, or None."""
    try:
        signal = load(path, sample_rate, say)
    except RtAudioGenError as error:
        if ONLY_DC in str(error):
            return np.empty(0, np.float32), ONLY_DC
        if EMPTY not in str(error):
            return np.empty(0, np.float32), NO_SOUND
        signal = np.empty(0, np.float32)
    return signal, complaint(signal, sample_rate, seconds)


def native_rates(clips: Sequence[Clip]) -> list[int]:
    """Return the rate in Hz of each file; a very high one for files that are not sounds."""
    rates = []
    for clip in clips:
        try:
            rates.append(SoundReader(clip.path).sample_rate)
        except RtAudioGenError:  # reported when it is read
            rates.append(1 << 30)
    return rates


def complaint(signal: NDArray[np.float32], sample_rate: int, seconds: float) -> str | None:
    """Return why a sound cannot be used for training (too short, silent, clipped), or None."""
    if len(signal) < seconds * sample_rate:
        return f"shorter than {seconds:g} s"
    magnitude = np.abs(signal)
    if magnitude.max(initial=0.0) < SILENT_PEAK:
        return "silent"
    full = np.flatnonzero(np.diff(np.concatenate(([0], magnitude >= FULL_SCALE, [0])).astype(int)))
    if len(full) and (full[1::2] - full[::2]).max() >= CLIPPED_RUN:
        return "clipped"
    return None
