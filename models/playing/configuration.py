"""A family's configuration from a model file's header, with the type and size of every value
checked.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

LARGEST = 1 << 20  # of any size that a network is described by
MOST_PARTS, LONGEST_TEXT = 4096, 200


def configured(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return a frozen dataclass `kind` with these values, lists turned into tuples. [any]

    Its fields are int, float, str, bool or tuples of one of them. TypeError for an unknown field,
    ValueError for a value of another type, for a size from below 0 or above LARGEST, and for
    whatever `kind` itself refuses.
    """
    hints = get_type_hints(kind)
    for name in values:
        if name not in hints:
            raise TypeError(f"unknown entry '{name[:50]}'")
    return kind(**{name: _checked(name, value, hints[name]) for name, value in values.items()})


def _checked(name: str, value: Any, hint: Any) -> Any:
    if get_origin(hint) is not tuple:
        return _single(name, value, hint)
    if not isinstance(value, list | tuple) or len(value) > MOST_PARTS:
        raise ValueError(f"'{name}' is not a list of up to {MOST_PARTS} values")
    return tuple(_single(name, part, get_args(hint)[0]) for part in value)


def _single(name: str, value: Any, kind: Any) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"'{name}' holds {str(value)[:50]!r}, expected {kind.__name__}")
    if kind is str and not (0 < len(value) <= LONGEST_TEXT and value.isprintable()):
        raise ValueError(f"'{name}' holds {value[:20]!r}, which is not a printable name")
    if kind in (int, float) and not 0 <= value <= LARGEST:  # not a number neither
        raise ValueError(f"'{name}' is {value:g}, expected 0 … {LARGEST}")
    return value


def check_rate(sample_rate: int) -> None:
    """Raise ValueError for a sample rate in Hz that no sound has."""
    if not 1000 <= sample_rate <= 384_000:
        raise ValueError(f"sample rate {sample_rate} Hz: expected 1000 … 384000")
