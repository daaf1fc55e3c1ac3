"""A generator's state as named arrays: copied out, and copied back where it fits."""

from rtaudiogen.generator import State


def saved(live: State) -> State:
    """Copies. [render]"""
    return {name: array.copy() for name, array in live.items()}


def restore(live: State, state: State, model: str) -> None:
    """Into the live arrays; ValueError if names or shapes are not this model's. [render]"""
    if {n: a.shape for n, a in live.items()} != {n: a.shape for n, a in state.items()}:
        raise ValueError(f"not a state of '{model}'")
    for name, array in live.items():
        array[...] = state[name]
