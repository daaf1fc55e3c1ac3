"""Fields of a JSON object: each is checked when it is read, and named if it is wrong."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from .documents import number, text, truth, whole
from .json_text import described, place_of, printable

T = TypeVar("T")
REQUIRED: Any = object()


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """Put a place before the message of a ValueError that is raised within. [any]"""
    try:
        yield
    except ValueError as error:
        place = place_of(path)
        raise ValueError(f"{place}: {error}" if place else str(error)) from None


class Fields:
    """An object's values, taken one by one; unknown ones are left over.

    Every reader raises ValueError with the field's name and what is expected there. A default is
    for a missing field, and is not checked. [any]
    """

    def __init__(self, values: Any, expected: str = "an object, {…}") -> None:
        if not isinstance(values, Mapping):
            raise ValueError(f"{described(values)}; expected {expected}")
        self._left = dict(values)

    def get(
        self, name: str, read: Callable[[Any], T], default: T = REQUIRED, named: bool = True
    ) -> T:
        """Return the result of `read` for a field, or the default.

        Without `named`, errors of `read` do not begin with this field's name.
        """
        if name not in self._left:
            if default is REQUIRED:
                raise ValueError(f"'{name}' is missing")
            return default
        value = self._left.pop(name)
        with at(*([name] if named else [])):
            return read(value)

    def number(self, name: str, low: float, high: float, default: float = REQUIRED) -> float:
        """Return a finite number in a range."""
        return self.get(name, lambda value: number(value, low, high), default)

    def whole(self, name: str, low: int, high: int, default: int = REQUIRED) -> int:
        """Return a whole number in a range."""
        return self.get(name, lambda value: whole(value, low, high), default)

    def text(self, name: str, default: str = REQUIRED) -> str:
        """Return a text."""
        return self.get(name, text, default)

    def truth(self, name: str, default: bool = REQUIRED) -> bool:
        """Return true or false."""
        return self.get(name, truth, default)

    def rest(self) -> dict[str, Any]:
        """Return the fields that were not taken, to be kept as they are."""
        return dict(self._left)


def entries(values: Any, expected: str) -> Iterable[tuple[str, Any]]:
    """Return the names and values of an object; ValueError for anything else. [any]"""
    if not isinstance(values, Mapping):
        raise ValueError(f"{described(values)}; expected {expected}")
    return values.items()


def items(values: Any, expected: str) -> Iterable[tuple[int, Any]]:
    """Return the positions, from 0, and values of a list; ValueError for anything else. [any]"""
    if not isinstance(values, list | tuple):
        raise ValueError(f"{described(values)}; expected {expected}")
    return enumerate(values)


def key_number(name: str, high: int) -> int:
    """Return the whole number 0 … `high` that an object's name stands for. [any]"""
    if name.isascii() and name.isdecimal() and len(name) <= len(str(high)) and int(name) <= high:
        return int(name)
    raise ValueError(f"expected a number of 0 … {high} in quotes as the name")


def unknown(place: str, others: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each field that is kept without effect. [any]"""
    names = list(known)
    for name in others:
        close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
        close += [other for other in names if other.startswith(f"{name.lower()}_")][:1]
        hint = f"; did you mean '{close[0]}'?" if close else ""
        where = f"{place}: " if place else ""
        yield f"{where}'{printable(name)}' is unknown and has no effect; it is kept{hint}"
