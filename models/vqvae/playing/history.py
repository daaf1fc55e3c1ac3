"""The code frames that sounded last, for display during play."""

import numpy as np
from numpy.typing import NDArray

KEPT = 64  # code frames


class History:
    """Newest codes of a stream; one thread adds, any thread reads."""

    def __init__(self, stages: int) -> None:
        # Twice as many places: what is looked at is not overwritten meanwhile.
        self._codes = np.zeros((2 * KEPT, stages), np.int64)
        self._added = 0

    def clear(self) -> None:
        """Begin anew. [render]"""
        self._added = 0

    def add(self, codes: NDArray[np.uint16]) -> None:
        """Add one code frame (stages,). [render]"""
        self._codes[self._added % len(self._codes)] = codes
        self._added += 1

    def newest(self) -> tuple[int, NDArray[np.int64]]:
        """Return the total count, and the last frames (≤ KEPT, stages), the newest last. [any]"""
        added = self._added
        places = np.arange(max(0, added - KEPT), added) % len(self._codes)
        return added, self._codes[places]
