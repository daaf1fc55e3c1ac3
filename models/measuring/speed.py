"""Speeds of compiled code beside the machine's limits and beside torch."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from rtaudiogen.benchmark import BenchRow, best_of

from .roofline import l2_bytes_per_second, multiply_adds_per_second

MEASURE_SECONDS = 1.0  # for which each figure is tried
WEIGHT_BYTES = 2  # bfloat16


@dataclass(frozen=True)
class CallTimes:
    """Seconds that single calls take: half stay below `p50`, 99 of 100 below `p99`."""

    p50: float
    p99: float
    worst: float


def fastest(run: Callable[[], object]) -> float:
    """Return the seconds of the fastest of many calls of `run`."""
    return best_of(run, MEASURE_SECONDS)


def call_times(run: Callable[[], object]) -> CallTimes:
    """Time calls of `run` one by one, after one that is not counted."""
    run()
    taken: list[float] = []
    end = time.perf_counter() + MEASURE_SECONDS
    while not taken or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    p50, p99, worst = np.percentile(taken, (50, 99, 100)).tolist()
    return CallTimes(p50, p99, worst)


@dataclass(frozen=True)
class Work:
    """What a unit of sound (a frame, a hop, a hit) takes at least, as the network's sizes say."""

    multiply_adds: float
    weights: float  # that have to be read from the L2 cache


def roofline_row(
    what: str, work: Work, seconds: float, floor: float | None = None, goal: float | None = None
) -> BenchRow:
    """Compare `seconds` for a unit of `work` with the least that this core could take."""
    peak, bandwidth = multiply_adds_per_second(), l2_bytes_per_second()
    arithmetic = work.multiply_adds / peak
    memory = WEIGHT_BYTES * work.weights / bandwidth
    binds = "multiply-adds bind" if arithmetic > memory else "L2 bandwidth binds"
    return BenchRow(
        f"{what}, share of this core's roofline", 100 * max(arithmetic, memory) / seconds, "%",
        floor, goal,
        f"{binds}: {work.multiply_adds / 1e6:.1f} million multiply-adds; {peak / 1e9:.1f} GMAC/s, "
        f"{bandwidth / 1e9:.0f} GB/s from L2, measured",
    )  # fmt: skip


def torch_seconds(run: Callable[[], object]) -> float:
    """Return what the fastest call of `run` takes with torch on one thread, gradients off."""
    import torch

    with one_torch_thread(), torch.inference_mode():
        return fastest(run)


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Limit torch to one thread inside the `with` block."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
