"""How much of the time there is goes into rendering."""

from time import perf_counter_ns

import numpy as np

LOAD_SECONDS = 4.0  # over which the load is told


class Load:
    """Render time ÷ duration of what was rendered, for the last blocks of `block_frames`."""

    def __init__(self, block_frames: int, sample_rate: int) -> None:
        self._block_ns = 1e9 * block_frames / sample_rate
        self._loads = np.zeros(max(1, round(LOAD_SECONDS * sample_rate / block_frames)))
        self._count = 0
        self._begun = 0

    def begin(self) -> None:
        """A block begins. [render]"""
        self._begun = perf_counter_ns()

    def end(self) -> None:
        """It is rendered. [render]"""
        load = (perf_counter_ns() - self._begun) / self._block_ns
        self._loads[self._count % len(self._loads)] = load
        self._count += 1

    def percentiles(self) -> tuple[float, float]:
        """p50 and p99; 0 before the first block. [control]"""
        known = self._loads[: min(self._count, len(self._loads))]
        if not len(known):
            return 0.0, 0.0
        p50, p99 = np.percentile(known, [50, 99]).tolist()
        return p50, p99
