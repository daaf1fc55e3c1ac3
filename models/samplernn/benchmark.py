"""How fast the SampleRNN sampler is, against real time and the machine's limits. [control]

Random weights, 16 kHz, one thread.
"""

from collections.abc import Callable, Iterator

import numpy as np

from rtaudiogen.benchmark import BenchRow, best_of

from ..compiled.mulaw import LEVELS
from ..measuring.roofline import l2_bytes_per_second, multiply_adds_per_second
from .config import FRAME, STEP, SampleRNNConfig
from .packing import pack, random_tensors
from .sampler import Sampler

FRAMES = 64  # of a run: short enough for a busy machine to let through
MEASURE_SECONDS = 1.0
WIDTHS = (128, 256)


def bench_rows() -> Iterator[BenchRow]:
    """Yield a row of speed for each width, and the share of the roofline of the larger one."""
    for width in WIDTHS:
        config = SampleRNNConfig(width=width)
        seconds = best_of(sampling(config), MEASURE_SECONDS) / FRAMES
        yield BenchRow(
            f"voices of SampleRNN {width} in real time, one core",
            1 / seconds / config.sample_rate, "voices", 1, 2,
            f"{seconds * 1e6:.1f} µs a sample at {config.sample_rate} Hz",
        )  # fmt: skip
    peak, bandwidth = multiply_adds_per_second(), l2_bytes_per_second()
    least = max(multiply_adds(config) / peak, 2 * multiply_adds(config) / bandwidth)
    yield BenchRow(
        f"SampleRNN {config.width}, share of this core's roofline", 100 * least / seconds, "%",
        25, 50, f"{multiply_adds(config) / 1e3:.0f} k multiply-adds a sample; {peak / 1e9:.1f} "
        f"GMAC/s, {bandwidth / 1e9:.0f} GB/s from L2, measured",
    )  # fmt: skip


def sampling(config: SampleRNNConfig) -> Callable[[], None]:
    """Return a function that samples the next frames of a network of random weights."""
    random = np.random.default_rng(0)
    sampler = Sampler(pack(config, random_tensors(config, random)), 1)
    conditioning = random.standard_normal((1, FRAMES, config.conditioning), np.float32)
    bias = np.zeros((1, 5 * config.width), np.float32)
    uniforms = random.random((1, FRAMES), np.float32)
    codes, active = np.zeros((1, FRAMES), np.uint8), np.zeros(1, np.int32)
    return lambda: sampler.sample(codes, conditioning, bias, uniforms, 1.0, active, FRAMES)


def multiply_adds(config: SampleRNNConfig) -> float:
    """Return those of a sample, the tiers' steps spread over their samples."""
    w, told = config.width, FRAME + config.conditioning
    slow = 3 * w * told + 3 * w * w + FRAME // STEP * w * w
    middle = w * told + 6 * w * w + STEP * w * w
    return slow / FRAME + middle / STEP + w * told + w * w + w * LEVELS
