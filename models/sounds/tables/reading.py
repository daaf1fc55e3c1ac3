"""Table next to the sounds: the files to use, and their labels.

Spreadsheets of any system may have written it; errors are one line with the file's name and the
line number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError

from ..names.spelling import Convention, normalised
from ..names.tokens import convention_of
from ..say import Say, some
from . import cells
from .files import FilesOfFolder
from .rows import Row, Rows, best_rows
from .text import decodings, read_bytes

TABLES = ("metadata.csv", "metadata.tsv")
MOST_MISSING = 0.5  # of the files that a table names
OCTAVE = 12


@dataclass(frozen=True)
class Entry:
    """A file in a table; missing labels are None."""

    path: Path
    facts: dict[str, str]  # its whole row, columns in lower case
    pitch: float | None = None  # MIDI note number
    cents: float = 0.0  # by which the sound is above its pitch
    velocity: float | None = None  # 0 … 1
    hold_seconds: float | None = None
    spelled: bool = False  # the pitch is a note name


def tables_of(folder: Path, paths: Sequence[Path]) -> list[Path]:
    """Return the tables to use for the sounds `paths`: the topmost one in every branch."""
    found: list[Path] = []
    places = {folder} | {parent for path in paths for parent in path.parents if parent != folder}
    for place in sorted(places, key=lambda place: (len(place.parts), place)):
        if place != folder and not place.is_relative_to(folder):
            continue
        if any(place.is_relative_to(table.parent) for table in found):
            continue
        if (table := table_in(place)) is not None:
            found.append(table)
    return found


def tables_under(tables: Sequence[Path], paths: Sequence[Path]) -> list[Path]:
    """Return the ignored tables, which are below another one, sorted."""
    tops = {table.parent for table in tables}
    places = {place for path in paths for place in path.parents if tops & set(place.parents)}
    return [table for place in sorted(places) if (table := table_in(place)) is not None]


def table_in(folder: Path) -> Path | None:
    """Return the folder's own table, with its name in any capitals; None if there is none."""
    try:
        named = {path.name.casefold(): path for path in folder.iterdir() if path.is_file()}
    except OSError:
        return None
    return next((named[name] for name in TABLES if name in named), None)


def read_table(table: Path, paths: Sequence[Path], say: Say) -> list[Entry]:
    """Return the entries of a table, sorted by path. [control]

    `paths` are the sounds in and under its folder. If a file is named twice, its first row is used.
    RtAudioGenError, one line, if the table cannot be read or most files are missing.
    """
    files = FilesOfFolder(table.parent, paths)
    forms = list(decodings(read_bytes(table)))
    chosen, rows = best_rows([text for _, text in forms], files)
    if not rows.file:
        what = "has no column 'file'" if forms[0][1].strip() else "is empty"
        raise RtAudioGenError(f"{table}: {what}: its first line names the columns")
    if len(forms) > 1:
        say(f"{table.name} is not UTF-8: read as {forms[chosen][0]}")
    if not rows.has_header:
        say(f"{table.name} has no header: it only lists the files to use")
    known = _once(table, rows, files, say)
    _tell_left_out(table, paths, known, say)
    return sorted(_entries(table, known), key=lambda entry: entry.path)


def _once(table: Path, rows: Rows, files: FilesOfFolder, say: Say) -> dict[Path, Row]:
    """Return the row of every file that exists, and report the others."""
    known: dict[Path, Row] = {}
    missing: list[str] = []
    again: list[str] = []
    for row in rows.rows:
        name = row.cells["file"]
        path = files.find(name)
        if path is None:
            missing.append(name or f"(no name in line {row.line})")
        elif path in known:
            again.append(path.name)
        else:
            known[path] = row
    if not rows.rows:
        raise RtAudioGenError(f"{table}: names no files: it has only the columns' names")
    if len(missing) > MOST_MISSING * len(rows.rows):
        raise RtAudioGenError(
            f"{table}: {len(missing)} of {len(rows.rows)} files that it names are missing in "
            f"{table.parent}: {some(missing)}"
        )
    if missing:
        are = "file that is" if len(missing) == 1 else "files that are"
        say(f"{table.name} names {len(missing)} {are} not there: {some(missing)}")
    if again:
        files_again = "file" if len(again) == 1 else "files"
        say(
            f"{table.name} names {len(again)} {files_again} again, the first row counts: "
            f"{some(again)}"
        )
    return known


def _tell_left_out(table: Path, paths: Sequence[Path], known: dict[Path, Row], say: Say) -> None:
    left = [path.name for path in paths if path not in known]
    if left:
        say(
            f"{table.name} names {len(known)} of {len(paths)} files; left out are the other "
            f"{len(left)}: {some(left)}"
        )


def _entries(table: Path, known: dict[Path, Row]) -> list[Entry]:
    columns = _Columns([row.cells for row in known.values()])
    entries = []
    line = next(iter(known.values())).line
    try:
        columns.scale_velocities()
        for path, row in known.items():
            line = row.line
            entries.append(columns.entry(path, row.cells))
    except ValueError as error:
        raise RtAudioGenError(f"{table}, line {line}: {error}") from error
    return entries


class _Columns:
    """Properties of all rows of a table: its spelling of notes, and the scale of its velocities."""

    def __init__(self, rows: Sequence[dict[str, str]]) -> None:
        self.rows = rows
        pitches = self._cells("pitch")
        self.convention = _convention(pitches)
        self.scale, self.steps = 127.0, cells.dynamics(self._cells("velocity"))
        self.shift = self._shift()

    def scale_velocities(self) -> None:
        """Set the scale of velocities; ValueError if they have no common one."""
        self.scale = cells.velocity_scale(self._cells("velocity"))

    def entry(self, path: Path, row: dict[str, str]) -> Entry:
        """Return the entry of a row; ValueError if a cell cannot be read."""
        pitch, spelled = self._pitch(row.get("pitch", ""))
        cents, loud = row.get("f0_cents", ""), row.get("velocity", "")
        above = 0.0 if cells.is_empty(cents) else cells.number(cents)
        velocity = None if cells.is_empty(loud) else cells.velocity(loud, self.scale, self.steps)
        hold = cells.seconds(row.get("hold_seconds", ""))
        return Entry(path, row, pitch, above, velocity, hold, spelled)

    def _pitch(self, cell: str) -> tuple[float | None, bool]:
        if cells.is_empty(cell):
            return None, False
        pitch, spelled = cells.pitch(cell, self.convention)
        return (pitch + self.shift if spelled else pitch), spelled

    def _shift(self) -> int:
        """Return the shift in semitones, whole octaves, that notes below C-1 require."""
        spelled = [
            cells.pitch(cell, self.convention)[0]
            for cell in self._cells("pitch")
            if cells.is_pitch(cell) and not cells.is_number(cell)
        ]
        return -OCTAVE * int(min([0.0, *spelled]) // OCTAVE)

    def _cells(self, column: str) -> list[str]:
        return [row.get(column, "") for row in self.rows]


def _convention(pitches: Sequence[str]) -> Convention:
    return convention_of([normalised(cell) for cell in pitches])
