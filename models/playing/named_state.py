"""A generator's state as named arrays, restored only if all of them fit."""

from rtaudiogen.generator import State

from ..compiled.state import saved as saved


def restore(live: State, state: State, model: str) -> None:
    """Copy into the live arrays; ValueError if names or shapes are not this model's. [render]"""
    if {n: a.shape for n, a in live.items()} != {n: a.shape for n, a in state.items()}:
        raise ValueError(f"not a state of '{model}'")
    for name, array in live.items():
        array[...] = state[name]
