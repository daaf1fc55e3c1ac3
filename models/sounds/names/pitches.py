"""Choice of the token that is a name's pitch, among names of one pattern."""

from collections.abc import Sequence
from typing import NamedTuple

from .patterns import Row, columns_of, counts_up, distinct
from .tokens import Token
from .words import COUNTED, LOOPS

LOWEST, HIGHEST = 12, 127  # of plain numbers that may be MIDI note numbers
LOWEST_KEY = 21  # of a piano: what a plain number of one name may be
FARTHEST = 24  # semitones by which numbers and note names of one file may differ
COMPANY = 3  # different values that confirm a doubtful note


class Pitch(NamedTuple):
    """A pitch read from a name."""

    value: int | None = None  # MIDI note number, of note names with C4 = 60
    spelled: bool = False
    shift: int | None = None  # semitones by which a number in the same name exceeds its note


def pitches_of(rows: Sequence[Row]) -> list[Pitch]:
    """Return the pitch of every name; the rows have one pattern."""
    if columns := columns_of(rows, "triple"):
        return [Pitch(token.value) for token in columns[-1]]
    notes = _note_column(columns_of(rows, "note"))
    numbers = _number_column(rows, bool(notes))
    if notes and numbers and (shift := _shift_between(notes, numbers)) is not None:
        return [Pitch(token.value, False, shift) for token in numbers]
    if notes and numbers and distinct(notes) == 1 < distinct(numbers):
        notes = []  # a constant next to a column that varies
    if notes:
        return [Pitch(token.value, True) for token in notes]
    if numbers and len(rows) == 1 and numbers[0].kind == "number" and not _stands_out(rows[0]):
        return [Pitch()]
    return [Pitch(token.value if token.sure else None) for token in numbers or _nothing(rows)]


def _nothing(rows: Sequence[Row]) -> list[Token]:
    return [Token("number", "", 0, 0, sure=False)] * len(rows)


def _note_column(columns: Sequence[list[Token]]) -> list[Token]:
    """Return the column of notes that is the pitch: the last, unless another varies instead."""
    sure = [column for column in columns if all(token.sure for token in column)]
    doubtful = [column for column in columns if distinct(column) >= COMPANY]
    if not sure:
        return doubtful[-1] if doubtful else []
    if distinct(sure[-1]) == 1 and doubtful:
        return doubtful[-1]
    return sure[-1]


def _number_column(rows: Sequence[Row], beside_notes: bool) -> list[Token]:
    """Return the column of MIDI numbers: named as such, else plain ones that look like them."""
    named = columns_of(rows, "midi")
    for column in named:
        if len(column) == 1 and column[0].text.startswith("[") and _is_a_loop(rows[0]):
            return []
        if len(column) == 1 or (distinct(column) > 1 and not _is_numbering(column)):
            return column
    alone = all(len(row) == 1 for row in rows)
    plain = [
        column for column in columns_of(rows, "number") if _is_midi(column, beside_notes, alone)
    ]
    if len(rows) > 1:
        return max(plain, key=distinct) if plain else named[-1] if _equal_names(named) else []
    return plain[0] if plain else []


def _equal_names(columns: Sequence[list[Token]]) -> bool:
    """Return True if one MIDI number stands in all names, said to be one."""
    return bool(columns) and distinct(columns[-1]) == 1


def _is_numbering(column: Sequence[Token]) -> bool:
    return counts_up(column) and len({token.text for token in column}) > 1


def _is_midi(column: Sequence[Token], beside_notes: bool, alone: bool) -> bool:
    if any(not token.sure for token in column):
        return False
    padded = all(len(token.text) == 3 for token in column)
    if len(column) == 1:
        return padded and column[0].value >= LOWEST if beside_notes else True
    values = [token.value for token in column]
    if distinct(column) == 1 or counts_up(column):
        return False
    if alone:
        return max(values) >= LOWEST_KEY
    return min(values) >= LOWEST or (max(values) >= 60 and (padded or len(set(values)) >= 24))


def _shift_between(notes: Sequence[Token], numbers: Sequence[Token]) -> int | None:
    """Return by how much the numbers exceed the notes; None if they are different notes."""
    shifts = {number.value - note.value for note, number in zip(notes, numbers, strict=True)}
    if len(shifts) > 1:
        return None
    shift = shifts.pop()
    return shift if shift % 12 == 0 and abs(shift) <= FARTHEST else None


def _is_a_loop(row: Row) -> bool:
    """Return True if the words of a name indicate a tempo or a key: its number is the tempo."""
    return LOOPS.search(" ".join(token.text for token in row if token.kind == "word")) is not None


def _stands_out(row: Row) -> bool:
    """Return True if the plain number of a lone name is likely to be its pitch."""
    if len(row) == 1:
        return True
    numbers = [token for token in row if token.kind == "number"]
    others = [token for token in row if token.kind == "word"]
    if any(token.text.lower() in COUNTED for token in others):
        return False
    if _is_a_loop(row):
        return False
    padded = [token for token in numbers if len(token.text) == 3]
    if len(numbers) > 1 and len(padded) != len(numbers):
        return False
    first, last = row[0], [token for token in row if token.kind not in ("velocity", "counter")][-1]
    at_an_end = numbers[0] in (first, last) or len(numbers) == 2
    return at_an_end and len(numbers[0].text) > 1 and LOWEST_KEY <= numbers[0].value <= HIGHEST
