"""The mean of a training's losses, which a GPU keeps to itself until somebody asks."""

import time
from collections.abc import Sequence

import torch
from torch import Tensor


class MeanLoss:
    """Of all steps since the last `begin`. To ask for a loss is to wait until it is computed.

    So between two questions there are `every_seconds`; 0 asks after each step.
    """

    def __init__(self, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self.begin()

    def begin(self) -> None:
        """Forget what was."""
        self._unread: list[Sequence[Tensor]] = []
        self._total, self._steps = 0.0, 0
        self._due = 0.0  # on the monotonic clock, seconds

    def add(self, parts: Sequence[Tensor]) -> None:
        """One step's losses (), whose sum is that of the step."""
        self._unread.append(parts)

    def newest(self) -> float:
        """The mean, perhaps without the last few steps."""
        return self.read() if time.monotonic() >= self._due else self._total / self._steps

    def read(self) -> float:
        """The mean of all that was added, of one step or more."""
        parts = [part for step in self._unread for part in step]
        losses = iter(torch.stack(parts).tolist() if parts else [])
        for step in self._unread:
            self._total += sum(next(losses) for _ in step)
            self._steps += 1
        self._unread = []
        self._due = time.monotonic() + self._every_seconds
        return self._total / self._steps
