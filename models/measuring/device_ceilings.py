"""Upper bounds of a processor's speed, measured with torch alone, as a reference. [control]"""

from collections.abc import Iterator

import torch

from rtaudiogen.benchmark import BenchRow, best_of

from ..training.device import finish

COPIED_BYTES = 2**30  # far more than any cache holds


def ceiling_rows(
    device: str, seconds: float, copied_bytes: int = COPIED_BYTES
) -> Iterator[BenchRow]:
    """Yield the bandwidth of its memory, and the latency of the smallest computation."""
    place = torch.device(device)
    bandwidth = bytes_per_second(place, seconds, copied_bytes)
    what = f"copy of {copied_bytes / 2**20:.0f} MiB within its memory, read and written"
    yield BenchRow(f"memory bandwidth, {device}", bandwidth / 1e9, "GB/s", None, None, what)
    latency = latency_seconds(place, seconds)
    what = "one addition, started and waited for; the fastest of many"
    yield BenchRow(f"launch + synchronise, {device}", latency * 1e6, "µs", None, None, what)


def bytes_per_second(device: torch.device, seconds: float, copied_bytes: int) -> float:
    """Return bytes per second of reading and writing together, measured for `seconds`."""
    source = torch.zeros(copied_bytes // 4, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        finish(device)

    return 2 * source.nbytes / best_of(copy, seconds)


def latency_seconds(device: torch.device, seconds: float) -> float:
    """Return the time from the request of one addition to its result, measured for `seconds`."""
    number = torch.zeros(1, device=device)

    def add() -> None:
        number.add_(1.0)
        finish(device)

    return best_of(add, seconds)
