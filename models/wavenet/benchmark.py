"""Speed of the WaveNet sampler against real time, the machine's limits, and torch. [control]

Random weights, 16 kHz, one thread unless a row says how many cores. Sizes are R/S/A·L as in
`WaveNetConfig`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from rtaudiogen.benchmark import BenchRow
from rtaudiogen.events import chord, no_events
from rtaudiogen.generator import Plays
from rtaudiogen.realtime.render.worker_pool import WorkerPool, worker_pool

from ..measuring import speed
from ..measuring.speed import Work, fastest, roofline_row, torch_seconds
from .config import WaveNetConfig
from .descriptor import builtin
from .generator import WaveNetGenerator, create
from .memory import CHUNK
from .packing import pack, random_tensors
from .sampler import Sampler

SMALL, LARGE = WaveNetConfig(residual=32), WaveNetConfig(residual=64)
FRAME_BUDGET = 64  # frames of all voices in one run: short enough for a busy machine to let through
VOICES = (1, 2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256)
TORCH_FRAMES = 4
CONDUCTED, CONDUCTED_BLOCKS = 64, 20  # voices; the shortest notes last longer
HOST_RATE, HOST_BLOCK = 48000, 128


def bench_rows() -> Iterator[BenchRow]:
    """Yield the WaveNet rows, each measured when asked for."""
    alone = seconds_a_frame(SMALL, 1)
    yield _speed(SMALL, alone, floor=8.0, goal=14.0)
    yield _speed(LARGE, seconds_a_frame(LARGE, 1), None, None)
    yield _polyphony(SMALL)
    yield _polyphony_of_all_cores(SMALL)
    yield roofline_row(f"WaveNet {size(SMALL)}", least_work(SMALL), alone, 45, 70)
    yield _against_torch(SMALL, alone)
    yield _conducting()


def seconds_a_frame(config: WaveNetConfig, voices: int) -> float:
    """Return the seconds to sample one frame of each of `voices` voices, best of many runs."""
    frames = max(CHUNK, FRAME_BUDGET // voices)
    return fastest(sampling(config, voices, frames)) / frames


def sampling(
    config: WaveNetConfig, voices: int, frames: int, pool: WorkerPool | None = None
) -> Callable[[], None]:
    """Return a function that samples the next `frames` frames of a network of random weights."""
    random = np.random.default_rng(0)
    weights = pack(config, random_tensors(config, random))
    sampler = Sampler(weights, voices, config.sample_rate, pool)
    return speed.sampling(sampler, weights.instruments, config, frames, random)


def size(config: WaveNetConfig) -> str:
    """Return the sizes as R/S/A·L."""
    return f"{config.residual}/{config.skip}/{config.output}·{len(config.dilations)}"


def least_work(config: WaveNetConfig) -> Work:
    """Return the work of one voice's frame; most weights are read once a chunk."""
    r, layers = config.residual, len(config.dilations)
    chunked = sum(
        2 * r * (config.conditioning + (r if dilation >= CHUNK else 0))
        for dilation in config.dilations
    )
    taps = 2 * r * (2 * r + config.conditioning) * layers
    rest = r * r * (layers - 1) + r * config.skip * layers + config.output * (config.skip + 256)
    every = taps - chunked + rest
    return Work(every + chunked, every + chunked / CHUNK)


def _speed(
    config: WaveNetConfig, seconds: float, floor: float | None, goal: float | None
) -> BenchRow:
    what = f"WaveNet {size(config)}, one core, one voice"
    return BenchRow(
        what, 1 / seconds / config.sample_rate, "× real time", floor, goal,
        f"{seconds * 1e6:.2f} µs a frame at {config.sample_rate} Hz",
    )  # fmt: skip


def _polyphony(config: WaveNetConfig) -> BenchRow:
    most, detail = _most_voices(lambda voices: seconds_a_frame(config, voices), config)
    what = f"voices of WaveNet {size(config)} in real time, one core"
    return BenchRow(what, most, "voices", 8, 14, detail)


def _polyphony_of_all_cores(config: WaveNetConfig) -> BenchRow:
    pool, frames = worker_pool(), HOST_BLOCK * config.sample_rate // HOST_RATE

    def seconds_a_frame(voices: int) -> float:
        return fastest(sampling(config, voices, frames, pool)) / frames

    most, detail = _most_voices(seconds_a_frame, config)
    cores = 1 + pool.helpers
    floor, goal = (16, 26) if cores == 2 else (None, None)
    what = f"voices of WaveNet {size(config)} in real time, {cores} cores"
    return BenchRow(what, most, "voices", floor, goal, f"{detail}, in blocks of {HOST_BLOCK}")


def _most_voices(seconds_a_frame: Callable[[int], float], config: WaveNetConfig) -> tuple[int, str]:
    """Return the most voices sampled in real time, of those tried, and their speed."""
    most, detail = 0, "none"
    for voices in VOICES:
        ratio = 1 / seconds_a_frame(voices) / config.sample_rate
        if ratio < 1:
            break
        most, detail = voices, f"{voices} voices at {ratio:.2f} × real time"
    return most, detail


def _conducting() -> BenchRow:
    """Return a row of the CPU's work for many voices without the network, a bound for GPUs, too."""
    model = next(m for m in builtin() if Plays.NOTES in m.plays)
    generator = create(replace(model, voices=CONDUCTED), 0)
    frames = HOST_BLOCK * generator.sample_rate // HOST_RATE
    generator.prepare(frames)
    assert isinstance(generator, WaveNetGenerator)
    generator.sampler = _NoSampler(generator.packed, CONDUCTED)
    out, values = np.zeros((frames, 1), np.float32), model.defaults()
    notes = chord(CONDUCTED)

    def stretch() -> None:
        generator.reset(0)
        for number in range(CONDUCTED_BLOCKS):
            generator.render(out, values, no_events() if number else notes)

    seconds = fastest(stretch) / CONDUCTED_BLOCKS
    block = frames / generator.sample_rate
    return BenchRow(
        f"WaveNet, {CONDUCTED} voices without their network, one core", block / seconds,
        "× real time", 1, None,
        f"{1e3 * seconds:.2f} ms of a block of {1e3 * block:.2f} ms: notes, levels, output stage",
    )  # fmt: skip


class _NoSampler(Sampler):
    """A sampler that repeats its previous codes: the one part that is not to be measured."""

    def draw(self, *arguments: object) -> None:
        """Implement `VoiceSampler.draw`."""

    def reset_voice(self, voice: int) -> None:
        """Implement `VoiceSampler.reset_voice`."""


def _against_torch(config: WaveNetConfig, seconds: float) -> BenchRow:
    """Return a row against `streaming.sample` in float32 on one thread."""
    import torch

    from . import streaming
    from .network import WaveNet

    network = WaveNet(config)
    state = streaming.silent(network, 1)
    conditioning = torch.randn(1, TORCH_FRAMES, config.conditioning)
    embedding, uniforms = torch.randn(1, config.embedding), torch.rand(1, TORCH_FRAMES)
    slow = torch_seconds(
        lambda: streaming.sample(network, state, conditioning, embedding, uniforms)
    )
    slow /= TORCH_FRAMES
    what = f"WaveNet {size(config)}, against torch with cached state"
    return BenchRow(what, slow / seconds, "×", 100, 150, f"torch: {slow * 1e6:.0f} µs a frame")
