"""What a training began with, its sounds and its options: by that its checkpoint is known again.

A training goes on only with the sounds that it began with. They are known by their names below the
folder and by digests of their bytes, tables of labels included, so the folder itself may move.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.safetensors_header import read_contents
from rtaudiogen.saving import bounded_json
from rtaudiogen.training_journal import JournalReader, run_folder

from ..sounds.audio_folder import find_clips
from ..sounds.tables.reading import tables_of

CHECKPOINT, KEY = "checkpoint.safetensors", "rtaudiogen.checkpoint"  # its file and its facts' entry
SOUNDS, FAMILY = "sounds", "family"  # in an identity
TO_DO = (
    "give the same ones to go on, --fresh to begin anew (the earlier training is kept beside it), "
    "or another --out"
)


@dataclass(frozen=True)
class Sounds:
    """What a training reads."""

    folder: str  # where it lay then
    count: int
    size_bytes: int
    digest: str  # of names and contents

    def __str__(self) -> str:
        return f"{self.count} sounds of {self.folder}"

    @classmethod
    def from_json(cls, facts: Any) -> "Sounds | None":
        """Return what `asdict` gave; None for anything else."""
        try:
            sounds = cls(**facts)
        except TypeError:
            return None
        texts = isinstance(sounds.folder, str) and isinstance(sounds.digest, str)
        return sounds if texts and isinstance(sounds.count, int) else None


def sounds_in(folder: Path) -> Sounds:
    """Return what a training on this folder reads. [control], as long as reading all of it takes

    UsageError or RtAudioGenError, in one line, if there is nothing to train on.
    """
    clips = {clip.path for clip in find_clips(folder, say=lambda _: None)}
    tables = set(tables_of(folder, sorted(clips)))
    digest, size = hashlib.blake2b(digest_size=16), 0
    for name, path in sorted((os.path.relpath(p, folder), p) for p in clips | tables):
        facts = path.stat()
        size += facts.st_size
        content = _digest(path, facts.st_size, facts.st_mtime_ns)
        digest.update(f"{os.fsencode(name)!r} {content}\n".encode())
    return Sounds(str(folder.resolve()), len(clips), size, digest.hexdigest())


@lru_cache(1 << 16)
def _digest(path: Path, size_bytes: int, modified_ns: int) -> str:
    """Of a file's bytes; read once for every state of it."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return "unreadable"  # as the training will find


def identity(family: str, folder: Path, options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return what a checkpoint is known by: `Trainer`'s argument of that name. [control]

    `options` are those that an interrupted training cannot change when it goes on, `more` what was
    found in the sounds (labels).
    """
    return {FAMILY: family, SOUNDS: asdict(sounds_in(folder)), **options, **more}


@dataclass(frozen=True)
class Standing:
    """How far a training is, from its checkpoint; 0 and empty: not known."""

    path: Path
    identity: Mapping[str, Any]
    steps: int
    minutes: float

    @property
    def when(self) -> str:
        """When it was last saved."""
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.path.stat().st_mtime))

    def __str__(self) -> str:
        return f"{self.steps} steps, {self.minutes:.1f} min, last on {self.when}"


def standing_of(run: Path) -> Standing | None:
    """Return how far the training in a run's folder is; None if it has no checkpoint. [control]

    RtAudioGenError, in one line, for a damaged checkpoint. Its tensors are not read.
    """
    path = run / CHECKPOINT
    if not os.path.lexists(path):
        return None
    try:
        facts = bounded_json.loads(read_contents(path).metadata[KEY], finite=False)
        return Standing(path, dict(facts["identity"]), int(facts["step"]), facts["seconds"] / 60)
    except (KeyError, TypeError, ValueError, RtAudioGenError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> RtAudioGenError:
    """Return the error for a checkpoint that cannot be read."""
    return RtAudioGenError(
        f"{path}: not a checkpoint that can be resumed; --fresh begins anew and keeps it"
    )


def refuse_another(found: Standing, ours: Mapping[str, Any]) -> str:
    """Compare a checkpoint with what is to be trained now; a sentence to be told, or empty.

    What an older checkpoint does not know is not compared, but for its sounds: they are then those
    of the folder that its journal names. UsageError, in one line that says what was found and what
    can be done, for another training.
    """
    differing = list(_differences(found, ours))
    if differing:
        raise UsageError(
            f"{found.path}: was begun with {' and '.join(differing)} ({found}); {TO_DO}"
        )
    before, now = _sounds(found.identity), _sounds(ours)
    if now is None:
        return ""
    if before is None:
        return f"begun before sounds were noted, in the same folder {now.folder}: goes on with them"
    if before.folder != now.folder:
        return f"the same {now.count} sounds lay in {before.folder} before: goes on with them"
    return ""


def _differences(found: Standing, ours: Mapping[str, Any]) -> Iterator[str]:
    moved = _sounds(found.identity), _sounds(ours)
    for name, value in ours.items():
        if name == SOUNDS:
            yield from _other_sounds(found, ours)
        elif name in found.identity:
            before = _renamed(found.identity[name], *moved)
            if before != value:
                yield f"{name} {before!r}, not {value!r}"


def _other_sounds(found: Standing, ours: Mapping[str, Any]) -> Iterator[str]:
    before, now = _sounds(found.identity), _sounds(ours)
    if now is None:
        return
    if before is not None:
        if before.digest != now.digest:
            yield f"{before}, not the {now}"
        return
    folders = _folders_in_journal(found.path.parent)
    if folders != {now.folder}:
        named = f"sounds of {' and '.join(sorted(folders))}" if folders else "sounds nobody noted"
        yield f"{named}, not the {now}"


def _renamed(value: Any, before: Sounds | None, now: Sounds | None) -> Any:
    """Labels, of which one may be the folder's own name, as they are now that it has another."""
    if not isinstance(value, list) or before is None or now is None:
        return value
    old, new = Path(before.folder).name, Path(now.folder).name
    return [new if label == old else label for label in value]


def _sounds(identity: Mapping[str, Any]) -> Sounds | None:
    return Sounds.from_json(identity.get(SOUNDS))


def _folders_in_journal(run: Path) -> set[str]:
    """The folders that others than this process have begun a training on."""
    folders = set()
    for place in (run, run.parent):  # a prior's lies in its codec's
        reader = JournalReader(place)
        while news := reader.news():
            begun = (event for event in news if event["event"] == "begun")
            folders |= {str(e.get("folder", "")) for e in begun if e.get("pid") != os.getpid()}
    return folders


def look(model: Path, ours: Mapping[str, Any]) -> str:
    """Compare what is at the place of a model with what is to be trained now. [control]

    A sentence to be told, or empty. UsageError or RtAudioGenError, in one line, if something else
    is there, which would be lost.
    """
    found = standing_of(run_folder(model))
    if found is not None:
        return refuse_another(found, ours)
    if os.path.lexists(model):
        raise UsageError(f"{model} is there already, {_told(model)}; {TO_DO}")
    return ""


def _told(model: Path) -> str:
    """What a model without its checkpoint says of itself."""
    from rtaudiogen.model_file import read_header

    try:
        header = read_header(model)
    except RtAudioGenError:
        return "and is no model that a training could go on with"
    facts = header.training
    told = [f"{facts[name]} {name}" for name in ("sounds", "hits", "steps") if name in facts]
    of = f" of '{facts['folder']}'" if facts.get("folder") else ""
    return f"a {header.family} model{of} ({', '.join(told)}) without the checkpoint of its training"
