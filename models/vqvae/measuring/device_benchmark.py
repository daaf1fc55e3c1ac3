"""Speed of the VQ-VAE on a device: its decoder, and blocks of the shipped models. [control]

The CPU is a device like any other here: the same rows of the compiled form.
"""

from collections.abc import Iterator

import numpy as np

from rtaudiogen.benchmark import BenchRow
from rtaudiogen.events import EventKind, event, no_events
from rtaudiogen.generator import Descriptor

from ...compiled.conv.layers import Floats
from ...measuring.speed import call_times
from ..coders import Decoder, label_bias
from ..config import VQVAEConfig
from ..descriptor import VOICES, builtin
from ..generator import create
from ..packing import coders, pack
from ..waveform.packing import random_tensors

HOST_RATE = 48000  # frames per second in Hz
QUANTUM = 128  # host frames that the host renders at a time
BLOCKS = (128, 256, 512)  # host frames
WARM_UP_QUANTA = 100
LOWEST_KEY = 48


def bench_rows(device: str) -> Iterator[BenchRow]:
    """Yield rows, each measured when asked for. RtAudioGenError or ProcessorLostError may occur."""
    config = VQVAEConfig()
    packed = pack(config, random_tensors(config, np.random.default_rng(0)))
    decoder = coders(packed, 1 + VOICES, device)[1]
    bias = label_bias(packed, packed.labels[0])
    for voices in (1, 1 + VOICES):
        yield _decoder(config, decoder, bias, voices, device)
    for descriptor in builtin():
        for block in BLOCKS:
            yield _blocks(descriptor, block, device)


def _decoder(
    config: VQVAEConfig, decoder: Decoder, bias: Floats, voices: int, device: str
) -> BenchRow:
    random = np.random.default_rng(0)
    latents = random.standard_normal((1 + VOICES, config.latent), np.float32)
    sound = np.zeros((1 + VOICES, config.hop), np.float32)
    due = np.arange(1 + VOICES) < voices
    times = call_times(lambda: decoder.decode_due(due, latents, bias, sound))
    hop_seconds = 1 / config.code_rate
    return BenchRow(
        f"VQ-VAE decoder on {device}, voices together: {voices}", hop_seconds / times.p50,
        "× real time", None, None,
        f"a hop of {1e3 * hop_seconds:.0f} ms takes {1e6 * times.p50:.0f} µs (p50), "
        f"{1e6 * times.p99:.0f} µs (p99)",
    )  # fmt: skip


def _blocks(descriptor: Descriptor, block: int, device: str) -> BenchRow:
    """Measure blocks of the stream and all notes, each on a grid of its own."""
    generator = create(descriptor, descriptor.sample_rate)
    frames = -(-QUANTUM * descriptor.sample_rate // HOST_RATE)
    generator.prepare(frames, device)
    out, values = np.zeros((frames, 1), np.float32), descriptor.defaults()
    for voice in range(descriptor.voices):
        note = event(voice % frames, EventKind.NOTE_ON, voice, LOWEST_KEY + 5 * voice, 1.0)
        generator.render(out, values, note)
    for _ in range(WARM_UP_QUANTA):
        generator.render(out, values, no_events())

    def run() -> None:
        for _ in range(block // QUANTUM):
            generator.render(out, values, no_events())

    times = call_times(run)
    block_seconds = block / HOST_RATE
    return BenchRow(
        f"{descriptor.id} on {device}, all voices, {block} host frames", 1e3 * times.p99,
        "ms (p99)", None, None,
        f"p50 {1e3 * times.p50:.2f} ms; a block lasts {1e3 * block_seconds:.2f} ms at "
        f"{HOST_RATE} Hz, p99 is {times.p99 / block_seconds:.0%} of it",
    )  # fmt: skip
