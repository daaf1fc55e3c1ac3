"""Nested state as one flat mapping of arrays: "slot/generator/phase"."""

from ..generator import State


def join(**parts: State) -> State:
    """Return one mapping of several, each under its name."""
    return {f"{name}/{key}": array for name, part in parts.items() for key, array in part.items()}


def part(state: State, name: str) -> State:
    """Return the mapping that `join` put under a name."""
    prefix = f"{name}/"
    return {k.removeprefix(prefix): array for k, array in state.items() if k.startswith(prefix)}
