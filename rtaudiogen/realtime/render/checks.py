"""Checks of names and values that users give. [control]"""

import math

from ...errors import UsageError
from ...generator import Descriptor, Parameter

RESERVED_CONTROLLERS = frozenset({6, 38, 64, 98, 99, 100, 101, *range(120, 128)})

RANGES: dict[str, tuple[float, float]] = {
    "gain_db": (-120.0, 24.0),
    "pan": (-1.0, 1.0),
    "mute": (0, 1),
    "solo": (0, 1),
    "stopped": (0, 1),
    "channel": (0, 16),
    "low_key": (0, 127),
    "high_key": (0, 127),
    "transpose": (-48, 48),
    "bend_range": (0.0, 48.0),
    "width": (0.0, 1.0),
    "key_pan": (0.0, 1.0),
    "send_db": (-120.0, 12.0),
    "hears_input": (0, 1),
    "bypass": (0, 1),
}
WHOLE = frozenset({"channel", "low_key", "high_key", "transpose"})
SWITCHES = frozenset({"mute", "solo", "stopped", "hears_input", "bypass"})


def checked_mix(field: str, value: float) -> float | int | bool:
    """Return a mixer or keyboard value in its field's type; UsageError if it is invalid."""
    if field not in RANGES:
        raise UsageError(f"no mix field '{field}'; there are: {', '.join(RANGES)}")
    low, high = RANGES[field]
    if not low <= value <= high:
        raise UsageError(f"{field} {value:g}: expected {low:g} … {high:g}")
    if field in WHOLE:
        return int(value)
    return bool(value) if field in SWITCHES else float(value)


def find_parameter(descriptor: Descriptor, id: str) -> Parameter:
    """Return a parameter by id; UsageError, with the known ones, if there is none."""
    for parameter in descriptor.parameters:
        if parameter.id == id:
            return parameter
    there = ", ".join(parameter.id for parameter in descriptor.parameters) or "none"
    raise UsageError(f"{descriptor.id} has no parameter '{id}'; there are: {there}")


def checked_value(descriptor: Descriptor, id: str, value: float) -> float:
    """Return a parameter's plain value, whole if stepped; UsageError if it is out of range."""
    parameter = find_parameter(descriptor, id)
    if not (math.isfinite(value) and parameter.minimum <= value <= parameter.maximum):
        raise UsageError(
            f"{id} {value:g}: expected {parameter.minimum:g} … {parameter.maximum:g}"
            f"{' ' if parameter.unit else ''}{parameter.unit}"
        )
    return parameter.clamp(value)
