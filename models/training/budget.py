"""Budget of a training, its learning rate over time, and its progress reports."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """Length and learning rates. With `steps`, a run on a CPU is a function of the seed alone."""

    steps: int = 0  # 0: as many as fit into `minutes`
    minutes: float = 60.0
    learning_rate: float = 2e-3
    warm_up_steps: int = 200
    averaging: float = 0.9995  # of the weights that are kept
    betas: tuple[float, float] = (0.9, 0.99)
    report_steps: int = 1000
    report_minutes: float = 0.0  # instead of steps, if above 0

    def rate(self, step: int, progress: float) -> float:
        """Return the learning rate: a linear start, then half a cosine down to 1 %."""
        cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
        start = min((step + 1) / self.warm_up_steps, 1.0)
        return self.learning_rate * start * (0.01 + 0.99 * cosine)


@dataclass(frozen=True)
class Report:
    """Progress and losses of a training at one report."""

    step: int
    progress: float  # 0 … 1
    seconds: float  # of training so far, over all resumptions
    loss: float  # nats, mean since the last report
    held_out: float  # nats, with averaged weights
    best: float
