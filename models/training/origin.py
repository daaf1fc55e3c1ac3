"""Identity of a training, its sounds and options, by which its checkpoint is recognised.

A training is resumed only with its original sounds. They are identified by their names below the
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
from rtaudiogen.recording_pair import Pair
from rtaudiogen.saving import bounded_json
from rtaudiogen.saving.safetensors_header import read_contents
from rtaudiogen.training_journal import JournalReader, run_folder

from ..sounds.audio_folder import find_clips
from ..sounds.tables.reading import tables_of

CHECKPOINT, KEY = "checkpoint.safetensors", "rtaudiogen.checkpoint"  # its file and its facts' entry
SOUNDS, FAMILY = "sounds", "family"  # in an identity
TO_DO = (
    "give the same ones to continue, --fresh to start again (the earlier training is kept), "
    "or another --out"
)


@dataclass(frozen=True)
class Sounds:
    """Sounds of a training."""

    folder: str  # its path at that time
    count: int
    size_bytes: int
    digest: str  # of names and contents

    def __str__(self) -> str:
        return f"{self.count} sounds of {self.folder}"

    @classmethod
    def from_json(cls, facts: Any) -> "Sounds | None":
        """Restore the sounds from `asdict`'s result; return None for anything else."""
        try:
            sounds = cls(**facts)
        except TypeError:
            return None
        texts = isinstance(sounds.folder, str) and isinstance(sounds.digest, str)
        return sounds if texts and isinstance(sounds.count, int) else None


def sounds_in(source: Path | Pair) -> Sounds:
    """Return the sounds of a training on this folder or pair. [control], it reads all files.

    UsageError or RtAudioGenError, in one line, if there is nothing to train on.
    """
    if isinstance(source, Pair):
        return _listed(source.place, len(source), source._asdict())
    clips = {clip.path for clip in find_clips(source, say=lambda _: None)}
    tables = set(tables_of(source, sorted(clips)))
    named = {os.path.relpath(path, source): path for path in clips | tables}
    return _listed(source, len(clips), named)


def _listed(place: Path, count: int, files: Mapping[str, Path]) -> Sounds:
    digest, size = hashlib.blake2b(digest_size=16), 0
    for name, path in sorted(files.items()):
        facts = path.stat()
        size += facts.st_size
        content = _digest(path, facts.st_size, facts.st_mtime_ns)
        digest.update(f"{os.fsencode(name)!r} {content}\n".encode())
    return Sounds(str(place.resolve()), count, size, digest.hexdigest())


@lru_cache(1 << 16)
def _digest(path: Path, size_bytes: int, modified_ns: int) -> str:
    """Return the digest of a file's bytes, which are read once for every state of the file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return "unreadable"  # the training reports it


def identity(
    family: str, sounds: Path | Pair, options: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Return the identity of a training's checkpoint: the argument `identity` of `Trainer`.
    [control]

    `options` are those that must stay the same when the training is resumed, `more` values that
    were found in the sounds (labels).
    """
    return {FAMILY: family, SOUNDS: asdict(sounds_in(sounds)), **options, **more}


@dataclass(frozen=True)
class SavedProgress:
    """Progress of a training, from its checkpoint; 0 and empty: unknown."""

    path: Path
    identity: Mapping[str, Any]
    steps: int
    minutes: float

    @property
    def when(self) -> str:
        """The time of the last save."""
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.path.stat().st_mtime))

    def __str__(self) -> str:
        return f"{self.steps} steps, {self.minutes:.1f} min, last on {self.when}"


def saved_progress(run: Path) -> SavedProgress | None:
    """Return the progress of the training in a run's folder; None if it has no checkpoint.
    [control]

    RtAudioGenError, in one line, for a damaged checkpoint. Its tensors are not read.
    """
    path = run / CHECKPOINT
    if not os.path.lexists(path):
        return None
    try:
        facts = bounded_json.loads(read_contents(path).metadata[KEY], finite=False)
        return SavedProgress(
            path, dict(facts["identity"]), int(facts["step"]), facts["seconds"] / 60
        )
    except (KeyError, TypeError, ValueError, RtAudioGenError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> RtAudioGenError:
    """Return the error for a checkpoint that cannot be read."""
    return RtAudioGenError(
        f"{path}: not a checkpoint that can be resumed; --fresh starts again and keeps it"
    )


def refuse_another(found: SavedProgress, ours: Mapping[str, Any]) -> str:
    """Raise UsageError if a checkpoint belongs to another training; return a sentence to print, or
    "".

    Values that an older checkpoint lacks are not compared, except its sounds: they are taken from
    the folder that its journal names. The UsageError is one line with the difference and the
    remedies.
    """
    differing = list(_differences(found, ours))
    if differing:
        raise UsageError(
            f"{found.path}: was started with {' and '.join(differing)} ({found}); {TO_DO}"
        )
    before, now = _sounds(found.identity), _sounds(ours)
    if now is None:
        return ""
    if before is None:
        return f"started before sounds were recorded, in the same {now.folder}: continues with them"
    if before.folder != now.folder:
        return f"the same {now.count} sounds were in {before.folder} before: continues with them"
    return ""


def _differences(found: SavedProgress, ours: Mapping[str, Any]) -> Iterator[str]:
    moved = _sounds(found.identity), _sounds(ours)
    for name, value in ours.items():
        if name == SOUNDS:
            yield from _other_sounds(found, ours)
        elif name in found.identity:
            before = _renamed(found.identity[name], *moved)
            if before != value:
                yield f"{name} {before!r}, not {value!r}"


def _other_sounds(found: SavedProgress, ours: Mapping[str, Any]) -> Iterator[str]:
    before, now = _sounds(found.identity), _sounds(ours)
    if now is None:
        return
    if before is not None:
        if before.digest != now.digest:
            yield f"{before}, not the {now}"
        return
    folders = _folders_in_journal(found.path.parent)
    if folders != {now.folder}:
        named = f"sounds of {' and '.join(sorted(folders))}" if folders else "unknown sounds"
        yield f"{named}, not the {now}"


def _renamed(value: Any, before: Sounds | None, now: Sounds | None) -> Any:
    """Return labels with the old name of the folder, which may be one of them, replaced by its new
    name.
    """
    if not isinstance(value, list) or before is None or now is None:
        return value
    old, new = Path(before.folder).name, Path(now.folder).name
    return [new if label == old else label for label in value]


def _sounds(identity: Mapping[str, Any]) -> Sounds | None:
    return Sounds.from_json(identity.get(SOUNDS))


def _folders_in_journal(run: Path) -> set[str]:
    """Return the folders in which other processes have started this training."""
    folders = set()
    for place in (run, run.parent):  # a prior's lies in its codec's
        reader = JournalReader(place)
        while news := reader.news():
            begun = (event for event in news if event["event"] == "begun")
            folders |= {str(e.get("folder", "")) for e in begun if e.get("pid") != os.getpid()}
    return folders


def look(model: Path, ours: Mapping[str, Any]) -> str:
    """Compare the file at a model's path, if any, with the training that is to start. [control]

    Return a sentence to print, or "". UsageError or RtAudioGenError, in one line, if the training
    would overwrite something else.
    """
    found = saved_progress(run_folder(model))
    if found is not None:
        return refuse_another(found, ours)
    if os.path.lexists(model):
        raise UsageError(f"{model} already exists: {_told(model)}; {TO_DO}")
    return ""


def _told(model: Path) -> str:
    """Return a description of a model without a checkpoint, from its header."""
    from rtaudiogen.model_file import read_header

    try:
        header = read_header(model)
    except RtAudioGenError:
        return "not a model that a training can continue"
    facts = header.training
    told = [f"{facts[name]} {name}" for name in ("sounds", "hits", "steps") if name in facts]
    of = f" of '{facts['folder']}'" if facts.get("folder") else ""
    return f"a {header.family} model{of} ({', '.join(told)}) without the checkpoint of its training"
