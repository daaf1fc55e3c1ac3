"""What a processor can do at best, by torch alone: what shares of its speed refer to. [control]"""

from collections.abc import Iterator

import torch

from rtaudiogen.benchmark import BenchRow, best_of

from ..training.device import finish

COPIED_BYTES = 2**30  # far more than any cache holds


def ceiling_rows(
    device: str, seconds: float, copied_bytes: int = COPIED_BYTES
) -> Iterator[BenchRow]:
    """Bytes per second of its memory, and what it takes to have the smallest thing computed."""
    place = torch.device(device)
    bandwidth = bytes_per_second(place, seconds, copied_bytes)
    what = f"copy of {copied_bytes / 2**20:.0f} MiB within its memory, read and written"
    yield BenchRow(f"memory bandwidth, {device}", bandwidth / 1e9, "GB/s", None, None, what)
    latency = latency_seconds(place, seconds)
    what = "one addition, started and waited for; the fastest of many"
    yield BenchRow(f"launch + synchronise, {device}", latency * 1e6, "µs", None, None, what)


def bytes_per_second(device: torch.device, seconds: float, copied_bytes: int) -> float:
    """Of reading and writing together, measured for so long."""
    source = torch.zeros(copied_bytes // 4, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        finish(device)

    return 2 * source.nbytes / best_of(copy, seconds)


def latency_seconds(device: torch.device, seconds: float) -> float:
    """From asking for one addition to having it, measured for so long."""
    number = torch.zeros(1, device=device)

    def add() -> None:
        number.add_(1.0)
        finish(device)

    return best_of(add, seconds)
