"""The rows that `rtaudiogen bench` prints of this family."""

import numpy as np
import pytest

from rtaudiogen.models.measuring import speed
from rtaudiogen.models.vqvae.coders import label_bias
from rtaudiogen.models.vqvae.measuring import benchmark
from rtaudiogen.models.vqvae.waveform.packing import pack, random_tensors
from rtaudiogen.models.vqvae.waveform.streaming import decoder_of

from ..untrained import SMALL


def test_every_promised_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.01)
    rows = list(benchmark.bench_rows())
    assert [(row.unit, row.floor, row.goal) for row in rows] == [
        ("× real time", 50, 100),
        ("× p50", 2, 1.3),
        ("× real time", None, None),
        ("× real time", 50, 100),
        ("× real time", None, None),
        *[("%", 100, 60)] * 8,  # loads of two models, in blocks of four sizes
        ("%", None, None),
        ("×", None, None),
    ]
    assert all(row.value > 0 for row in rows)
    assert all("\n" not in row.detail for row in rows)


def test_every_weight_of_a_layer_is_a_multiply_add_a_frame() -> None:
    """SMALL has strides 2 and 4, 16 and 32 channels, and three units a level."""
    inner = 3 * (32 * 3 * 16 + 16 * 32)  # a frame of the inner level, 16 channels inside
    outer = 3 * (16 * 3 * 16 + 16 * 16)
    first, up, last = 16 * 3 * 32, 32 * 8 * 16, 16 * 8
    work = benchmark.least_work(SMALL)
    assert work.weights == first + inner + up + outer + last
    assert work.multiply_adds == first + inner + up + 4 * (outer + last)


def test_device_blocks_carry_the_decoders_sound_without_a_gap() -> None:
    packed = pack(SMALL, random_tensors(SMALL, np.random.default_rng(0)))
    player, blocks = benchmark.Player(packed), []
    player.block = np.zeros(5, np.float32)  # no divisor of the hop
    for _ in range(16):
        player.next_block()
        blocks.append(player.block.copy())
    decoder, latent = decoder_of(packed, 1), np.zeros(SMALL.latent, np.float32)
    expected = np.zeros((10, SMALL.hop), np.float32)
    for code, out in zip(player.codes, expected, strict=False):
        packed.latent_of(code, SMALL.stages, latent)
        decoder.decode(0, latent, label_bias(packed, packed.labels[0]), out)
    np.testing.assert_array_equal(np.concatenate(blocks), expected.ravel())
