"""Actions on the library's files: save, rename, export, encode. Everything is [any].

Nothing is overwritten unless asked for, and nothing is left half-written.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import registry
from ..codes.codec import decode_file
from ..errors import RtAudioGenError, UsageError
from ..recorder.marks import sidecar_path
from ..saving.presets import Preset, labels_of, load_preset, save_preset
from ..saving.sessions import Session
from ..storage import folders
from ..storage.file_names import problem_of, safe_name
from ..storage.files import appearing_whole
from .library import CODES, DOCUMENTS, Item, Kind


@dataclass(frozen=True)
class Encoded:
    """The code file that a sound was encoded to."""

    path: Path
    seconds: float
    bits_per_second: float
    notices: tuple[str, ...]  # losses of the encoding


def preset_path(family: str, name: str) -> Path:
    """Return the file of a preset of that name. UsageError if it cannot be a file name."""
    return folders.presets(family) / file_name(name, DOCUMENTS)


def keep_preset(
    session: Mapping[str, Any], position: int, name: str, overwrite: bool = False
) -> Path:
    """Save a slot of a façade's `session` as a preset of its family; return the file.

    `position` counts the rack's slots from 0. RtAudioGenError if the preset exists already.
    """
    preset, family = preset_of(session, position, name)
    path = preset_path(family, name)
    if not overwrite:
        _refuse_to_overwrite(path)
    save_preset(path, preset)
    return path


def preset_of(session: Mapping[str, Any], position: int, name: str) -> tuple[Preset, str]:
    """Return a slot of a façade's `session` as a preset, and its family. UsageError if it is
    gone.
    """
    slots = Session.from_json(session).slots
    if not 0 <= position < len(slots):
        raise UsageError("the slot does not exist any more")
    slot = slots[position]
    model = registry.find(slot.model)
    labels = labels_of(model, slot.values)
    preset = Preset(slot.values, slot.seed, model.id, name.strip(), labels, slot.sound)
    return preset, model.family


def read_preset(path: Path) -> dict[str, Any]:
    """Return a preset as `apply_preset` takes it. RtAudioGenError, in one line, if it is
    damaged.
    """
    return load_preset(path).to_json()


def preset_values(path: Path, model: str) -> dict[str, float]:
    """Return the values that a preset gives to a model, by its id or file; empty: its own model.

    RtAudioGenError if either cannot be read.
    """
    preset = load_preset(path)
    return preset.fit(registry.find(model or preset.model))[0]


def rename(item: Item, name: str) -> Path:
    """Rename a preset, a session or a recording; return its new path."""
    path = _own(item)
    if item.kind == Kind.MODEL:
        raise UsageError(f"{item.name}: a model cannot be renamed: sessions refer to its name")
    target = path.with_name(file_name(name.removesuffix(path.suffix), path.suffix))
    if target == path:
        return path
    _refuse_to_overwrite(target)
    try:
        for part in parts(path):
            part.rename(sidecar_path(target) if part == sidecar_path(path) else target)
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be renamed ({error.strerror})") from error
    if item.kind == Kind.PRESET:
        with suppress(RtAudioGenError):  # a damaged preset has only its file's name
            save_preset(target, replace(load_preset(target), name=target.stem))
    return target


def parts(path: Path) -> list[Path]:
    """Return a file and its marks, if there are any; the marks come first."""
    return [part for part in (sidecar_path(path), path) if part.exists()]


def export(path: Path, target: Path) -> None:
    """Copy a file to `target`; codes are decoded if the target is a .wav."""
    if path.resolve() == target.resolve():
        raise UsageError(f"{target}: a file cannot be exported onto itself")
    if not path.is_file():
        raise RtAudioGenError(f"{path} does not exist any more")
    if path.suffix.lower() == CODES and target.suffix.lower() != CODES:
        decode_file(path, target)
        return
    try:
        with appearing_whole(target) as unfinished:
            shutil.copyfile(path, unfinished)
    except OSError as error:
        raise RtAudioGenError(f"{target}: cannot be written ({error.strerror})") from error


def encode(source: Path) -> Encoded:
    """Encode a sound into the folder of recordings, by `rtaudiogen encode` in a process of its own.

    It takes a fraction of the sound's length. RtAudioGenError, in one line, for unusable sound.
    """
    folder = folders.recordings()
    folder.mkdir(parents=True, exist_ok=True)
    target = free_path(folder, source.stem, CODES)
    command = [sys.executable, "-m", "rtaudiogen", "encode", str(source), str(target), "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    said = [line.removeprefix("rtaudiogen: ") for line in done.stderr.splitlines()]
    if done.returncode != 0:
        raise RtAudioGenError(said[-1] if said else f"{source}: encoding ended without a message")
    facts = json.loads(done.stdout)
    return Encoded(target, facts["seconds"], facts["bits_per_second"], tuple(said))


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """Return the first free file name in a folder: take.wav, take 2.wav, …"""
    stem = safe_name(stem)
    path, number = folder / f"{stem}{suffix}", 2
    while os.path.lexists(path):
        path, number = folder / f"{stem} {number}{suffix}", number + 1
    return path


def file_name(name: str, suffix: str) -> str:
    """Return a file name that every system accepts. UsageError if there is none."""
    name = name.strip()
    if problem := problem_of(name):
        shown = name if len(name) < 40 else f"{name[:20]}…"
        raise UsageError(f"'{shown}' cannot be a file name: {problem}")
    return name + suffix


def _own(item: Item) -> Path:
    if item.path is None or not item.own:
        raise UsageError(f"{item.name} belongs to the program and cannot be changed")
    return item.path


def _refuse_to_overwrite(path: Path) -> None:
    if os.path.lexists(path):
        raise RtAudioGenError(f"{path} exists already; give another name")
