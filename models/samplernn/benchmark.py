"""Speed of the SampleRNN sampler against real time and the machine's limits. [control]

Random weights, 16 kHz, one thread.
"""

from collections.abc import Iterator

import numpy as np

from rtaudiogen.benchmark import BenchRow

from ..compiled.mulaw import LEVELS
from ..measuring.speed import Work, fastest, roofline_row, sampling
from .config import FRAME, STEP, UP, SampleRNNConfig
from .generator import Sampler
from .packing import pack, random_tensors

FRAMES = 64  # of a run: short enough for a busy machine to let through
WIDTHS = (128, 256)


def bench_rows() -> Iterator[BenchRow]:
    """Yield a row of speed for each width, and the larger one's share of the roofline."""
    for width in WIDTHS:
        config = SampleRNNConfig(width=width)
        random = np.random.default_rng(0)
        weights = pack(config, random_tensors(config, random))
        run = sampling(Sampler(weights, 1), weights.instruments, config, FRAMES, random)
        seconds = fastest(run) / FRAMES
        yield BenchRow(
            f"voices of SampleRNN {width} in real time, one core",
            1 / seconds / config.sample_rate, "voices", 1, 2,
            f"{seconds * 1e6:.1f} µs a sample at {config.sample_rate} Hz",
        )  # fmt: skip
    yield roofline_row(f"SampleRNN {config.width}", least_work(config), seconds, 25, 50)


def least_work(config: SampleRNNConfig) -> Work:
    """Return the work of a sample, with the tiers' steps spread over their samples."""
    w = config.width
    slow = 3 * w * config.told + 3 * w * w + UP * w * w
    middle = w * config.told + 6 * w * w + STEP * w * w
    every = slow / FRAME + middle / STEP + w * config.told + w * w + w * LEVELS
    return Work(every, every)
