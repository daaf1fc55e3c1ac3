"""Speed of compiled code, compared with the machine's limits and with torch."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from rtaudiogen.benchmark import BenchRow, best_of

from ..family import CodeModelConfig
from ..playing.codes.instruments import Instruments, biases
from ..playing.codes.sampler import VoiceSampler
from .roofline import l2_bytes_per_second, multiply_adds_per_second

MEASURE_SECONDS = 1.0  # duration of each measurement
WEIGHT_BYTES = 2  # bfloat16


@dataclass(frozen=True)
class CallTimes:
    """Seconds of single calls: half stay below `p50`, 99 of 100 below `p99`."""

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


def sampling(
    sampler: VoiceSampler, instruments: Instruments, config: CodeModelConfig, frames: int,
    random: np.random.Generator,
) -> Callable[[], None]:  # fmt: skip
    """Return a function that samples the next frames of all voices, each of another instrument."""
    shape = sampler.voices, frames
    conditioning = random.standard_normal((*shape, config.conditioning), np.float32)
    embeddings = random.standard_normal((sampler.voices, config.embedding), np.float32)
    bias = biases(instruments, embeddings)
    uniforms = random.random(shape, np.float32)
    codes, active = np.zeros(shape, np.uint8), np.arange(sampler.voices, dtype=np.int32)
    return lambda: sampler.sample(codes, conditioning, bias, uniforms, 1.0, active, frames)


@dataclass(frozen=True)
class Work:
    """The least work for a unit of sound (a frame, a hop, a hit), from the network's sizes."""

    multiply_adds: float
    weights: float  # to be read from the L2 cache


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
    """Return the seconds of the fastest call of `run` with torch on one thread, without
    gradients.
    """
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
