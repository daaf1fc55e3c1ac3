"""A folder of sounds as a list of labelled clips: what every trainer starts from.

Labels come from a `metadata.csv` beside the sounds (column `file`, and any of `instrument`,
`pitch`, `velocity`, `f0_cents`, …), in the folder or in its sub-folders, else from file and folder
names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError

from .names.labels import NameLabel, read_names
from .say import Say
from .tables.reading import Entry, read_table, tables_of

FULL_SCALE, CLIPPED_RUN = 0.999, 8  # so many frames at full scale in a row are clipping
SILENT_PEAK = 10 ** (-60 / 20)
_SUFFIXES = {f".{name.lower()}" for name in soundfile.available_formats()} | {
    ".aif", ".oga", ".opus",
}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One sound file and what is known of it before it is opened."""

    path: Path
    instrument: str
    pitch: float | None = None  # MIDI note number
    velocity: float | None = None  # 0 … 1
    facts: Mapping[str, str] = field(default_factory=dict)  # its whole row of metadata.csv
    spelled: bool = False  # the pitch is a note name, whose octave is a matter of convention
    hold_seconds: float | None = None  # when the key was let go, where a table says so


def find_clips(
    folder: Path, columns: Sequence[str] = ("instrument", "label"), say: Say = print
) -> list[Clip]:
    """Return all sounds in and under a folder, sorted by path. [control]

    `columns` are the metadata columns that may name the instrument, the first one present wins.
    A table says which files are used in and under its folder; what it leaves out is told.
    Raises RtAudioGenError, in one line, if there is nothing to train on.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    found = (path for path in folder.rglob("*") if not path.name.startswith("."))
    paths = [path for path in found if path.suffix.lower() in _SUFFIXES]
    paths = [path for path in sorted(paths) if path.is_file()]
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
    for table in tables_of(folder, paths):
        under = [path for path in paths if path.is_relative_to(table.parent)]
        own = {entry.path: entry for entry in read_table(table, under, say)}
        for path in under:
            if path in own:
                bases[path] = table.parent
            else:
                del bases[path]
        entries |= own
    return [
        _clip(path, base, labels[path], entries.get(path), columns) for path, base in bases.items()
    ]


def _clip(
    path: Path, base: Path, label: NameLabel, entry: Entry | None, columns: Sequence[str]
) -> Clip:
    """Return a clip by its table and, where that says nothing, by its name."""
    velocity = None if label.velocity is None else label.velocity / 127
    inside = path.relative_to(base).parts
    instrument = inside[-2] if len(inside) > 1 else base.resolve().name
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


def load(path: Path, sample_rate: int) -> NDArray[np.float32]:
    """(frames,) mono at `sample_rate`. Raises RtAudioGenError if the file cannot be read."""
    try:
        signal, native_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise RtAudioGenError(f"{path}: cannot be read as sound ({error})") from error
    mono = signal.mean(axis=1)
    loudest = np.abs(signal).max(axis=0, initial=0.0)
    if len(mono) and np.abs(mono).max() < 0.1 * loudest.max():
        mono = signal[:, int(loudest.argmax())]  # channels in opposite phase cancel
    if native_rate != sample_rate and len(mono):
        mono = soxr.resample(mono, native_rate, sample_rate, "VHQ")
    return np.nan_to_num(np.ascontiguousarray(mono, np.float32))


def complaint(signal: NDArray[np.float32], sample_rate: int, seconds: float) -> str | None:
    """Why a sound cannot be learnt from (too short, silent, clipped); None if it can."""
    if len(signal) < seconds * sample_rate:
        return f"shorter than {seconds:g} s"
    magnitude = np.abs(signal)
    if magnitude.max() < SILENT_PEAK:
        return "silent"
    full = np.flatnonzero(np.diff(np.concatenate(([0], magnitude >= FULL_SCALE, [0])).astype(int)))
    if len(full) and (full[1::2] - full[::2]).max() >= CLIPPED_RUN:
        return "clipped"
    return None
