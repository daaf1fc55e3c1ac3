"""Two recordings from which an effect is learnt: what went into it, and what came out. [any]"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import UsageError

DRY, WET = "dry", "wet"
SOUNDS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3", ".w64", ".rf64", ".caf")
EXPECTED = f"expected two sound files, {DRY} and {WET}, or a folder with one of each in its name"


class Pair(NamedTuple):
    """Paths of a dry recording and of what an effect made of it."""

    dry: Path
    wet: Path

    @property
    def place(self) -> Path:
        """Return the path that names the pair: the wet file's, or its folder's if it is 'wet'."""
        wet = self.wet.resolve()
        return wet.parent if wet.stem.lower() == WET else wet.with_suffix("")


def sounds_of(paths: Sequence[Path], pairs: bool) -> Path | Pair:
    """Return what a training learns from: a folder, or with `pairs` two recordings. UsageError."""
    if pairs:
        return pair_of(paths)
    if len(paths) != 1:
        raise UsageError(f"{' '.join(map(str, paths))}: expected one folder of sounds")
    if not paths[0].is_dir():
        raise UsageError(f"{paths[0]}: no such folder")
    return paths[0]


def pair_of(paths: Sequence[Path]) -> Pair:
    """Return the pair that two files are, dry first, or that a folder holds. UsageError."""
    if len(paths) == 1 and paths[0].is_dir():
        return Pair(_only(paths[0], DRY), _only(paths[0], WET))
    if len(paths) != 2:
        raise UsageError(f"{' '.join(map(str, paths)) or 'no files'}: {EXPECTED}")
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path}: no such file; {EXPECTED}")
    if paths[0].resolve() == paths[1].resolve():
        raise UsageError(f"{paths[0]}: dry and wet are the same file; {EXPECTED}")
    return Pair(*paths)


def _only(folder: Path, role: str) -> Path:
    """Return the only sound file in a folder whose name contains a word."""
    found = [
        path for path in sorted(folder.iterdir())
        if role in path.stem.lower() and path.suffix.lower() in SOUNDS and path.is_file()
        and not path.name.startswith(".")
    ]  # fmt: skip
    if len(found) != 1:
        raise UsageError(f"{folder}: {len(found)} sounds with '{role}' in their names; {EXPECTED}")
    return found[0]
