"""What every benchmark shares: its row, its clock, and the machine it ran on."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BenchRow:
    """One measured figure beside what it should reach.

    `floor` must hold and `goal` is what we are after, both in `unit`; None where there is none.
    A `value` of None was not measured, and `detail` says why.
    """

    name: str
    value: float | None
    unit: str
    floor: float | None
    goal: float | None
    detail: str


def best_of(run: Callable[[], object], seconds: float) -> float:
    """Seconds that the fastest of many runs of `run` took, tried for about `seconds`.

    The fastest, because on a shared machine every disturbance only adds time.
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
    """The processor's name, cores and Python, in one line."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
