"""Mixing of a file's channels to one, by one decision for the whole file."""

import numpy as np
from numpy.typing import NDArray

from ..mono_rule import CANCELLED, DEAD, NEARLY, PIECE, SHARE_LOST


class ChannelMeter:
    """Finds the channels whose mean keeps the sound of a file.

    The power is measured without DC, piece by piece, so that channels that cancel only for a time
    are found, too. One decision holds for the whole file, so the mix never switches while it plays,
    whatever the block size.
    """

    def __init__(self, channels: int) -> None:
        self._power = np.zeros(channels)
        self._loudest = self._lost = 0.0

    def measure(self, block: NDArray[np.float32]) -> None:
        """Take in the next frames (frames, channels)."""
        for start in range(0, len(block), PIECE):
            self._measure(block[start : start + PIECE])

    def _measure(self, block: NDArray[np.float32]) -> None:
        power = np.var(block, axis=0, dtype=np.float64) * len(block)
        summed = float(np.var(block.sum(axis=1, dtype=np.float64))) * len(block)
        loudest = float(power.max())
        self._power += power
        self._loudest += loudest
        if summed < CANCELLED * loudest:
            self._lost += loudest

    def channels(self) -> NDArray[np.intp]:
        """Return the channels to average: all that sound, or the loudest if they cancel."""
        loudest = int(np.argmax(self._power >= NEARLY * self._power.max()))  # the first of equals
        if self._lost > SHARE_LOST * self._loudest:
            return np.array([loudest])
        return np.flatnonzero(self._power >= DEAD * self._power[loudest])


def mixed(block: NDArray[np.float32], channels: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the mean (frames,) of the chosen channels of a block (frames, channels)."""
    chosen = block if len(channels) == block.shape[1] else block[:, channels]
    mean: NDArray[np.float32] = chosen.mean(axis=1)
    return mean
