"""A predictor that expects each stage's most frequent codes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

GROWTH = 1 << 16  # of a code's frequency, whenever it comes


class Habit:
    """Implements `rtaudiogen.generator.CodePredictor`."""

    def __init__(self, books: Sequence[int]) -> None:
        self.stages, self._books = len(books), books
        self.reset()

    def reset(self) -> None:
        """Forget all habits."""
        self._counts = [np.ones(size, np.int64) for size in self._books]

    def frequencies(self, stage: int, chosen: NDArray[np.uint16]) -> NDArray[np.int64]:
        """Return how often each code came, whatever the earlier stages are."""
        return self._counts[stage]

    def take(self, frame: NDArray[np.uint16]) -> None:
        """Count the codes of a frame."""
        for counts, code in zip(self._counts, frame.tolist(), strict=True):
            counts[code] += GROWTH
