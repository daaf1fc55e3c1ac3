"""The library: models, presets, sessions and recordings, as the user finds them. [any]

Every file is opened, so it may take a second. An unusable file is an item, too; its `problem` says
why in one line.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from .. import registry
from ..codes import code_file
from ..engine.benchmark import known_speeds
from ..errors import RtAudioGenError, UsageError
from ..generator import Descriptor
from ..saving import documents, presets, sessions
from ..storage import folders
from ..storage.files import open_regular
from .session_files import SUFFIX, recent_path

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
CODES = code_file.SUFFIX
DOCUMENTS = SUFFIX  # sessions and presets
PREVIEW = ".ogg"
FILE_LABEL = "file"  # the label of a choice that stands for the loaded sound


class Kind(StrEnum):
    """Kinds of items."""

    MODEL = "model"
    PRESET = "preset"
    SESSION = "session"
    RECORDING = "recording"  # any sound, including encoded ones


@dataclass(frozen=True)
class Item:
    """One item of the library. Fields that do not apply are empty or 0."""

    kind: Kind
    name: str
    path: Path | None = None  # None: it is part of a family's code
    own: bool = True  # the user's, not the installation's
    modified: float = 0.0  # seconds since the epoch
    size_bytes: int = 0
    problem: str = ""
    model: Descriptor | None = None
    real_time_factor: float = 0.0  # of a model, if it was measured on this machine
    uses: tuple[str, ...] = ()  # ids or files of the models that it was made with
    family: str = ""  # of a model or a preset
    seconds: float = 0.0  # of sound
    sample_rate: int = 0  # of sound, in Hz
    marks: int = 0  # places in a recording with a dropout or another fault
    reference: str = ""  # of a model: its name for the façade's verbs, an id or a file
    description: str = ""  # of a preset: a sentence
    tags: tuple[str, ...] = ()  # of a preset: words to find it by, the most important one first
    preview: Path | None = None  # of a preset: a short sound file
    instrument: str = ""  # of a preset: its model's name
    colour: str = ""  # of a preset: its model's, "#rrggbb"


def library() -> tuple[Item, ...]:
    """Return all items: models and presets by name, sessions and recordings newest first."""
    listing = registry.listing()
    found = [
        *_files(Kind.SESSION, [folders.sessions()], _session),
        *_files(Kind.RECORDING, [folders.recordings()], _recording),
    ]
    found.sort(key=lambda item: -item.modified)
    return (*_models(listing), *_presets(listing), *found)


def folders_to_watch() -> tuple[Path, ...]:
    """Return the folders of the library that exist."""
    own = (folders.models(), folders.sessions(), folders.recordings())
    return tuple(folder for folder in (*own, *_own_preset_folders()) if folder.is_dir())


def look(path: Path) -> Item:
    """Return the item of a file in any folder. RtAudioGenError, in one line, if it is unusable."""
    suffix = path.suffix.lower()
    if suffix in registry.suffixes():
        model = registry.describe(path)
        listed = registry.listing().models.get(model.id)
        is_listed = listed is not None and listed.path == path
        return _model(model, model.id if is_listed else str(path))
    if suffix in SOUNDS or suffix == CODES:
        return _recording(path)
    if suffix != DOCUMENTS:
        raise UsageError(
            f"{path}: cannot be used; expected a model ({' '.join(registry.suffixes())}), a "
            f"session or preset ({DOCUMENTS}) or a sound ({' '.join((*SOUNDS, CODES))})"
        )
    if documents.kind_of(path) == presets.KIND:
        return _preset(path, registry.listing().models)
    return _session(path)


def taker_of(models: Iterable[Descriptor], sample_rate: int) -> Descriptor | None:
    """Return the model that plays from a sound at the nearest rate; None if no model does."""
    takers = [model for model in models if model.takes_sound]
    return min(takers, key=lambda model: abs(model.sample_rate - sample_rate), default=None)


def values_to_play_sound(model: Descriptor) -> dict[str, float]:
    """Return the values that make a model play its sound file: the first choice with a `file`."""
    for parameter in model.parameters:
        if parameter.stepped and FILE_LABEL in parameter.labels:
            return {parameter.id: parameter.minimum + parameter.labels.index(FILE_LABEL)}
    return {}


def find_preset(name: str) -> Path:
    """Return the file of a preset by its name, the user's first. UsageError with near misses."""
    kept = [item for item in _presets(registry.listing()) if not item.problem]
    for item in sorted(kept, key=lambda item: not item.own):
        if item.path is not None and item.name.lower() == name.strip().lower():
            return item.path
    names = registry.near_misses(name, [item.name for item in kept])
    raise UsageError(f"no preset '{name}'{names}")


def presets_of(items: Sequence[Item], model: Descriptor) -> list[Item]:
    """Return the usable presets for a model: the user's of its family, and its factory presets."""
    kept = [item for item in items if item.kind == Kind.PRESET and not item.problem]
    return [item for item in kept if is_for(item, model)]


def is_for(preset: Item, model: Descriptor) -> bool:
    """Return True if a preset suits a model: a factory preset its own model, others a family."""
    return preset.family == model.family and (preset.own or model.id in preset.uses)


def _presets(listing: registry.Listing) -> list[Item]:
    """Return the families' presets and the user's, by name."""
    places = [*registry.preset_folders(), *_own_preset_folders()]
    found = _files(Kind.PRESET, places, lambda path: _preset(path, listing.models))
    return sorted(found, key=lambda item: item.name.lower())


def _models(listing: registry.Listing) -> Iterator[Item]:
    factors = known_speeds()
    known = {model.path for model in listing.models.values()}
    for model in listing.models.values():
        item = _model(model, model.id)
        yield replace(item, real_time_factor=factors.get(model.id, 0.0))
    for path in registry.model_files(folders.models()):
        if path not in known:
            problem = next((p for p in listing.problems if p.startswith(str(path))), "not readable")
            yield Item(Kind.MODEL, path.name, path, problem=problem, modified=_modified(path))


def _model(model: Descriptor, reference: str) -> Item:
    path = model.path
    return Item(
        Kind.MODEL, model.id, path,
        own=path is not None and path.parent == folders.models(),
        modified=_modified(path) if path else 0.0,
        size_bytes=_size(path) if path else 0,
        model=model,
        reference=reference,
        family=model.family,
    )  # fmt: skip


def _files(kind: Kind, places: Iterable[Path], read: Callable[[Path], Item]) -> Iterator[Item]:
    suffixes = (*SOUNDS, CODES) if kind == Kind.RECORDING else (DOCUMENTS,)
    for place in places:
        for path in _inside(place):
            if path.suffix.lower() in suffixes and path != recent_path():
                try:
                    yield read(path)
                except RtAudioGenError as error:
                    yield Item(kind, path.name, path, problem=str(error), modified=_modified(path))


def _inside(folder: Path) -> list[Path]:
    """Return the paths in a folder by name; empty if it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _own_preset_folders() -> list[Path]:
    return [path for path in _inside(folders.presets("")) if path.is_dir()]


def _preset(path: Path, models: Mapping[str, Descriptor]) -> Item:
    preset = presets.load_preset(path)
    kept_under = path.parent.name if path.parent.parent == folders.presets("") else ""
    preview, model = preview_path(path), models.get(preset.model)
    return Item(
        Kind.PRESET, preset.name or path.stem, path,
        own=path.parent not in registry.preset_folders(),
        modified=_modified(path),
        description=preset.description,
        tags=preset.tags,
        preview=preview if preview.is_file() else None,
        uses=(preset.model,) if preset.model else (),
        family=model.family if model else kept_under,
        instrument=model.name if model else preset.model,
        colour=model.colour if model else "",
    )  # fmt: skip


def preview_path(preset: Path) -> Path:
    """Return where the preview of a preset's file is looked for."""
    return preset.parent / "previews" / f"{preset.stem}{PREVIEW}"


def _session(path: Path) -> Item:
    session = sessions.load_session(path)
    models = dict.fromkeys(slot.model for slot in session.slots)  # each once, in their order
    return Item(Kind.SESSION, path.stem, path, modified=_modified(path), uses=tuple(models))


def _recording(path: Path) -> Item:
    try:
        with open_regular(path) as file:  # opening a pipe or a device could block for ever
            facts = os.fstat(file.fileno())
    except OSError as error:
        raise RtAudioGenError(f"{path}: cannot be read ({error.strerror})") from error
    return _heard(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(4096)
def _heard(path: Path, modified_ns: int, size_bytes: int) -> Item:
    """Return the item of a sound; each state of its file is read once."""
    item = Item(Kind.RECORDING, path.name, path, modified=modified_ns / 1e9, size_bytes=size_bytes)
    if path.suffix.lower() == CODES:
        header = code_file.read_header(path)
        return replace(
            item, seconds=header.seconds, sample_rate=header.sample_rate, uses=(header.model,)
        )
    from ..sound_files import sound_facts  # brings libsndfile along

    seconds, sample_rate = sound_facts(path)
    return replace(item, seconds=seconds, sample_rate=sample_rate, marks=_marks(path))


def _marks(recording: Path) -> int:
    from ..recorder.marks import sidecar_path

    try:
        return len(sidecar_path(recording).read_bytes().splitlines())
    except OSError:
        return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
