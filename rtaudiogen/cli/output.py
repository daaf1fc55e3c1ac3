"""Printing of facts: columns for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from ..storage.file_names import is_printable

Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


def print_json(facts: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output."""
    json.dump(facts, sys.stdout, indent=2, ensure_ascii=False, default=str)
    print()


def print_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns as wide as their widest cell; the last column has any length."""
    lines = [tuple(map(plain, line)) for line in (heading, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def warn(sentences: Iterable[str]) -> None:
    """Print notices on standard error."""
    for sentence in sentences:
        print("rtaudiogen:", plain(sentence), file=sys.stderr)


def plain(text: str) -> str:
    """Return a text in one line, without control characters that a terminal would interpret."""
    return "".join(c for c in " ".join(text.split()) if is_printable(c) or _is_half(c))


def _is_half(character: str) -> bool:
    """Return True for a surrogate that stands for a byte of a file name."""
    return "\udc80" <= character <= "\udcff"
