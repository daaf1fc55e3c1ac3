"""Options that several commands share."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..generator import MOST_VOICES, Descriptor, Parameter
from ..processors import checked
from ..registry import near_misses, takes_voices
from ..saving.sessions import checked_master

MAX_RATE, MAX_BLOCK, MAX_DAYS = 384_000, 8192, 30

Models = Annotated[list[str], typer.Argument(metavar="MODEL…", help="Ids or model files.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="ID=VALUE", help="A parameter's value; may be repeated."),
]
Block = Annotated[int, typer.Option(min=0, max=MAX_BLOCK, metavar="N", help="Frames per block.")]
Rate = Annotated[int, typer.Option(metavar="HZ", help="Sample rate.")]
Sound = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Sound file, for the first MODEL that plays from one."),
]
Seed = Annotated[int, typer.Option(min=0, help="Random seed.")]


def check_master(gain_db: float | None) -> float | None:
    """Check `--master`. Callback of the option."""
    return None if gain_db is None else checked_master(gain_db)


DEVICE = typer.Option(
    "--device",
    metavar="NAME",
    callback=lambda name: name if name is None else checked(name),
    help="Processor of the networks: cpu, cuda, mps, or auto (the faster one, measured once). With"
    " one voice at 128 frames the CPU is faster on many machines.",
)
Device = Annotated[str, DEVICE]
LastDevice = Annotated[str | None, DEVICE]  # None: the same as last time

Master = Annotated[
    float | None,
    typer.Option(
        "--master",
        metavar="DB",
        callback=check_master,
        help="Master gain, -60 … 6; default: the session's.",
    ),
]


Overwrite = Annotated[bool, typer.Option("--overwrite", help="Overwrite an existing file.")]

Chain = Annotated[
    bool, typer.Option("--chain", help="Lead each MODEL to the next one, which is an effect.")
]

Voices = Annotated[
    int,
    typer.Option(
        min=0,
        max=MOST_VOICES,
        metavar="N",
        help="Notes at a time; default: the session's, or the model's own.",
    ),
]


Bits = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="16|24|32",
        help="Bits per value: 16 and 24 are dithered, 32 is float; default: WAV 32, FLAC 24.",
    ),
]


def check_voices(models: Collection[Descriptor], voices: int) -> None:
    """Check `--voices`: UsageError if none of the models has any."""
    if voices and not any(map(takes_voices, models)):
        names = ", ".join(model.id for model in models)
        raise UsageError(f"--voices {voices}: {names} plays without notes")


def check_takers(models: Collection[Descriptor], sound: Path | None) -> None:
    """Check `--sound`: UsageError if no model plays from a sound."""
    if sound is not None and not any(model.takes_sound for model in models):
        names = ", ".join(model.id for model in models)
        raise UsageError(f"--sound {sound}: {names} cannot play from a sound")


def check_seconds(seconds: float | None) -> float | None:
    """Check `--seconds`: more than 0, no more than a month. Callback of the option."""
    if seconds is not None and not 0 < seconds <= MAX_DAYS * 86400:
        raise UsageError(
            f"--seconds {seconds:g}: expected more than 0, and {MAX_DAYS} days at most"
        )
    return seconds


def check_rate(rate: int | None) -> int | None:
    """Check `--rate`. Callback of the option."""
    if rate is not None and not 4000 <= rate <= MAX_RATE:
        raise UsageError(f"--rate {rate}: expected 4000 … {MAX_RATE} Hz")
    return rate


def assign(models: Sequence[Descriptor], settings: Sequence[str]) -> list[dict[str, float]]:
    """Return the values that `--set` gives each model that has the parameter."""
    values: list[dict[str, float]] = [{} for _ in models]
    for setting in settings:
        id, equals, text = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: expected ID=VALUE")
        having = [index for index, model in enumerate(models) if id in _ids(model)]
        if not having:
            known = [known for model in models for known in _ids(model)]
            raise UsageError(f"--set {setting}: no parameter '{id}'{near_misses(id, set(known))}")
        for index in having:
            parameter = models[index].parameters[models[index].parameter_index(id)]
            values[index][id] = _value(parameter, text)
    return values


def _ids(model: Descriptor) -> list[str]:
    return [parameter.id for parameter in model.parameters]


def _value(parameter: Parameter, text: str) -> float:
    """Return a number in range from a text: a number, or the name of a position."""
    if text in parameter.labels:
        return parameter.minimum + parameter.labels.index(text)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not parameter.minimum <= value <= parameter.maximum:
        labels = f", or {', '.join(parameter.labels)}" if parameter.labels else ""
        unit = f" {parameter.unit}" if parameter.unit else ""
        raise UsageError(
            f"--set {parameter.id}={text}: expected {parameter.minimum:g} … "
            f"{parameter.maximum:g}{unit}{labels}"
        )
    return parameter.clamp(value)
