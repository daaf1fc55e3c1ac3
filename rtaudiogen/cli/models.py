"""`rtaudiogen models`."""

from dataclasses import asdict
from typing import Any

from ..generator import Descriptor
from ..registry import listing
from .output import Json, print_json, print_table, warn


def models(json: Json = False) -> None:
    """List the models that can be played, built-in and your own."""
    found = listing()
    if json:
        print_json(
            {"models": [facts(m) for m in found.models.values()], "problems": found.problems}
        )
        return
    print_table(
        ("model", "family", "plays", "rate", "voices", "licence", "parameters"),
        [_row(model) for model in found.models.values()],
    )
    warn(found.problems)


def facts(model: Descriptor) -> dict[str, Any]:
    """A model as plain values."""
    return {**asdict(model), "plays": sorted(model.plays)}


def _row(model: Descriptor) -> tuple[str, ...]:
    return (
        model.id,
        model.family,
        ", ".join(sorted(model.plays)),
        f"{model.sample_rate} Hz" if model.sample_rate else "any",
        str(model.voices),
        model.licence or "–",
        ", ".join(parameter.id for parameter in model.parameters),
    )
