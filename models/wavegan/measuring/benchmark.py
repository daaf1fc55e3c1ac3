"""Speed of the compiled WaveGAN compared with real time, the machine's limits, and torch. [control]

Random weights, hits of 16384 frames at 16 kHz, one thread.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from rtaudiogen.benchmark import BenchRow

from ...measuring.speed import Work, fastest, roofline_row, torch_seconds
from ...oneshot.finishing import Shape, finished
from ..config import KERNEL, STRIDE, WaveGANConfig
from ..packing import Packed, pack, random_tensors
from ..parallel import network
from ..renderer import Renderer

WIDTHS = (32, 64)  # of the shipped drums and of the paper
PITCH = 5.0  # semitones, of a finished hit


def bench_rows() -> Iterator[BenchRow]:
    """Yield the network at both widths and its comparisons, each measured when asked for."""
    for width in WIDTHS:
        config = WaveGANConfig(width=width)
        packed = pack(config, random_tensors(config, np.random.default_rng(0)))
        seconds = _seconds(packed)
        yield _speed(packed, seconds)
        yield roofline_row(_name(config), least_work(config), seconds)
        yield _against_torch(config, seconds)
    yield _finished(packed)


def least_work(config: WaveGANConfig) -> Work:
    """Return the work of one hit, with every weight read once, without padding."""
    features = config.widths[0] * config.first_frames
    total = weights = config.latent * features
    for level, (inputs, outputs) in enumerate(pairwise((*config.widths, 1))):
        size = inputs * outputs * KERNEL
        total, weights = total + config.first_frames * STRIDE**level * size, weights + size
    return Work(total, weights)


def _seconds(packed: Packed) -> float:
    renderer = Renderer(packed)
    latent, mixture = np.full(packed.config.latent, 0.5, np.float32), np.ones(1, np.float32)
    return fastest(lambda: renderer.render(latent, mixture))


def _name(config: WaveGANConfig) -> str:
    return f"WaveGAN, width {config.width}"


def _speed(packed: Packed, seconds: float) -> BenchRow:
    config = packed.config
    return BenchRow(
        f"{_name(config)}, {config.frames} frames, one core",
        config.frames / config.sample_rate / seconds, "× real time", None, None,
        f"{seconds * 1e3:.1f} ms a hit",
    )  # fmt: skip


def _against_torch(config: WaveGANConfig, seconds: float) -> BenchRow:
    """Compare with the trained network in float32, on one thread."""
    import torch

    net = network(config, random_tensors(config, np.random.default_rng(0)))
    latent, kind = torch.full((1, config.latent), 0.5), torch.zeros(1, dtype=torch.long)
    slow = torch_seconds(lambda: net(latent, kind))
    return BenchRow(
        f"{_name(config)}, against torch", slow / seconds, "×", None, None,
        f"torch: {slow * 1e3:.1f} ms a hit, here {seconds * 1e3:.1f} ms",
    )  # fmt: skip


def _finished(packed: Packed) -> BenchRow:
    """Return the rate of finished takes; a live pool waits for some of them."""
    config, renderer = packed.config, Renderer(packed)
    latent = np.full(config.latent, 0.5, np.float32)
    mixture = np.eye(1, max(1, len(config.classes)), dtype=np.float32)[0]

    def make() -> None:
        finished(renderer.render(latent, mixture), config.sample_rate, Shape(pitch=PITCH))

    seconds = fastest(make)
    return BenchRow(
        f"{_name(config)}, finished hits, {PITCH:.0f} semitones up", 1 / seconds, "hits/s",
        None, None, f"{seconds * 1e3:.1f} ms a take, network and finishing",
    )  # fmt: skip
