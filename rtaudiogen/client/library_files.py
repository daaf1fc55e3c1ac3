"""What is done with the library's files: kept, renamed, exported, encoded. Everything is [any].

Nothing is written over unless that is asked for, and nothing is left half-written.
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
from ..saving.presets import Preset, load_preset, save_preset
from ..saving.sessions import Session
from ..storage import folders
from ..storage.file_names import problem_of, safe_name
from ..storage.files import appearing_whole
from .library import CODES, DOCUMENTS, Item, Kind


@dataclass(frozen=True)
class Encoded:
    """A sound that has become a code file."""

    path: Path
    seconds: float
    bits_per_second: float
    notices: tuple[str, ...]  # what the codes do not know of the sound


def preset_path(family: str, name: str) -> Path:
    """The file of a preset of that name. UsageError if no file can be called so."""
    return folders.presets(family) / file_name(name, DOCUMENTS)


def keep_preset(
    session: Mapping[str, Any], position: int, name: str, overwrite: bool = False
) -> Path:
    """Keep a slot of a façade's `session` as a preset of its family; the file.

    `position` counts the rack's slots from 0. RtAudioGenError if there is such a preset already.
    """
    preset, family = preset_of(session, position, name)
    path = preset_path(family, name)
    if not overwrite:
        _refuse_to_overwrite(path)
    save_preset(path, preset)
    return path


def preset_of(session: Mapping[str, Any], position: int, name: str) -> tuple[Preset, str]:
    """A slot of a façade's `session` as a preset, and its family. UsageError if there is none."""
    slots = Session.from_json(session).slots
    if not 0 <= position < len(slots):
        raise UsageError("there is no such slot any more")
    slot = slots[position]
    model = registry.find(slot.model)
    return Preset(slot.values, slot.seed, model.id, name.strip()), model.family


def read_preset(path: Path) -> dict[str, Any]:
    """A preset as `apply_preset` takes it. RtAudioGenError, in one line, for a damaged file."""
    return load_preset(path).to_json()


def rename(item: Item, name: str) -> Path:
    """Give a preset, a session or a recording another name; its new path."""
    path = _own(item)
    if item.kind == Kind.MODEL:
        raise UsageError(f"{item.name}: a model keeps its name, because sessions know it by that")
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
        with suppress(RtAudioGenError):  # a damaged one has no name but its file's
            save_preset(target, replace(load_preset(target), name=target.stem))
    return target


def parts(path: Path) -> list[Path]:
    """A file and the marks that belong to it, if there are any; the marks come first."""
    return [part for part in (sidecar_path(path), path) if part.exists()]


def export(path: Path, target: Path) -> None:
    """Copy a file to where the player wants it; codes become a sound if a .wav is asked for."""
    if path.resolve() == target.resolve():
        raise UsageError(f"{target}: a file is not exported onto itself")
    if not path.is_file():
        raise RtAudioGenError(f"{path} is not there any more")
    if path.suffix.lower() == CODES and target.suffix.lower() != CODES:
        decode_file(path, target)
        return
    try:
        with appearing_whole(target) as unfinished:
            shutil.copyfile(path, unfinished)
    except OSError as error:
        raise RtAudioGenError(f"{target}: cannot be written ({error.strerror})") from error


def encode(source: Path) -> Encoded:
    """Encode a sound among the recordings, as `rtaudiogen encode` does, in a process of its own.

    It takes a fraction of the sound's length. RtAudioGenError, in one line, for unusable sound.
    """
    folder = folders.recordings()
    folder.mkdir(parents=True, exist_ok=True)
    target = free_path(folder, source.stem, CODES)
    command = [sys.executable, "-m", "rtaudiogen", "encode", str(source), str(target), "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    said = [line.removeprefix("rtaudiogen: ") for line in done.stderr.splitlines()]
    if done.returncode != 0:
        raise RtAudioGenError(said[-1] if said else f"{source}: encoding ended without a word")
    facts = json.loads(done.stdout)
    return Encoded(target, facts["seconds"], facts["bits_per_second"], tuple(said))


def free_path(folder: Path, stem: str, suffix: str) -> Path:
    """The first name in a folder that nothing has: take.wav, take 2.wav, …"""
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
        raise UsageError(f"{item.name} came with the program and stays as it is")
    return item.path


def _refuse_to_overwrite(path: Path) -> None:
    if os.path.lexists(path):
        raise RtAudioGenError(f"{path} is there already; another name, please")
