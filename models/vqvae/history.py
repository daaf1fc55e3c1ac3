"""The code frames that sounded last, for whoever looks on while they are played."""

import numpy as np
from numpy.typing import NDArray

KEPT = 64  # code frames


class History:
    """One thread adds, any looks."""

    def __init__(self, stages: int) -> None:
        # Twice as many places: what is looked at is not overwritten meanwhile.
        self._codes = np.zeros((2 * KEPT, stages), np.int64)
        self._added = 0

    def clear(self) -> None:
        """Begin anew. [render]"""
        self._added = 0

    def add(self, codes: NDArray[np.uint16]) -> None:
        """One code frame (stages,). [render]"""
        self._codes[self._added % len(self._codes)] = codes
        self._added += 1

    def newest(self) -> tuple[int, NDArray[np.int64]]:
        """How many there were, and the last of them (≤ KEPT, stages), the newest last. [any]"""
        added = self._added
        places = np.arange(max(0, added - KEPT), added) % len(self._codes)
        return added, self._codes[places]
