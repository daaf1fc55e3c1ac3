"""State as named arrays: copied out, and copied back where it fits."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

State = Mapping[str, NDArray[Any]]


def saved(live: State) -> dict[str, NDArray[Any]]:
    """Return copies. [render]"""
    return {name: array.copy() for name, array in live.items()}


def restore(live: State, state: State, owner: str = "the state") -> None:
    """Copy a state into live arrays. [render]

    ValueError, with nothing copied, if an array is missing or has another shape.
    """
    check_fits({name: array.shape for name, array in live.items()}, state, owner)
    for name, array in live.items():
        array[...] = state[name]


def check_fits(shapes: Mapping[str, tuple[int, ...]], state: State, owner: str) -> None:
    """Raise ValueError if an array is missing or has another shape."""
    for name, shape in shapes.items():
        if name not in state or state[name].shape != shape:
            raise ValueError(f"{owner}'s {name!r} is another network's")
