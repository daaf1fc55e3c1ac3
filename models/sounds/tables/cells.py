"""Values of a table's cells: pitches, velocities, seconds, empty cells."""

import math
import re
from collections.abc import Sequence

from ..names.spelling import Convention, normalised, pitch_of_note
from ..names.words import DYNAMICS

NOTHING = frozenset((
    "-", "--", "–", "—", "?", ".", "x", "n/a", "na", "n.a.", "#n/a", "nan", "none", "null", "nil",
    "unknown", "unpitched", "no", "false", "undefined",
))  # fmt: skip

_COMMA = re.compile(r"[+-]?\d*,\d+")


def is_empty(cell: str) -> bool:
    """Return True if a cell says that there is no value."""
    return not cell.strip() or cell.strip().casefold() in NOTHING


def number(cell: str) -> float:
    """Return the number in a cell, with a comma or a point; ValueError if it is none."""
    text = normalised(cell).strip().replace("−", "-")
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{shown(cell)} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{shown(cell)} is not a finite number")
    return value


def pitch(cell: str, convention: Convention) -> tuple[float, bool]:
    """Return the MIDI note number (C4 = 60) of a cell, and True if it is spelled as a note.

    ValueError if it is neither a number from 0 to 127 nor a note name.
    """
    spelled = pitch_of_note(cell, convention)
    value = float(spelled) if spelled is not None else _numbered_pitch(cell)
    low = -25 if spelled is not None else -1  # octaves may be counted from C-2
    if not low < value < 128:
        raise ValueError(f"pitch {shown(cell)} is not a MIDI note number from 0 to 127")
    return value, spelled is not None


def _numbered_pitch(cell: str) -> float:
    try:
        return number(cell)
    except ValueError:
        raise ValueError(f"pitch {shown(cell)} is neither a MIDI note number nor a note") from None


def is_pitch(cell: str) -> bool:
    """Return True if a cell can be read as a pitch."""
    try:
        pitch(cell, Convention())
    except ValueError:
        return False
    return True


def is_number(cell: str) -> bool:
    """Return True if a cell is a plain number."""
    return not math.isnan(_number_or_nan(cell))


def seconds(cell: str) -> float | None:
    """Return a time of 0 s or more; None for an empty cell; ValueError for anything else."""
    if is_empty(cell):
        return None
    value = number(re.sub(r"\s*s(?:ec)?$", "", cell.strip()))
    if value < 0:
        raise ValueError(f"{shown(cell)} is not a time in seconds")
    return value


def velocity_scale(cells: Sequence[str]) -> float:
    """Return the full scale of a column's velocities: 127, or 1 if none is above 1.

    ValueError if a column has both: parts of 1, and numbers above 1.
    """
    values = [_number_or_nan(cell) for cell in cells if not is_empty(cell)]
    known = [value for value in values if not math.isnan(value)]
    if known and max(known) <= 1:
        return 1.0
    parts = [value for value in known if 0 < value < 1]
    if parts:
        raise ValueError(f"velocities from 0 to 1 ({parts[0]:g}) and above 1 ({max(known):g}) mix")
    return 127.0


def velocity(cell: str, scale: float, steps: Sequence[int]) -> float:
    """Return the velocity of a cell, 0 … 1; `steps` are the column's dynamics, the softest first.

    ValueError if it is neither a number in the scale nor a dynamic.
    """
    mark = _mark(cell)
    if mark in DYNAMICS:
        return (steps.index(DYNAMICS[mark]) + 1) / len(steps)
    value = number(cell.strip()[:-1]) / 100 if mark.endswith("%") else number(cell) / scale
    if not 0 <= value <= 1:
        raise ValueError(f"velocity {shown(cell)} is not a number from 0 to {scale:g}")
    return value


def dynamics(cells: Sequence[str]) -> list[int]:
    """Return the steps of the dynamics in a column, the softest first."""
    marks = map(_mark, cells)
    return sorted({DYNAMICS[mark] for mark in marks if mark in DYNAMICS})


def _mark(cell: str) -> str:
    return cell.strip().casefold().replace(" ", "-")


def shown(cell: str) -> str:
    """Return a cell in a form that fits into a line."""
    text = repr(cell.strip())
    return text if len(text) <= 40 else text[:38] + "…'"


def _number_or_nan(cell: str) -> float:
    try:
        return number(cell)
    except ValueError:
        return math.nan
