"""Patterns of names: the kinds of their tokens in order, and columns of tokens."""

from collections.abc import Sequence
from typing import TypeAlias

from .tokens import Kind, Token

Pattern: TypeAlias = tuple[str, ...]
Row: TypeAlias = Sequence[Token]  # the tokens of one name


def pattern_of(tokens: Row) -> Pattern:
    """Return the kinds of tokens in order, neighbouring words as one, prefixes of numbers kept."""
    kinds: list[str] = []
    for place, token in enumerate(tokens):
        glued = "+" if place and tokens[place - 1].end == token.start else ""
        if token.kind in ("velocity", "layer", "midi"):
            kinds.append(f"{token.kind}{glued}{token.text.rstrip('0123456789]')}")
        elif token.kind != "word" or kinds[-1:] != ["word"]:
            kinds.append(token.kind)
    return tuple(kinds)


def columns_of(rows: Sequence[Row], *kinds: Kind) -> list[list[Token]]:
    """Return the columns of those kinds, each with one token a row, in the rows' order."""
    chosen = [[token for token in row if token.kind in kinds] for row in rows]
    return [list(column) for column in zip(*chosen, strict=True)]


def distinct(column: Sequence[Token]) -> int:
    """Return the number of different values in a column."""
    return len({token.value for token in column})


def varied_words(rows: Sequence[Row]) -> frozenset[str]:
    """Return the words that only some rows have, in lower case."""
    words = [frozenset(t.text.lower() for t in row if t.kind == "word") for row in rows]
    nothing: frozenset[str] = frozenset()
    return nothing.union(*words) - words[0].intersection(*words) if words else nothing


def counts_up(column: Sequence[Token]) -> bool:
    """Return True if a column is a numbering from 0 or 1 on, almost without gaps."""
    values = {token.value for token in column}
    few = len(values) < 100  # 0 … 127 are all MIDI note numbers
    return len(values) > 1 and min(values) <= 1 and few and 2 * len(values) > max(values)
