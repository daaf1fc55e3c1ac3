"""Rows of a table whose cells are separated by commas, semicolons, tabs or bars."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .cells import is_empty, is_pitch
from .files import FilesOfFolder

SAMPLE = 200  # rows that are examined to find the column of file names
SAMPLE_CHARACTERS = 1 << 16  # of a table, examined to find its form
MOST_COLUMNS = 200
MOST_TITLE = 10  # rows above the columns' names
UNSEEN = "\ufeff\u200b\u2060"  # marks without width
_NAMES = {
    "file": "filename file_name filepath file_path path wav wav_file wavfile wav_path audio "
    "audio_file audiofile audio_path audio_filename sound sound_file soundfile sample sample_file "
    "fname slice_file_name datei dateiname fichier archivo",
    "pitch": "midi midi_note midinote midi_pitch midi_number midi_note_number note note_name "
    "note_number root root_note root_key rootkey key",
    "velocity": "vel midi_velocity dynamic dynamics",
    "hold_seconds": "hold hold_s",
    "licence": "license",
}
DOUBTFUL = frozenset(("note", "key", "root"))  # a remark, the key of a piece …
_RULE = re.compile(r":?-{2,}:?$")
_LIKE_A_FILE = re.compile(r"\.(?:wave?|flac|ogg|mp3|aiff?|opus)$", re.IGNORECASE)
MEANINGS = {alias: name for name, aliases in _NAMES.items() for alias in aliases.split()}


@dataclass(frozen=True)
class Row:
    """A row that is not blank: its line in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Rows:
    """A table; `file` is the column that names the files, "" if none does."""

    rows: Sequence[Row]
    file: str
    has_header: bool
    found: int  # rows whose file exists


def best_rows(texts: Sequence[str], files: FilesOfFolder) -> tuple[int, Rows]:
    """Return the index of a text, and its rows, in the form that finds most files. [control]"""
    forms = [
        (place, delimiter, quoted)
        for place, text in enumerate(texts)
        for delimiter in ",;\t|"
        for quoted in ((True, False) if '"' in text else (True,))
    ]

    def tried(form: tuple[int, str, bool], characters: int | None) -> Rows:
        place, delimiter, quoted = form
        return _rows(texts[place][:characters], delimiter, quoted, files)

    first = max(forms, key=lambda form: _worth(tried(form, SAMPLE_CHARACTERS)))
    same = [form for form in forms if form[:2] == first[:2]]
    whole = [tried(form, None) for form in sorted(same, key=lambda form: form != first)]
    return first[0], max(whole, key=_worth)


def _worth(rows: Rows) -> tuple[int, bool, int]:
    return rows.found, bool(rows.file) and rows.has_header, -len(rows.rows) if rows.found else 0


def _rows(text: str, delimiter: str, quoted: bool, files: FilesOfFolder) -> Rows:
    try:
        lines = [line for line in _lines(text, delimiter, quoted) if not _is_remark(line[1], files)]
    except csv.Error:
        lines = []
    lines = lines[_lines_of_title(lines, files) :]
    if not lines:
        return Rows([], "", False, 0)
    header = [_column_name(cell) for cell in lines[0][1]]
    place = _file_column(header, lines, files)
    if place is None:
        return Rows([], "", False, 0)
    first = _cell(lines[0][1], place)
    has_header = files.find(first) is None and not _LIKE_A_FILE.search(first)
    names = _named(header, place, lines[1:]) if has_header else _numbered(lines, place)
    rows = [
        Row(number, _by_name(names, cells)) for number, cells in lines[1 if has_header else 0 :]
    ]
    found = sum(files.find(row.cells["file"]) is not None for row in rows)
    return Rows(rows, "file", has_header, found)


def _is_remark(cells: Sequence[str], files: FilesOfFolder) -> bool:
    """Return True for a comment, or the rule below a header in Markdown."""
    if all(_RULE.match(cell) for cell in cells if cell):
        return True
    return cells[0].startswith("#") and files.find(cells[0]) is None


def _lines_of_title(lines: Sequence[tuple[int, list[str]]], files: FilesOfFolder) -> int:
    """Return the number of rows above the columns' names; 0 if there are no such names."""
    for count, (_, cells) in enumerate(lines[:MOST_TITLE]):
        if any(files.find(cell) is not None for cell in cells if cell):
            break
        if len(cells) > 1 and any(_is_file_column(_column_name(cell)) for cell in cells):
            return count
    return 0


def _is_file_column(name: str) -> bool:
    return MEANINGS.get(name, name) == "file"


def _lines(text: str, delimiter: str, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield line and cells of every row that is not blank."""
    text = re.sub(r"\Asep=.[ \t]*(?:\r\n?|\n)", "\n", text, flags=re.IGNORECASE)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting,
        skipinitialspace=delimiter != "\t",
    )  # fmt: skip
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [_bare(cell) for cell in cells[:MOST_COLUMNS]]


def _bare(cell: str) -> str:
    """Return a cell without whitespace and invisible marks at its ends."""
    return cell.strip().strip(UNSEEN).strip()


def _column_name(cell: str) -> str:
    name = _bare(unicodedata.normalize("NFKC", cell)).casefold()
    return re.sub(r"[^\w]+", "_", name).strip("_")


def _file_column(
    header: Sequence[str], lines: Sequence[tuple[int, list[str]]], files: FilesOfFolder
) -> int | None:
    """Return the column of file names: by its name, or else the one that finds most files."""
    named = [place for place, name in enumerate(header) if _is_file_column(name)]
    sample = [cells for _, cells in lines[:SAMPLE]]
    found = [
        sum(files.find(_cell(cells, place)) is not None for cells in sample)
        for place in range(len(header))
    ]
    if named:
        return max(named, key=lambda place: (found[place], header[place] == "file", -place))
    if not found or not max(found):
        return None
    return found.index(max(found))


def _named(
    header: Sequence[str], file_place: int, lines: Sequence[tuple[int, list[str]]]
) -> list[str]:
    """Return the columns' standard names, unless another column has that name itself."""
    names: list[str] = []
    for place, name in enumerate(header):
        meaning = MEANINGS.get(name, name)
        if place == file_place:
            names.append("file")
        elif name in DOUBTFUL and not _holds_pitches(lines, place):
            names.append(name)
        elif meaning == "file" or (meaning != name and meaning in header) or meaning in names:
            names.append(name if name != "file" else "")
        else:
            names.append(meaning)
    return names


def _holds_pitches(lines: Sequence[tuple[int, list[str]]], place: int) -> bool:
    values = [_cell(cells, place) for _, cells in lines]
    known = [value for value in values if not is_empty(value)]
    return 2 * sum(map(is_pitch, known)) > len(known)


def _numbered(lines: Sequence[tuple[int, list[str]]], file_place: int) -> list[str]:
    """Return names for the columns of a table without a header; none of them is a label."""
    width = max(len(cells) for _, cells in lines)
    return ["file" if place == file_place else f"column_{place + 1}" for place in range(width)]


def _by_name(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    row = {"file": ""}
    for name, cell in zip(names, cells, strict=False):
        if name and not row.get(name):
            row[name] = cell
    return row


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
