"""List of the sound files in and under a folder, without files of systems and other programs."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import soundfile

from rtaudiogen.sounds import shown

from .say import Say

SUFFIXES = ({f".{name.lower()}" for name in soundfile.available_formats()} - {".raw"}) | {
    ".aif", ".aifc", ".bwf", ".oga", ".opus", ".snd", ".sph", ".wave",
}  # fmt: skip
NOBODYS = {
    "$recycle.bin", "@eadir", "__macosx", "desktop.ini", "ehthumbs.db", "icon\r", "lost+found",
    "recycler", "system volume information", "thumbs.db",
}  # fmt: skip
TABLES = (".csv", ".tsv")  # are read, not skipped


def sound_files(folder: Path, say: Say) -> list[Path]:
    """Return all sound files in and under a folder, sorted; report skipped files in one line.

    Every folder is entered once, links to folders after the folders themselves, so that circular
    links end. Hidden and system files are not counted.
    """
    found: list[Path] = []
    passed: Counter[str] = Counter()
    for path in _files(folder, say):
        if path.suffix.lower() in SUFFIXES:
            found.append(path)
        elif path.suffix.lower() not in TABLES:
            passed[shown(path.suffix.lower()) or "without a suffix"] += 1
    if passed:
        counts = (f"{count} {suffix}" for suffix, count in sorted(passed.items()))
        say(f"skipped: {', '.join(counts)}")
    return sorted(found)


def _files(folder: Path, say: Say) -> Iterator[Path]:
    entered = {os.path.realpath(folder)}
    waiting, links = [folder], list[Path]()
    while waiting or links:
        if not waiting:
            links.sort(reverse=True)
            link = links.pop()
            if (real := os.path.realpath(link)) in entered:
                continue
            entered.add(real)
            waiting.append(link)
        for entry in _entries(waiting.pop(), say):
            if entry.name.startswith(".") or entry.name.lower() in NOBODYS:
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if (real := os.path.realpath(path)) not in entered:
                    entered.add(real)
                    waiting.append(path)
            elif entry.is_dir():
                links.append(path)
            elif entry.is_file():
                yield path


def _entries(folder: Path, say: Say) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        say(f"skipped: {shown(folder)} cannot be read ({error.strerror})")
        return []
