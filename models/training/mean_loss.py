"""Mean of a training's losses, which are read from a GPU only now and then."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor


class MeanLoss:
    """Mean over all steps since the last `begin`.

    Reading a loss waits until it is computed, so reads are `every_seconds` apart; 0 reads after
    each step.
    """

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self.begin()

    def begin(self) -> None:
        """Reset the mean."""
        self._unread: list[Sequence[Tensor]] = []
        self._total, self._steps = 0.0, 0
        self._due = 0.0  # on the monotonic clock, seconds

    def add(self, parts: Sequence[Tensor]) -> None:
        """Add one step's partial losses (), whose sum is the loss of the step."""
        self._unread.append(parts)

    def newest(self) -> float:
        """Return the mean, perhaps without the last few steps."""
        return self.read() if time.monotonic() >= self._due else self._total / self._steps

    def read(self) -> float:
        """Return the mean of all added steps, of which there must be one."""
        parts = [part for step in self._unread for part in step]
        losses = iter(torch.stack(parts).tolist() if parts else [])
        for step in self._unread:
            self._total += sum(next(losses) for _ in step)
            self._steps += 1
        self._unread = []
        self._due = time.monotonic() + self._every_seconds
        return self._total / self._steps
