"""`rtaudiogen evaluate`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UsageError
from ..registry import family, find, load_extra
from .output import Json, print_json


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Id or model file.")],
    folder: Annotated[Path, typer.Argument(help="The sounds it was trained on.")],
    json: Json = False,
) -> None:
    """Measure a model: held-out bits per sample, pitch, level, holding, speed."""
    descriptor = find(model)
    measure = family(descriptor.family).evaluate
    if measure is None or descriptor.path is None:
        raise UsageError(f"the model '{descriptor.id}' has nothing to evaluate: it was not trained")
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    facts = load_extra(measure, "evaluating")(descriptor.path, folder)
    if json:
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))


def _lines(facts: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name.replace('_', ' ')}:"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{name.replace('_', ' ')}: {value}"
