"""Values of a capture's JSON, checked as they are read; errors say where they stand. [any]"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .steps.program import Floats

MOST_NAMED = 40  # characters of a wrong value in a message


class Fields(NamedTuple):
    """An object of the file and its place in it."""

    values: Mapping[str, Any]
    place: str = ""

    def has(self, name: str) -> bool:
        """Return True if there is a value that is not null."""
        return self.values.get(name) is not None

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number in low … high."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(name, f"a whole number in {low} … {high}")
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number in low … high."""
        value = self._value(name, default)
        if not _is_number(value) or not low <= value <= high:
            raise self.wrong(name, f"a number in {low:g} … {high:g}")
        return float(value)

    def switch(self, name: str, default: bool | None = None) -> bool:
        """Return true or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self.wrong(name, "a text")
        return value

    def integers(self, name: str, low: int, high: int) -> list[int]:
        """Return a list of whole numbers in low … high, at least one."""
        values = self.items(name)
        return [
            Fields({str(i): value}, f"{self.place}{name} ").integer(str(i), low, high)
            for i, value in enumerate(values)
        ]

    def items(self, name: str) -> Sequence[Any]:
        """Return a list of at least one value."""
        value = self._value(name, None)
        if not isinstance(value, list) or not value:
            raise self.wrong(name, "a list")
        return value

    def inner(self, name: str) -> "Fields":
        """Return an object."""
        value = self._value(name, None)
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Fields(value, f"{self.place}{name}: ")

    def objects(self, name: str) -> list["Fields"]:
        """Return a list of at least one object."""
        found = []
        for number, value in enumerate(self.items(name), 1):
            if not isinstance(value, dict):
                raise ValueError(f"{self.place}{name} {number} is not an object")
            found.append(Fields(value, f"{self.place}{name} {number}: "))
        return found

    def wrong(self, name: str, expected: str) -> ValueError:
        """Return the error for a value that is missing or is not what was expected."""
        if name not in self.values:
            return ValueError(f"{self.place}'{name}' is missing; expected {expected}")
        shown = " ".join(repr(self.values[name]).split())[:MOST_NAMED]
        return ValueError(f"{self.place}'{name}' is {shown}; expected {expected}")

    def _value(self, name: str, default: Any) -> Any:
        return self.values[name] if self.has(name) else default


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(float(value) if abs(value) < 1e300 else math.inf)
    )


class Weights:
    """A capture's flat list of weights, taken from its beginning to its end."""

    def __init__(self, values: Floats) -> None:
        self._values, self._taken = values, 0

    def take(self, *shape: int) -> Floats:
        """Return the next weights in this shape. ValueError if there are too few."""
        count = math.prod(shape)
        end = self._taken + count
        if end > len(self._values):
            raise ValueError(
                f"{len(self._values)} weights, but its configuration needs {end} or more"
            )
        taken = self._values[self._taken : end].reshape(shape)
        self._taken = end
        return taken

    def grouped(self, outputs: int, inputs: int, taps: int, groups: int) -> Floats:
        """Return the next convolution's (outputs, inputs, taps); zeros between its groups."""
        if outputs % groups or inputs % groups:
            raise ValueError(f"{inputs} to {outputs} channels cannot be {groups} groups")
        if groups == 1:
            return self.take(outputs, inputs, taps)
        own = self.take(groups, outputs // groups, inputs // groups, taps)
        matrix = np.zeros((groups, outputs // groups, groups, inputs // groups, taps), np.float32)
        for group in range(groups):
            matrix[group, :, group] = own[group]
        return matrix.reshape(outputs, inputs, taps)

    def finish(self) -> None:
        """Raise ValueError if weights are left."""
        left = len(self._values) - self._taken
        if left:
            raise ValueError(
                f"{len(self._values)} weights, but its configuration needs {self._taken}"
            )


def weights_of(values: Any) -> Floats:
    """Return numbers as float32. ValueError for anything else, or if one is not finite."""
    if not isinstance(values, list | np.ndarray) or np.ndim(values) != 1:
        raise ValueError("'weights' is not a list of numbers")
    if isinstance(values, list) and not all(type(value) in (float, int) for value in values):
        raise ValueError("'weights' holds something that is not a number")
    with np.errstate(over="ignore"):
        numbers = np.array(values, np.float64).astype(np.float32)
    if not np.isfinite(numbers).all():
        first = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise ValueError(f"weight {first + 1} is not a finite float32")
    return numbers
