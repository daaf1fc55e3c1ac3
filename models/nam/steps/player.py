"""A program that runs, with its state. [render] unless it says otherwise"""

import numpy as np
from numpy.typing import NDArray

from .kernels import run
from .program import Floats, Packed


class Player:
    """Plays one network; its state at the start is the one after a pre-roll of silence."""

    def __init__(self, packed: Packed) -> None:
        """Allocate, and compute the pre-roll. [control]"""
        self.packed = packed
        self._resolved = np.zeros((len(packed.taps), 4), np.int64)
        self._output = np.array(packed.output, np.int64)
        self.arena = packed.arena.copy()
        self.positions: NDArray[np.int64] = packed.buffers[:, 2].copy()
        silence = np.zeros(packed.pre_roll, np.float32)
        self.play(silence, silence.copy())
        self._start = self.arena.copy(), self.positions.copy()

    def reset(self) -> None:
        """Return to the state after the pre-roll."""
        self.arena[:], self.positions[:] = self._start

    def play(self, heard: Floats, out: Floats) -> None:
        """Fill `out` (frames,) from what is heard (frames,)."""
        p = self.packed
        run(
            p.steps, p.taps, p.buffers, p.numbers, self._resolved, self.positions, self.arena,
            self._output, heard, out,
        )  # fmt: skip
