"""Command `rtaudiogen evaluate`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeGuard

import typer

from ..errors import UsageError
from ..recording_pair import sounds_of
from ..registry import family, find, load_extra
from .output import Json, print_json


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    sounds: Annotated[
        list[Path],
        typer.Argument(help="What it was trained on: a folder, or a dry and a wet file."),
    ],
    json: Json = False,
) -> None:
    """Measure a model on held-out sounds: the numbers of its family, and its speed."""
    descriptor = find(model)
    known = family(descriptor.family)
    measure = known.evaluate
    if measure is None or descriptor.path is None:
        raise UsageError(f"the model '{descriptor.id}' cannot be evaluated: it was not trained")
    source = sounds_of(sounds, known.learns_pairs)
    facts = load_extra(measure, "evaluating")(descriptor.path, source)
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
