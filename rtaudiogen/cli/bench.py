"""Command `rtaudiogen bench`."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from ..benchmark import BenchRow, machine
from ..errors import UsageError
from ..generator import Family
from ..processors import AUTO, CPU, NAMES, checked
from ..registry import families, load
from .output import Json, print_json

HEADING = ("what", "measured", "floor", "goal", "")


def bench(
    json: Json = False,
    models: Annotated[bool, typer.Option("--models", help="Measure only the models.")] = False,
    device: Annotated[
        str,
        typer.Option(
            "--device",
            metavar="NAME",
            callback=checked,
            help="Processor to measure: cpu, cuda or mps.",
        ),
    ] = CPU,
) -> None:
    """Measure what this machine can do; the table is Markdown."""
    if device == AUTO:
        raise UsageError(f"bench --device {AUTO}: name one processor: {', '.join(NAMES)}")
    if json:
        rows = [asdict(row) for row in _rows(models, device)]
        print_json({"machine": machine(), "device": device, "rows": rows})
        return
    print(machine() + "\n")
    print(_line(HEADING))
    print(_line("---" for _ in HEADING))
    for row in _rows(models, device):
        print(_line(_cells(row)), flush=True)


def _rows(models: bool, device: str) -> Iterator[BenchRow]:
    from ..engine.benchmark import host_rows, model_rows

    if not models:
        for family in families()[0].values():
            yield from _family_rows(family, device)
    yield from model_rows(device)
    if not models and device == CPU:
        yield from host_rows()


def _family_rows(family: Family, device: str) -> Iterable[BenchRow]:
    rows: Iterable[BenchRow] = ()
    if device == CPU and family.benchmark:
        rows = load(family.benchmark)()
    elif device != CPU and device in family.devices and family.device_benchmark:
        rows = load(family.device_benchmark)(device)
    return rows


def _cells(row: BenchRow) -> Iterator[str]:
    yield row.name
    yield "–" if row.value is None else f"{_figure(row.value)} {row.unit}"
    for bound in (row.floor, row.goal):
        yield "" if bound is None else f"{_figure(bound)} {row.unit}"
    yield row.detail


def _figure(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
