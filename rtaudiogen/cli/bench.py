"""`rtaudiogen bench`."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from ..benchmark import BenchRow, machine
from ..registry import families, load
from .output import Json, print_json

HEADING = ("what", "measured", "floor", "goal", "")


def bench(
    json: Json = False,
    models: Annotated[bool, typer.Option("--models", help="The models' speeds alone.")] = False,
) -> None:
    """Measure what this machine can do; the table is Markdown."""
    if json:
        print_json({"machine": machine(), "rows": [asdict(row) for row in _rows(models)]})
        return
    print(machine() + "\n")
    print(_line(HEADING))
    print(_line("---" for _ in HEADING))
    for row in _rows(models):
        print(_line(_cells(row)), flush=True)


def _rows(models: bool) -> Iterator[BenchRow]:
    from ..engine.benchmark import host_rows, model_rows

    if models:
        yield from model_rows()
        return
    for family in families()[0].values():
        if family.benchmark:
            yield from load(family.benchmark)()
    yield from model_rows()
    yield from host_rows()


def _cells(row: BenchRow) -> Iterator[str]:
    yield row.name
    yield f"{_figure(row.value)} {row.unit}"
    for bound in (row.floor, row.goal):
        yield "" if bound is None else f"{_figure(bound)} {row.unit}"
    yield row.detail


def _figure(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
