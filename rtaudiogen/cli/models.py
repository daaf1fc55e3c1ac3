"""Command `rtaudiogen models`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from ..engine.benchmark import known_speeds
from ..engine.device_choice import remembered
from ..engine.render_times import RenderTime
from ..generator import Descriptor
from ..processors import AUTO, CPU
from ..registry import listing
from ..views import to_json
from .options import Device
from .output import Json, print_json, print_table, warn

HEADING = ("model", "family", "plays", "rate", "voices", "speed", "licence", "parameters")


def models(device: Device = CPU, json: Json = False) -> None:
    """List the models that can be played, built-in and your own.

    The speed is that of the device; with --device auto, of the device that each model plays on.
    """
    found = listing()
    known = [_known(model, device) for model in found.models.values()]
    if json:
        print_json({"models": [facts(*each) for each in known], "problems": found.problems})
        return
    heading = HEADING if device != AUTO else (*HEADING[:-1], "device", "p99", HEADING[-1])
    print_table(heading, [_row(*each) for each in known])
    if any(choice is not None and choice.device is None for _, _, choice in known):
        warn(["Not measured yet: 'play' or 'render' with --device auto does that, once."])
    warn(found.problems)


class Choice(NamedTuple):
    """The device that `auto` plays a model on: None if it has to measure first."""

    device: str | None
    times: Mapping[str, RenderTime]  # by device, as far as they are measured


def _known(model: Descriptor, device: str) -> tuple[Descriptor, float | None, Choice | None]:
    """Return a model, its speed if `bench` has measured it, and what `auto` has measured."""
    if device != AUTO:
        return model, known_speeds(device).get(model.id), None
    choice = Choice(*remembered(model))
    speed = known_speeds(choice.device).get(model.id) if choice.device else None
    return model, speed, choice


def facts(model: Descriptor, speed: float | None, choice: Choice | None = None) -> dict[str, Any]:
    """Return a model as plain values."""
    known = {
        **asdict(model),
        "plays": sorted(model.plays),
        "views": [to_json(view) for view in model.offered_views()],
        "real_time_factor": speed,
    }
    if choice is not None:
        known["device"] = choice.device
        known["render_times"] = {name: asdict(times) for name, times in choice.times.items()}
    return known


def _row(model: Descriptor, speed: float | None, choice: Choice | None) -> tuple[str, ...]:
    return (
        model.id,
        model.family,
        ", ".join(sorted(model.plays)),
        f"{model.sample_rate} Hz" if model.sample_rate else "any",
        str(model.voices),
        f"{speed:.1f}×" if speed else "–",
        model.licence or "–",
        *(() if choice is None else _cells(choice)),
        ", ".join(_parameters(model)),
    )


def _cells(choice: Choice) -> tuple[str, str]:
    """Return the device, and the measured p99 of all devices."""
    measured = [f"{name} {times.p99_ms:.3g} ms" for name, times in choice.times.items()]
    return choice.device or "–", ", ".join(measured) or "–"


def _parameters(model: Descriptor) -> Iterator[str]:
    """Yield the ids; those of many equal parts (pad1.pitch, pad2.pitch …) once."""
    parts: dict[str, list[str]] = {}  # by the rest of the id
    for parameter in model.parameters:
        part, _, rest = parameter.id.rpartition(".")
        parts.setdefault(rest if part else "", []).append(part or rest)
    yield from parts.pop("", [])
    for id, having in parts.items():
        yield f"{having[0]}.{id}" if len(having) == 1 else f"{having[0]}…{having[-1]}.{id}"
