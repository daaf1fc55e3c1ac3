"""Files that a table names, found on the disk whichever system wrote their names."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

LONGEST = 4096  # characters of a name


class FilesOfFolder:
    """The sounds of a folder, indexed by the names that a table may use for them."""

    def __init__(self, folder: Path, paths: Iterable[Path]) -> None:
        """Index `paths`, which lie in the folder. [control]"""
        self.folder = folder
        self.paths = list(paths)
        self._exact: dict[str, Path] = {}
        self._places: set[str] = {""}
        self._by_place: defaultdict[str, list[Path]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Path]] = defaultdict(list)
        self._cache: dict[str, Path | None] = {}
        for path in self.paths:
            inside = path.relative_to(folder)
            self._exact[inside.as_posix()] = path
            self._places.update(_key(parent.as_posix()) for parent in inside.parents)
            for key in {_key(inside.as_posix()), _key(inside.with_suffix("").as_posix())}:
                self._by_place[key].append(path)
            for key in {_key(path.name), _key(path.stem)}:
                self._by_name[key].append(path)

    def find(self, name: str) -> Path | None:
        """Return the one file that matches a name, or None. [control]

        Slashes of either kind, `./` before the name, composed and decomposed letters, capitals, a
        missing or different suffix, %20 for a blank, and a folder that exists only on another
        machine make no difference, as long as exactly one file fits.
        """
        if name not in self._cache:
            found = self._found(name[:LONGEST])
            if found is None and "%" in name:
                found = self._found(unquote(name[:LONGEST]))
            self._cache[name] = found
        return self._cache[name]

    def _found(self, name: str) -> Path | None:
        plain = _plain(name)
        if plain in self._exact:
            return self._exact[plain]
        inside = self._inside(plain)
        key = _key(inside)
        place, _, last = key.rpartition("/")
        stem = re.sub(r"\.[a-z0-9]{1,5}$", "", last)
        for among, wanted in (
            (self._by_place, key),
            (self._by_place, f"{place}/{stem}" if place else stem),
        ):
            if len(among.get(wanted, ())) == 1:
                return among[wanted][0]
        if (place and place in self._places) or not last:
            return None  # the file is missing in its folder
        for wanted in (last, stem):
            if len(self._by_name.get(wanted, ())) == 1:
                return self._by_name[wanted][0]
        return None

    def _inside(self, name: str) -> str:
        """Return an absolute path relative to the folder, if it is inside."""
        own = self.folder.absolute().as_posix()
        return name[len(own) + 1 :] if name.startswith(f"{own}/") else name


def _plain(name: str) -> str:
    name = name.strip().strip("\"'").strip().replace("\\", "/")
    name = re.sub(r"^file:/{2,3}", "/", name)
    return re.sub(r"/{2,}", "/", re.sub(r"^(?:\./+)+", "", name))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip(" .")
