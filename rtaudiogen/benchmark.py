"""Tools of every benchmark: its row, its clock, and the machine that it ran on."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BenchRow:
    """One measured figure with its bounds.

    `floor` must hold and `goal` is aimed at, both in `unit`; None: there is none. A `value` of None
    was not measured, and `detail` says why.
    """

    name: str
    value: float | None
    unit: str
    floor: float | None
    goal: float | None
    detail: str


def best_of(run: Callable[[], object], seconds: float) -> float:
    """Return the seconds of the fastest run of `run`, repeated for about `seconds`.

    The fastest run counts because on a shared machine every disturbance only adds time.
    """
    run()
    best = float("inf")
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        best = min(best, now - start)
        if now >= end:
            return best


def machine() -> str:
    """Return the processor's name, cores and Python version, in one line."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
