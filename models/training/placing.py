"""Paths for trained models: names that do not collide, and older models moved aside."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import SUFFIX
from rtaudiogen.recording_pair import Pair
from rtaudiogen.storage.file_names import safe_name
from rtaudiogen.training_journal import run_folder, set_aside

from .origin import FAMILY, SOUNDS, Sounds, look, saved_progress, sounds_in


def place(
    family: str,
    source: Path | Pair,
    models: Path,
    out: Path | None,
    options: Mapping[str, Any],
    fresh: bool,
    taken: Mapping[str, Path | None],
    suffix: str = SUFFIX,
) -> tuple[Path, list[str]]:
    """Return the path of the model of a folder or pair, and sentences about what was found there.
    [control]

    `models` is the folder to use without `out`; `taken` are the files of the listed models, by
    name; `options` those that must stay the same when the training is resumed. An existing training
    with the same sounds and options is resumed; with `fresh` it is moved aside. UsageError or
    RtAudioGenError, in one line, if something would be lost.
    """
    sounds = sounds_in(source)
    model = out or default_model(family, sounds, models, taken, suffix)
    if os.environ.get("RANK", "0") != "0":  # one of several processes: the first one looks
        return model, []
    if fresh:
        kept = set_aside(model)
        return model, [f"the earlier training and its model are kept in {kept}"] if kept else []
    ours = {FAMILY: family, SOUNDS: asdict(sounds), **options}
    told = look(model, ours)
    return model, [told] if told else []


def default_model(
    family: str,
    sounds: Sounds,
    models: Path,
    taken: Mapping[str, Path | None],
    suffix: str = SUFFIX,
) -> Path:
    """Return the path for a model without a given name, in `models`.

    It is named after the folder of its sounds, and after the folders around it if that name is
    taken. The training of the same folder, or of the same sounds, is found again.
    """
    candidates = [models / f"{name}{suffix}" for name in _names(family, sounds)]
    for model in candidates:
        if _began_with(model, sounds):
            return model
    for model in candidates:
        own = taken.get(model.stem, model) == model
        if own and not os.path.lexists(model) and not os.path.lexists(run_folder(model)):
            return model
    return candidates[0]


def _names(family: str, sounds: Sounds) -> Iterator[str]:
    parts = [part for part in Path(sounds.folder).parts if part.strip("/\\")]
    for count in range(1, len(parts) + 1):
        yield safe_name("-".join((family, *parts[-count:])))
    yield f"{family}-{sounds.digest[:8]}"


def _began_with(model: Path, sounds: Sounds) -> bool:
    """Return True if the training of this model started in the same folder, or with the same
    sounds.
    """
    try:
        found = saved_progress(run_folder(model))
    except RtAudioGenError:
        return False
    before = Sounds.from_json(found.identity.get(SOUNDS)) if found else None
    if before is None:
        return False
    return before.folder == sounds.folder or before.digest == sounds.digest
