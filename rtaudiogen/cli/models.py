"""`rtaudiogen models`."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..engine.benchmark import known_speeds
from ..generator import Descriptor
from ..registry import listing
from ..views import to_json
from .output import Json, print_json, print_table, warn


def models(json: Json = False) -> None:
    """List the models that can be played, built-in and your own."""
    found, speeds = listing(), known_speeds()
    if json:
        print_json(
            {
                "models": [facts(m, speeds.get(m.id)) for m in found.models.values()],
                "problems": found.problems,
            }
        )
        return
    print_table(
        ("model", "family", "plays", "rate", "voices", "speed", "licence", "parameters"),
        [_row(model, speeds.get(model.id)) for model in found.models.values()],
    )
    warn(found.problems)


def facts(model: Descriptor, speed: float | None) -> dict[str, Any]:
    """A model as plain values; its speed once `bench` has measured it."""
    return {
        **asdict(model),
        "plays": sorted(model.plays),
        "views": [to_json(view) for view in model.offered_views()],
        "real_time_factor": speed,
    }


def _row(model: Descriptor, speed: float | None) -> tuple[str, ...]:
    return (
        model.id,
        model.family,
        ", ".join(sorted(model.plays)),
        f"{model.sample_rate} Hz" if model.sample_rate else "any",
        str(model.voices),
        f"{speed:.1f}×" if speed else "–",
        model.licence or "–",
        ", ".join(_parameters(model)),
    )


def _parameters(model: Descriptor) -> Iterator[str]:
    """Their ids; those of many like parts (pad1.pitch, pad2.pitch …) once."""
    parts: dict[str, list[str]] = {}  # by what follows the part's name
    for parameter in model.parameters:
        part, _, rest = parameter.id.rpartition(".")
        parts.setdefault(rest if part else "", []).append(part or rest)
    yield from parts.pop("", [])
    for id, having in parts.items():
        yield f"{having[0]}.{id}" if len(having) == 1 else f"{having[0]}…{having[-1]}.{id}"
