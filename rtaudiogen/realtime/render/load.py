"""Measurement of the load: rendering time as a share of the available time."""

from time import perf_counter_ns

import numpy as np

LOAD_SECONDS = 4.0  # over which the load is measured
STRETCH_SECONDS = 0.1  # longer than a hop: a model of hops computes in few blocks only


class Load:
    """Render time ÷ duration of what was rendered, for the last blocks of `block_frames`."""

    def __init__(self, block_frames: int, sample_rate: int) -> None:
        self._block_ns = 1e9 * block_frames / sample_rate
        self._loads = np.zeros(max(1, round(LOAD_SECONDS * sample_rate / block_frames)))
        self._count = 0
        self._begun = 0

    def begin(self) -> None:
        """Note that a block begins. [render]"""
        self._begun = perf_counter_ns()

    def end(self) -> None:
        """Note that the block is rendered. [render]"""
        load = (perf_counter_ns() - self._begun) / self._block_ns
        self._loads[self._count % len(self._loads)] = load
        self._count += 1

    def percentiles(self) -> tuple[float, float]:
        """Return p50 and p99; 0 before the first block. [control]"""
        known = self._loads[: min(self._count, len(self._loads))]
        if not len(known):
            return 0.0, 0.0
        p50, p99 = np.percentile(known, [50, 99]).tolist()
        return p50, p99


class SlotLoad:
    """Load of one slot: the median of stretches, each long enough for a model's hops."""

    def __init__(self, block_frames: int, sample_rate: int) -> None:
        self._blocks = max(1, round(STRETCH_SECONDS * sample_rate / block_frames))
        self._stretch_ns = 1e9 * self._blocks * block_frames / sample_rate
        self._shares = np.zeros(round(LOAD_SECONDS / STRETCH_SECONDS))
        self._count = 0
        self._spent_ns = self._spent_blocks = 0  # in the present stretch

    def add(self, spent_ns: int) -> None:
        """Add the time of one more block. [render]"""
        self._spent_ns += spent_ns
        self._spent_blocks += 1
        if self._spent_blocks == self._blocks:
            self._shares[self._count % len(self._shares)] = self._spent_ns / self._stretch_ns
            self._count += 1
            self._spent_ns = self._spent_blocks = 0

    def median(self) -> float:
        """Return the median share of the available time; 0 before the first stretch. [control]"""
        known = self._shares[: min(self._count, len(self._shares))]
        return float(np.median(known)) if len(known) else 0.0
