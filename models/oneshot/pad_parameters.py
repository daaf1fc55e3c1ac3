"""Parameters as they are read when a pad is struck, limited to their ranges."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.generator import Parameter

from .pads import PADS

FARTHEST_PITCH = 24.0  # semitones
SHORTEST_DECAY = 0.05  # share of the length


class KitValues(NamedTuple):
    """The kit's values, in the descriptor's order."""

    level: float
    spread: float
    pitch: float
    decay: float
    velocity_curve: float
    velocity_timbre: float


class PadValues(NamedTuple):
    """A pad's values, in the descriptor's order."""

    anchor: float
    mutate: float
    breed: float
    blend: float
    spread: float
    drift: float
    lock: float
    kept: float
    round_robin: float
    pitch: float
    decay: float
    start: float
    reverse: float
    level: float
    pan: float
    choke: float
    kind: float = 0.0  # its class; models with one class have no parameter for it


class Settings:
    """Reads a model's parameter array. [any]"""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        kit = len(KitValues._fields)
        self._of_a_pad = (len(parameters) - kit) // PADS
        self._kit = slice(0, kit)
        self._low = np.array([p.minimum for p in parameters], np.float32)
        self._high = np.array([p.maximum for p in parameters], np.float32)
        pads = kit + self._of_a_pad * np.arange(PADS)
        self.locks, self._keeps = (pads + PadValues._fields.index(id) for id in ("lock", "kept"))

    def kit(self, values: NDArray[np.float32]) -> KitValues:
        """Return the kit's values."""
        return KitValues(*self._read(values, self._kit))

    def pad(self, values: NDArray[np.float32], pad: int) -> PadValues:
        """Return a pad's values."""
        first = self._kit.stop + pad * self._of_a_pad
        return PadValues(*self._read(values, slice(first, first + self._of_a_pad)))

    def locked(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return (PADS,) True for pads that keep their hit."""
        return values[self.locks] >= np.float32(0.5)

    def kept(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return (PADS,) numbers, from 1, of the hits that locked pads play; 0: the last one."""
        return np.rint(self._held(values, self._keeps)).astype(np.int64)

    def _read(self, values: NDArray[np.float32], where: slice) -> list[float]:
        plain: list[float] = self._held(values, where).tolist()
        return plain

    def _held(
        self, values: NDArray[np.float32], where: slice | NDArray[np.int64]
    ) -> NDArray[np.float32]:
        return np.fmin(np.fmax(values[where], self._low[where]), self._high[where])
