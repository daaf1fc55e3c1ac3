"""Velocity of a name, among names of one pattern: numbers, layers and dynamics."""

import itertools
import re
from collections.abc import Sequence

from .patterns import Row, columns_of, counts_up, distinct
from .tokens import Token

LOUDEST = 127
MOST_LAYERS = 32  # higher numbers are velocities, not layers
MOST_GIVEN_LAYERS = 16  # the same, if most of the layers are missing
LAYERS_OF_A_PIANO = 16  # A0v1 … C8v16: the names of a recorded grand piano, used by many libraries
_GLUED = re.compile(r"v\d{1,2}$", re.IGNORECASE)


def velocities_of(rows: Sequence[Row]) -> list[int | None]:
    """Return the MIDI velocity, 1 … 127, of every name; the rows have one pattern."""
    if columns := columns_of(rows, "triple"):
        return [token.second for token in columns[-1]]
    for column in _by_variety(columns_of(rows, "velocity")):
        return _of_numbers(rows, column)
    for column in _by_variety(columns_of(rows, "layer")):
        return _of_layers(column)
    for column in _by_variety(columns_of(rows, "dynamic")):
        return _of_dynamics(rows, column)
    return _of_plain_numbers(rows)


def _by_variety(columns: Sequence[list[Token]]) -> list[list[Token]]:
    return sorted(columns, key=distinct, reverse=True)


def _of_numbers(rows: Sequence[Row], column: Sequence[Token]) -> list[int | None]:
    highest = max(token.value for token in column)
    layered = distinct(column) > 1 and 2 * distinct(column) > highest
    if highest > (MOST_LAYERS if layered else MOST_GIVEN_LAYERS):
        return [token.value if 1 <= token.value <= LOUDEST else None for token in column]
    if distinct(column) > 1:
        return _of_layers(column)
    if highest and all(_is_glued(row) for row in rows) and highest <= LAYERS_OF_A_PIANO:
        return [_scaled(highest, LAYERS_OF_A_PIANO)] * len(column)
    return [None] * len(column)


def _is_glued(row: Row) -> bool:
    """Return True if the velocity follows the note without a gap, as in A0v12."""
    return any(
        one.kind == "note" and one.end == other.start and _GLUED.match(other.text)
        for one, other in itertools.pairwise(row)
    )


def _of_layers(column: Sequence[Token]) -> list[int | None]:
    if distinct(column) == 1:
        return [None] * len(column)
    values = [token.value for token in column]
    first = min(min(values), 1)
    return [_scaled(value - first + 1, max(values) - first + 1) for value in values]


def _of_dynamics(rows: Sequence[Row], column: Sequence[Token]) -> list[int | None]:
    """Return steps among the dynamics of every instrument, the first word of its names."""
    instruments = [row[0].text.lower() if row[0].kind == "word" else "" for row in rows]
    velocities: list[int | None] = [None] * len(rows)
    for instrument in set(instruments):
        members = [index for index, name in enumerate(instruments) if name == instrument]
        steps = _of_steps([column[index] for index in members])
        for index, velocity in zip(members, steps, strict=True):
            velocities[index] = velocity
    return velocities


def _of_steps(column: Sequence[Token]) -> list[int | None]:
    steps = sorted({token.value for token in column})
    if len(steps) == 1:
        return [None] * len(column)
    return [_scaled(steps.index(token.value) + 1, len(steps)) for token in column]


def _of_plain_numbers(rows: Sequence[Row]) -> list[int | None]:
    """Read `60_127` and `C4_64`: a plain number after the pitch, with a few repeated values."""
    nothing: list[int | None] = [None] * len(rows)
    columns = columns_of(rows, "number", "midi", "note")
    if len(columns) < 2 or any(token.kind != "number" for token in columns[-1]):
        return nothing
    values = [token.value for token in columns[-1]]
    if min(values) < 1 or not all(token.sure for token in columns[-1]):
        return nothing
    if len(rows) == 1:
        padded = [len(column[0].text) == 3 and column[0].kind == "number" for column in columns]
        pair = len(columns) == 2 and all(padded) and columns[0][0].sure
        loudest = values[0] == LOUDEST and columns[-2][0].kind == "note"  # C4_127
        return list(values) if pair or loudest else nothing
    repeated = len(set(values)) <= 16 and 2 * len(set(values)) <= len(values)
    looks_so = max(values) >= 64 and not counts_up(columns[-1])
    return list(values) if repeated and looks_so else nothing


def _scaled(layer: int, layers: int) -> int:
    """Return the velocity of a layer, counted from 1, of so many."""
    return max(1, round(LOUDEST * layer / layers))
