"""Time until a device has a hit: alone, and while it refills a pool. [control]

Random weights, hits of 16384 frames at 16 kHz, one after another without a pause.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np

from rtaudiogen.benchmark import BenchRow
from rtaudiogen.events import EventKind, event

from ...measuring.speed import call_times
from ..config import WaveGANConfig
from ..descriptor import builtin
from ..generator import create
from ..packing import pack, random_tensors
from ..renderer import AnyRenderer, renderers

WIDTHS = (32, 64)  # of the shipped drums and of the paper
BLOCK_FRAMES = 128
KEY = 36.0  # of a pad

Run = Callable[[], object]


def bench_rows(device: str) -> Iterator[BenchRow]:
    """Yield the rows of a device of `processors.NAMES`, each measured when asked for."""
    for width in WIDTHS:
        config = WaveGANConfig(width=width)
        packed = pack(config, random_tensors(config, np.random.default_rng(0)))
        now, ahead = (_hit(renderer) for renderer in renderers(packed, device))
        alone = _percentiles_ms(now)
        yield _speed(config, device, *alone)
        yield _beside_a_pool(config, device, now, ahead, alone[1])
    yield _note_on(device)


def _hit(renderer: AnyRenderer) -> Run:
    latent = np.full(renderer.config.latent, 0.5, np.float32)
    return lambda: renderer.render(latent, np.ones(1, np.float32))


def _percentiles_ms(run: Run) -> tuple[float, float]:
    """Return p50 and p99 of the duration of `run`, in milliseconds."""
    times = call_times(run)
    return 1e3 * times.p50, 1e3 * times.p99


def _speed(config: WaveGANConfig, device: str, p50: float, p99: float) -> BenchRow:
    return BenchRow(
        f"WaveGAN, width {config.width}, {config.frames} frames, {device}",
        1e3 * config.frames / config.sample_rate / p50, "× real time", None, None,
        f"a hit takes p50 {p50:.3f} ms, p99 {p99:.3f} ms",
    )  # fmt: skip


def _beside_a_pool(
    config: WaveGANConfig, device: str, now: Run, ahead: Run, alone_p99: float
) -> BenchRow:
    """Measure an urgent hit during a refill, which must not delay it."""
    over, made = Event(), 0

    def refill() -> None:
        nonlocal made
        while not over.is_set():
            ahead()
            made += 1

    with ThreadPoolExecutor(1) as pool:
        refilling = pool.submit(refill)
        start = time.perf_counter()
        try:
            p50, p99 = _percentiles_ms(now)
        finally:
            over.set()
        refilling.result()
        seconds = time.perf_counter() - start
    return BenchRow(
        f"WaveGAN, width {config.width}, {device}, a hit now while a pool is refilled, p99",
        p99, "ms", None, None,
        f"p50 {p50:.3f} ms, alone p99 {alone_p99:.3f} ms; the pool gets {made / seconds:.0f} hits a"
        " second",
    )  # fmt: skip


def _note_on(device: str) -> BenchRow:
    """Measure a note-on without a pool: `render` makes the hit."""
    model = next(iter(builtin()))
    generator = create(model, model.sample_rate)
    generator.prepare(BLOCK_FRAMES, device)
    out, values = np.zeros((BLOCK_FRAMES, 2), np.float32), model.defaults()
    struck = event(0, EventKind.NOTE_ON, 0, KEY, 1.0)
    p50, p99 = _percentiles_ms(lambda: generator.render(out, values, struck))
    return BenchRow(
        f"{model.id}, {device}, note-on to first frame, the generator's part, p99",
        p99, "ms", None, None, f"p50 {p50:.3f} ms: a block of {BLOCK_FRAMES} frames with its hit",
    )  # fmt: skip
