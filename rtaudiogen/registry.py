"""Registry of models: the families' own and the user's, found without importing torch.

Families register by entry points in the group `rtaudiogen.generators`. One that cannot be imported
is listed as a problem and does not affect the others.
"""

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from .errors import RtAudioGenError, UsageError
from .generator import MOST_VOICES, SUFFIX, Descriptor, Family, Generator, Plays
from .model_file import read_header
from .storage import folders
from .storage.files import expanded

GROUP = "rtaudiogen.generators"
OWN = "rtaudiogen.models."  # third-party packages cannot replace a built-in family


@dataclass(frozen=True)
class Listing:
    """All models by id, and a sentence for every model or family that cannot be used."""

    models: dict[str, Descriptor]
    problems: tuple[str, ...]


@cache
def families() -> tuple[dict[str, Family], tuple[str, ...]]:
    """Return the families that can be imported, by name, and a sentence for each other one."""
    found: dict[str, Family] = {}
    problems = []
    points = entry_points(group=GROUP)
    for point in sorted(points, key=lambda p: (not p.value.startswith(OWN), p.name)):
        try:
            family = point.load()
            if not isinstance(family, Family):
                raise TypeError(f"{point.value} is not an rtaudiogen.generator.Family")
            if family.name in found:
                raise ValueError(f"a family named '{family.name}' exists already")
            found[family.name] = family
        except Exception as error:  # a third-party module may raise anything
            problems.append(f"family '{point.name}': {type(error).__name__}: {one_line(error)}")
    return found, tuple(problems)


def family(name: str) -> Family:
    """Return a family by name; UsageError with near misses, or why its import failed."""
    found, problems = families()
    if name in found:
        return found[name]
    failed = [problem for problem in problems if problem.startswith(f"family '{name}'")]
    raise UsageError(failed[0] if failed else f"no family '{name}'{near_misses(name, found)}")


def listing() -> Listing:
    """Return every model that can be played, built-in ones first."""
    found, problems = families()
    models: dict[str, Descriptor] = {}
    problems_found = list(problems)

    def add(descriptors: Iterable[Descriptor]) -> None:
        for descriptor in descriptors:
            if descriptor.id in models:
                where = descriptor.path or f"family '{descriptor.family}'"
                problems_found.append(f"{where}: a model named '{descriptor.id}' exists already")
            else:
                models[descriptor.id] = descriptor

    for known in found.values():
        try:
            add(known.builtin())
        except Exception as error:  # third-party code, or a damaged file of the installation
            problems_found.append(f"family '{known.name}': {one_line(error)}")
    for path in model_files(folders.models()):
        try:
            add([describe(path)])
        except RtAudioGenError as error:
            problems_found.append(str(error))
    return Listing(models, tuple(problems_found))


def preset_folders() -> list[Path]:
    """Return the folders of the families' factory presets. [any]

    Each has a file NAME.json a preset, and may have its preview, previews/NAME.ogg.
    """
    folders = (known.presets for known in families()[0].values())
    return [folder for folder in folders if folder is not None and folder.is_dir()]


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of the files that families play, in lower case. [any]"""
    owned = (suffix for known in families()[0].values() for suffix in known.suffixes)
    return tuple(dict.fromkeys((SUFFIX, *owned)))


def model_files(folder: Path) -> list[Path]:
    """Return the files in a folder that are models by their suffix, by name. [any]"""
    known = suffixes()
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in known)


def describe(path: Path) -> Descriptor:
    """Return a model from its file. [any]

    A file of rtaudiogen's own format names its family in its header; any other belongs to the
    family that has its suffix. RtAudioGenError, in one line, if it is not a model of an installed
    family.
    """
    known = _family_of(path)
    try:
        return replace(known.describe(path), path=path)
    except RtAudioGenError:
        raise
    except Exception as error:  # third-party code with any user's file
        raise RtAudioGenError(
            f"{path}: its description does not fit the family '{known.name}' ({one_line(error)})"
        ) from error


def _family_of(path: Path) -> Family:
    known, _ = families()
    suffix = path.suffix.lower()
    if suffix != SUFFIX:
        for one in known.values():
            if suffix in one.suffixes:
                return one
    header = read_header(path)
    if header.family not in known:
        raise RtAudioGenError(f"{path}: needs the family '{header.family}', which is not installed")
    return known[header.family]


def find(name_or_path: str | Path) -> Descriptor:
    """Return a model by its id or the path of its file. UsageError with near misses."""
    path = expanded(Path(name_or_path))
    if path.suffix.lower() in suffixes() or os.path.isfile(path):
        return describe(path)
    known = listing()
    if str(name_or_path) in known.models:
        return known.models[str(name_or_path)]
    raise UsageError(f"no model '{name_or_path}'{near_misses(str(name_or_path), known.models)}")


def with_voices(descriptor: Descriptor, voices: int) -> Descriptor:
    """Return a model with so many voices; 0, or a model without notes: its own. UsageError."""
    if not 0 <= voices <= MOST_VOICES:
        raise UsageError(f"{voices} voices: expected 1 … {MOST_VOICES}, or 0 for the model's own")
    wanted = voices and takes_voices(descriptor)
    return replace(descriptor, voices=voices) if wanted else descriptor


def takes_voices(descriptor: Descriptor) -> bool:
    """Return True for a model that notes play, several at a time."""
    return bool(descriptor.plays & {Plays.NOTES, Plays.HITS})


def create(descriptor: Descriptor, host_rate: int) -> Generator:
    """Create a model's generator at its own rate, or at `host_rate` Hz if it takes any. [control]

    RtAudioGenError, naming the file, if its weights do not fit.
    """
    make = load(family(descriptor.family).create)
    try:
        generator: Generator = make(descriptor, descriptor.sample_rate or host_rate)
    except RtAudioGenError as error:
        if descriptor.path is None or str(descriptor.path) in str(error):
            raise
        raise type(error)(f"{descriptor.path}: {error}") from error
    return generator


def load(reference: str) -> Any:
    """Import and return the object that "module:name" names."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def load_extra(reference: str, purpose: str) -> Any:
    """Load what needs the extra packages of training. RtAudioGenError without them."""
    try:
        return load(reference)
    except ModuleNotFoundError as error:
        raise RtAudioGenError(
            f"{purpose} needs the package '{error.name}': pip install 'rtaudiogen[train]'"
        ) from error


def near_misses(name: str, known: Iterable[str]) -> str:
    """Return '; did you mean …?' or '; there are …' for the end of an error line."""
    names = sorted(known)
    close = difflib.get_close_matches(name.lower(), names, n=2, cutoff=0.5)
    close += [other for other in names if name and name.lower() in other and other not in close]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are: {', '.join(names)}" if names else "; there are none"


def one_line(error: BaseException) -> str:
    """Return an error's text in one line, without control characters."""
    text = " ".join(str(error).split())
    return "".join(c for c in text if c.isprintable()) or type(error).__name__
