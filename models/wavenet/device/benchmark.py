"""Speed of the WaveNet sampler on a GPU, by size and voices, against its floor. [control]

Random weights. Every program reads all weights once a frame, so none can be faster than it takes to
read them: `read_lanes` does that and nothing else, as many programs at once as there are voices.
That is the floor of this design, and is measured on the same GPU in the same run. It reads past the
L1 cache, which a small network's weights may partly stay in: then a share can exceed 100 %.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
import triton
import triton.language as tl

from rtaudiogen.benchmark import BenchRow, best_of
from rtaudiogen.events import chord, no_events
from rtaudiogen.generator import Plays
from rtaudiogen.model_file import read_header, read_tensors

from ...compiled.device_call import torch_device
from ...playing.codes.instruments import biases
from ..benchmark import HOST_BLOCK, HOST_RATE, SMALL, size
from ..config import WaveNetConfig
from ..descriptor import builtin, read_config
from ..generator import HarmonicWaveNet
from ..packing import Weights, pack, random_tensors
from .packing import kernel_lanes
from .sampler import WARPS, DeviceSampler

REFERENCE = WaveNetConfig(residual=64)
MARK = WaveNetConfig(residual=64, skip=256, dilations=tuple(2**k for k in range(8)) * 2)
WIDE = WaveNetConfig(residual=128, skip=256)
CONFIGS = (SMALL, REFERENCE, MARK, WIDE)
VOICES = (1, 4, 16, 64, 128, 256)
FRAMES = 128  # a call
MEASURE_SECONDS = 0.5
MARK_HZ = (29_000, 48_000)  # published for MARK's size and one voice, on a P40
PLAYED_VOICES = 64  # of REFERENCE are to be played in real time
PLAYED_BLOCKS, CHORD_EVERY = 1000, 100
READ = 16384  # lanes that a program reads at a time: a layer's, so that as many are under way


@triton.jit  # which gives arguments types of its own
def read_lanes(lanes, out, count, times, READ: tl.constexpr):  # type: ignore[no-untyped-def]  # Triton's own types
    """Read `count` lanes, a multiple of READ, `times` times over."""
    place = tl.arange(0, READ)
    total = tl.zeros((READ,), tl.int32)
    for _ in range(times):
        for start in range(0, count, READ):
            total += tl.load(lanes + start + place, volatile=True)
    tl.store(out + tl.program_id(0) * READ + place, total)


def bench_rows(
    device: str, configs: Sequence[WaveNetConfig] = CONFIGS, voices: Sequence[int] = VOICES,
    frames: int = FRAMES, seconds: float = MEASURE_SECONDS,
) -> Iterator[BenchRow]:  # fmt: skip
    """Yield a second of every size and number of voices, with its share of the floor.

    Then what all this is for: `played_row`.
    """
    for config in configs:
        weights = pack(config, random_tensors(config, np.random.default_rng(0)))
        for count in voices:
            yield _row(config, weights, count, frames, seconds, torch_device(device))
    yield played_row(device)


def played_row(
    device: str, config: WaveNetConfig = REFERENCE, voices: int = PLAYED_VOICES,
    blocks: int = PLAYED_BLOCKS,
) -> BenchRow:  # fmt: skip
    """Return a row of the instrument in blocks of a live host: notes, network, output stage.

    Random weights; instruments and envelopes are those of the model that ships.
    """
    generator = _instrument(config, voices)
    frames = HOST_BLOCK * generator.sample_rate // HOST_RATE
    generator.prepare(frames, device)
    out, values = np.zeros((frames, 1), np.float32), generator.descriptor.defaults()
    taken = []
    for number in range(blocks):
        events = chord(voices) if number % CHORD_EVERY == 0 else no_events()
        if len(events):
            generator.reset(0)
        start = time.perf_counter()
        generator.render(out, values, events)
        taken.append(time.perf_counter() - start)
    p50, p99 = np.percentile(taken, [50, 99]).tolist()
    block = frames / generator.sample_rate
    return BenchRow(
        f"WaveNet {size(config)}, {device}, {voices} voices played in blocks of {HOST_BLOCK} host "
        "frames, p99", block / p99, "× real time", 1.0, None,
        f"p50 {1e3 * p50:.2f} ms, p99 {1e3 * p99:.2f} ms of {1e3 * block:.2f} ms; "
        f"all voices begin every {CHORD_EVERY} blocks",
    )  # fmt: skip


def _instrument(config: WaveNetConfig, voices: int) -> HarmonicWaveNet:
    model = next(m for m in builtin() if Plays.NOTES in m.plays)
    assert model.path is not None
    shipped = read_config(model.path, read_header(model.path))
    config = replace(
        shipped, residual=config.residual, skip=config.skip, output=config.output,
        dilations=config.dilations,
    )  # fmt: skip
    tensors = read_tensors(model.path) | random_tensors(config, np.random.default_rng(0))
    return HarmonicWaveNet(replace(model, voices=voices), config, tensors)


def _row(
    config: WaveNetConfig, weights: Weights, voices: int, frames: int, seconds: float,
    device: torch.device,
) -> BenchRow:  # fmt: skip
    taken = seconds_a_frame(config, weights, voices, frames, seconds, device)
    floor = floor_seconds_a_frame(weights, voices, frames, seconds, device)
    wanted = None
    if (config, voices) == (REFERENCE, PLAYED_VOICES):
        wanted = float(voices * config.sample_rate)
    if (config, voices) == (MARK, 1):
        wanted = float(MARK_HZ[0])
    return BenchRow(
        f"WaveNet {size(config)}, {device.type}, {voices} voice{'s' * (voices > 1)}",
        voices / taken, "samples/s", wanted, None,
        f"{1 / taken / config.sample_rate:.2f} × real time at {config.sample_rate} Hz, "
        f"{taken * 1e6:.1f} µs a frame; {100 * floor / taken:.0f} % of the floor: "
        f"reading {4 * kernel_lanes(weights).size / 1e6:.2f} MB takes {floor * 1e6:.1f} µs",
    )  # fmt: skip


def seconds_a_frame(
    config: WaveNetConfig, weights: Weights, voices: int, frames: int, seconds: float,
    device: torch.device,
) -> float:  # fmt: skip
    """Return the seconds of a frame of all voices, in calls of `frames`, copies included."""
    random = np.random.default_rng(0)
    sampler = DeviceSampler(weights, voices, config.conditioning, frames, device)
    conditioning = random.standard_normal((voices, frames, config.conditioning), np.float32)
    embedding = random.standard_normal((1, config.embedding), np.float32)
    bias = biases(weights.instruments, embedding)
    uniforms = random.random((voices, frames), np.float32)
    codes, active = np.zeros((voices, frames), np.uint8), np.arange(voices, dtype=np.int32)

    def run() -> None:
        sampler.sample(codes, conditioning, bias, uniforms, 1.0, active, frames)

    return best_of(run, seconds) / frames


def floor_seconds_a_frame(
    weights: Weights, voices: int, frames: int, seconds: float, device: torch.device
) -> float:
    """Return the seconds to read all weights once, by one program for each voice."""
    lanes = kernel_lanes(weights).view(np.int32)
    whole = np.pad(lanes, (0, -len(lanes) % READ))
    there = torch.from_numpy(whole).to(device)
    out = torch.zeros(voices * READ, dtype=torch.int32, device=device)

    def run() -> None:
        read_lanes[(voices,)](there, out, len(whole), frames, READ=READ, num_warps=WARPS)
        out[:1].cpu()  # waits for it

    return best_of(run, seconds) / frames * len(lanes) / len(whole)
