"""Command `rtaudiogen evaluate`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeGuard

import typer

from ..errors import UsageError
from ..registry import family, find, load_extra
from .output import Json, print_json


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    folder: Annotated[Path, typer.Argument(help="The sounds it was trained on.")],
    json: Json = False,
) -> None:
    """Measure a model on held-out sounds: the numbers of its family, and its speed."""
    descriptor = find(model)
    measure = family(descriptor.family).evaluate
    if measure is None or descriptor.path is None:
        raise UsageError(f"the model '{descriptor.id}' cannot be evaluated: it was not trained")
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    facts = load_extra(measure, "evaluating")(descriptor.path, folder)
    if json:
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))


def _lines(facts: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Yield a line for each fact, indented for facts of facts; rows become a Markdown table."""
    for name, value in facts.items():
        title = f"{indent}{name.replace('_', ' ')}:"
        if isinstance(value, Mapping):
            yield title
            yield from _lines(value, indent + "  ")
        elif _is_table(value):
            yield from ("", title, "", *_table(value), "")
        else:
            yield f"{title} {_cell(value)}"


def _is_table(value: Any) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    """Return True if these are rows of the same columns."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(row, Mapping) and row.keys() == value[0].keys() for row in value)
    )


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield _line(rows[0])
    yield _line("---" for _ in rows[0])
    for row in rows:
        yield _line(map(_cell, row.values()))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)
