"""A folder of sounds as a list of labelled clips: what every trainer starts from.

Labels come from a `metadata.csv` beside the sounds (column `file`, and any of `instrument`,
`pitch`, `velocity`, `f0_cents`, …), else from file and folder names.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError, UsageError

from .pitch import pitch_from_name, velocity_from_name

METADATA = "metadata.csv"
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


def find_clips(folder: Path, columns: Sequence[str] = ("instrument", "label")) -> list[Clip]:
    """All sounds in and under a folder, sorted by path.

    `columns` are the metadata columns that may name the instrument, the first one present wins.
    Raises RtAudioGenError, in one line, if there is nothing to train on.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    table = folder / METADATA
    if table.is_file():
        clips = _clips_of_table(folder, table, columns)
    else:
        found = (path for path in folder.rglob("*") if not path.name.startswith("."))
        paths = [path for path in found if path.suffix.lower() in _SUFFIXES]
        clips = [_clip_of_name(path, folder) for path in sorted(paths) if path.is_file()]
    if not clips:
        raise RtAudioGenError(
            f"{folder}: no sound files (WAV, FLAC, OGG, MP3, AIFF …) in it or in its sub-folders"
        )
    return clips


def _clip_of_name(path: Path, folder: Path) -> Clip:
    velocity = velocity_from_name(path.stem)
    inside = path.relative_to(folder).parts
    return Clip(
        path=path,
        instrument=inside[-2] if len(inside) > 1 else folder.resolve().name,
        pitch=pitch_from_name(path.stem),
        velocity=None if velocity is None else velocity / 127,
    )


def _clips_of_table(folder: Path, table: Path, columns: Sequence[str]) -> list[Clip]:
    clips = []
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if "file" not in (reader.fieldnames or ()):
            raise RtAudioGenError(f"{table}: has no column 'file'")
        try:
            for row in reader:
                facts = {name: (value or "").strip() for name, value in row.items() if name}
                clips.append(_clip_of_row(folder, facts, columns))
        except (ValueError, csv.Error) as error:
            raise RtAudioGenError(f"{table}, line {reader.line_num}: {error}") from error
    return sorted(clips, key=lambda clip: clip.path)


def _clip_of_row(folder: Path, facts: Mapping[str, str], columns: Sequence[str]) -> Clip:
    path = folder / facts["file"]
    if not path.is_file():
        raise RtAudioGenError(f"{folder / METADATA}: names {facts['file']}, which is not there")
    named = _clip_of_name(path, folder)
    pitch, velocity = named.pitch, named.velocity
    if facts.get("pitch"):
        pitch = float(facts["pitch"])
    if pitch is not None and facts.get("f0_cents"):
        pitch += float(facts["f0_cents"]) / 100
    if facts.get("velocity"):
        velocity = float(facts["velocity"]) / 127
    if pitch is not None and not -1 < pitch < 128:
        raise ValueError(f"pitch {pitch} is not a MIDI note number from 0 to 127")
    if velocity is not None and not 0 <= velocity <= 1:
        raise ValueError("velocity is not a number from 0 to 127")
    instrument = next((facts[name] for name in columns if facts.get(name)), named.instrument)
    return Clip(path, instrument, pitch, velocity, facts)


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
