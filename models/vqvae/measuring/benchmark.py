"""Speed of the compiled VQ-VAE compared with real time, the machine's limits, and torch. [control]

Random weights of the default configuration, one thread.
"""

from collections.abc import Iterator

import numpy as np

from rtaudiogen.benchmark import BenchRow
from rtaudiogen.events import chord, no_events

from ...compiled.conv.layers import Layer
from ...measuring.speed import Work, call_times, fastest, roofline_row, torch_seconds
from ..coders import Coder, label_bias
from ..config import VQVAEConfig
from ..descriptor import FILES
from ..generator import create
from ..packed import random_tensors as random_shapes
from ..packing import coders, pack
from ..shaped.config import ShapedConfig
from ..shapes import coder_shapes
from ..waveform.packing import random_tensors
from ..waveform.shapes import layers

BLOCK_SECONDS = 0.010
ONE = np.ones(1, np.bool_)  # voice is due
BLOCKS = 20  # in one run: short enough for a busy machine to let through
FLOOR, GOAL = 50, 100  # times real time, of the decoder
HOST_RATE, HOST_FRAMES = 48000, (64, 128, 256, 512)  # of the blocks of a device
MOST_LOAD, BEST_LOAD = 100, 60  # percent of a block's time, p99
MOST_P99, BEST_P99 = 2.0, 1.3  # times the p50 of a block


class Player:
    """A decoder of random codes that delivers blocks of a device's size."""

    def __init__(self, packed: Coder) -> None:
        """Begin."""
        config = packed.config
        self.packed, (_, self.decoder) = packed, coders(packed, 1, "cpu")
        self.codes = np.random.default_rng(0).integers(0, config.books, (64, config.stages))
        self.bias = label_bias(packed, packed.labels[0])
        self.points = np.zeros((1, config.point), np.float32)
        self.block = np.zeros(round(BLOCK_SECONDS * config.sample_rate), np.float32)
        self.ready = np.zeros(config.hop, np.float32)
        self.left = self.frame = 0  # of what is ready; code frames decoded so far

    def decode(self) -> None:
        """Decode the next code frame."""
        code = self.codes[self.frame % len(self.codes)]
        self.packed.latent_of(code, self.packed.config.stages, self.points[0])
        self.decoder.decode_due(ONE, self.points, self.bias, self.ready[None])
        self.frame, self.left = self.frame + 1, len(self.ready)

    def next_block(self) -> None:
        """Fill the next block; most of the work falls into blocks in which a code frame begins."""
        done = 0
        while done < len(self.block):
            if not self.left:
                self.decode()
            count = min(self.left, len(self.block) - done)
            begin = len(self.ready) - self.left
            self.block[done : done + count] = self.ready[begin : begin + count]
            self.left, done = self.left - count, done + count


def bench_rows() -> Iterator[BenchRow]:
    """Yield rows of decoder, encoder and comparisons, each measured when asked for."""
    config = VQVAEConfig()
    packed = pack(config, random_tensors(config, np.random.default_rng(0)))
    player = Player(packed)
    yield _decoder("VQ-VAE decoder, one core, 10 ms blocks", player)
    yield _spread(player)
    yield _encoder("VQ-VAE encoder and quantiser, one core", packed)
    yield from _shaped(ShapedConfig())
    yield from _loads()
    seconds = fastest(Player(packed).decode)
    yield roofline_row("VQ-VAE decoder", least_work(config), seconds)
    yield _against_torch(config, seconds)


def least_work(config: VQVAEConfig) -> Work:
    """Return the work of one code frame in the decoder, with every weight read once."""
    total, weights, frames = 0, 0, 1
    for layer in layers(config).decoder.values():
        size = _size(layer)
        total, weights, frames = total + frames * size, weights + size, frames * layer.gives
    return Work(total, weights)


def _size(layer: Layer) -> int:
    """Return the numbers in a weight, which are the multiply-adds of a step."""
    return int(np.prod(layer.weight_shape))


def _shaped(config: ShapedConfig) -> Iterator[BenchRow]:
    """Yield the same rows of the shaped coder."""
    packed = pack(config, random_shapes(coder_shapes(config), np.random.default_rng(0)))
    yield _decoder("shaped VQ-VAE decoder, one core, 10 ms blocks", Player(packed))
    yield _encoder("shaped VQ-VAE encoder and quantiser, one core", packed)


def _decoder(name: str, player: Player) -> BenchRow:
    def run() -> None:
        for _ in range(BLOCKS):
            player.next_block()

    sustained = fastest(run) / BLOCKS
    return BenchRow(
        name, BLOCK_SECONDS / sustained, "× real time", FLOOR, GOAL,
        f"a code frame is {1e3 / player.packed.config.code_rate:.0f} ms",
    )  # fmt: skip


def _spread(player: Player) -> BenchRow:
    """Measure how evenly a code frame's work is spread over its blocks; bounds are upper ones."""
    single = call_times(player.next_block)
    p50, p99, worst = (t / BLOCK_SECONDS for t in (single.p50, single.p99, single.worst))
    return BenchRow(
        "VQ-VAE decoder, load of single 10 ms blocks, p99", p99 / p50, "× p50", MOST_P99, BEST_P99,
        f"at most; a block takes {p50:.2%} of its time (p50), {p99:.1%} (p99), {worst:.1%} at "
        "worst",
    )  # fmt: skip


def _loads() -> Iterator[BenchRow]:
    """Yield the load of single blocks of every shipped model; bounds are upper ones."""
    for model in FILES.builtin():
        generator, values = create(model, HOST_RATE), model.defaults()
        generator.prepare(HOST_FRAMES[-1], "cpu")
        for host_frames in HOST_FRAMES:
            frames = -(-host_frames * generator.sample_rate // HOST_RATE)
            block = np.zeros((frames, model.channels), np.float32)
            generator.reset(0)
            generator.render(block, values, chord(model.voices))
            single = call_times(lambda: generator.render(block, values, no_events()))  # noqa: B023 (called at once)
            seconds = frames / generator.sample_rate
            p50, p99, worst = (100 * t / seconds for t in (single.p50, single.p99, single.worst))
            yield BenchRow(
                f"{model.id}, load of blocks of {host_frames} frames at 48 kHz, p99", p99, "%",
                MOST_LOAD, BEST_LOAD,
                f"at most; the stream and {model.voices} notes; p50 {p50:.1f} %, {worst:.1f} % at "
                "worst",
            )  # fmt: skip


def _encoder(name: str, packed: Coder) -> BenchRow:
    config, (encoder, _) = packed.config, coders(packed, 1, "cpu")
    sound = np.random.default_rng(0).standard_normal(config.hop, np.float32)
    codes = np.zeros(config.stages, np.uint16)
    seconds = fastest(lambda: encoder.encode(sound, codes))
    return BenchRow(
        name, 1 / seconds / config.code_rate, "× real time",
        None, None, f"{seconds * 1e6:.0f} µs a code frame",
    )  # fmt: skip


def _against_torch(config: VQVAEConfig, seconds: float) -> BenchRow:
    """Compare with the same decoder with cached state in float32, one thread."""
    import torch

    from ..waveform.network import Decoder
    from ..waveform.streaming_torch import TorchDecoder

    decoder = TorchDecoder(Decoder(config))
    latent, embedding = torch.randn(1, config.latent, 1), torch.randn(1, config.embedding)
    slow = torch_seconds(lambda: decoder.decode(latent, embedding))
    return BenchRow(
        "VQ-VAE decoder, against torch with cached state", slow / seconds, "×", None, None,
        f"torch: {slow * 1e6:.0f} µs a code frame, here {seconds * 1e6:.0f} µs",
    )  # fmt: skip
