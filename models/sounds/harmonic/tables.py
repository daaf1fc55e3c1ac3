"""Tables of recorded notes: what a bank of oscillators plays, note by note.

Every recorded pitch keeps its own table, for neighbours may come from other samples. What lies
between two velocities is interpolated in decibels.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..notes.envelope import VELOCITIES
from .grid import BANDS, NOISE_POINTS, POINTS
from .partials import MOST_PARTIALS

KEYS = 128
ALIVE_ZONES, ALIVE_LOW_HZ = 8, 62.5  # octaves of a partial's frequency, from this centre on
PREFIX = "harmonic."


class Tables(NamedTuple):
    """N notes of I instruments, R partials of all of them; a plain tuple for numba."""

    instrument: NDArray[np.int32]  # (N,)
    pitch: NDArray[np.float32]  # (N,) MIDI note number
    velocity: NDArray[np.float32]  # (N,) 0 … 1
    stretch: NDArray[np.float32]  # (N,) B
    first: NDArray[np.int32]  # (N + 1,) first partial of each note, and the end
    level: NDArray[np.uint8]  # (R, POINTS) peak amplitude, codes of `grid`
    tail: NDArray[np.float32]  # (R,) dB per second after the last point, ≤ 0
    release: NDArray[np.float32]  # (R,) dB per second after note-off, < 0
    noise: NDArray[np.uint8]  # (N, BANDS, NOISE_POINTS) RMS, were all bands as loud
    noise_tail: NDArray[np.float32]  # (N,)
    noise_release: NDArray[np.float32]  # (N,)
    dynamics: NDArray[np.float32]  # (I, 5) dB at VELOCITIES; beyond the recorded ones
    alive: NDArray[np.float32]  # (I, ALIVE_ZONES, 2) part of the power that wavers, how fast in Hz
    wander: NDArray[np.float32]  # (I,) cents by which the pitch wanders
    gain: NDArray[np.float32]  # (I,) dB that bring an instrument to its loudness
    layers: NDArray[np.int32]  # (I, KEYS, L) notes of a key by velocity, -1: no more

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Return the tensors by their names in a model file."""
        named = self._asdict()
        del named["layers"]
        return {f"{PREFIX}{name}": value for name, value in named.items()}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], instruments: int) -> "Tables":
        """Return a model file's tables. KeyError if it has none, ValueError if they are damaged."""
        kinds = cls.__annotations__
        own = {}
        for name in kinds:
            if name != "layers":
                kind = _KINDS.get(name, np.float32)
                own[name] = np.ascontiguousarray(tensors[f"{PREFIX}{name}"], kind)
        _check(own, instruments)
        layers = layers_of(own["instrument"], own["pitch"], own["velocity"], instruments)
        return cls(**own, layers=layers)


_KINDS: dict[str, Any] = {
    "instrument": np.int32, "first": np.int32, "level": np.uint8, "noise": np.uint8,
}  # fmt: skip


def layers_of(
    instrument: NDArray[np.int32], pitch: NDArray[np.float32], velocity: NDArray[np.float32],
    instruments: int,
) -> NDArray[np.int32]:  # fmt: skip
    """Return the notes (I, KEYS, L) that each key has: those of the nearest recorded pitch."""
    found: list[list[NDArray[np.int64]]] = []
    for index in range(instruments):
        own = np.flatnonzero(instrument == index)
        keys = np.rint(pitch[own])
        known = np.unique(keys)
        nearest = [known[np.argmin(np.abs(known - key))] for key in range(KEYS)]
        found.append([own[keys == key][np.argsort(velocity[own[keys == key]])] for key in nearest])
    most = max(len(notes) for keys in found for notes in keys)
    layers = np.full((instruments, KEYS, most), -1, np.int32)
    for row, own_keys in zip(layers, found, strict=True):
        for place, notes in zip(row, own_keys, strict=True):
            place[: len(notes)] = notes
    return layers


def _check(own: Mapping[str, NDArray[Any]], instruments: int) -> None:
    """Raise ValueError unless all shapes fit and no index lies outside."""
    notes, first = len(own["instrument"]), own["first"]
    if first.shape != (notes + 1,) or notes < 1 or first[0] != 0:
        raise ValueError("the tables of notes do not fit each other")
    sizes = np.diff(first)
    rows = int(first[-1])
    if (sizes < 1).any() or (sizes > MOST_PARTIALS).any():
        raise ValueError(f"a table has a note without partials, or more than {MOST_PARTIALS}")
    shapes = {
        "pitch": (notes,), "velocity": (notes,), "stretch": (notes,),
        "level": (rows, POINTS), "tail": (rows,), "release": (rows,),
        "noise": (notes, BANDS, NOISE_POINTS), "noise_tail": (notes,), "noise_release": (notes,),
        "dynamics": (instruments, len(VELOCITIES)), "alive": (instruments, ALIVE_ZONES, 2),
        "wander": (instruments,), "gain": (instruments,),
    }  # fmt: skip
    for name, shape in shapes.items():
        if own[name].shape != shape:
            raise ValueError(f"'{PREFIX}{name}' should be {shape}, not {own[name].shape}")
        if not np.isfinite(own[name]).all():
            raise ValueError(f"'{PREFIX}{name}' contains numbers that are not finite")
    if set(own["instrument"].tolist()) != set(range(instruments)):
        raise ValueError("an instrument has no note in the tables")
