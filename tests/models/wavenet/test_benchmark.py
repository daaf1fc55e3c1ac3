"""The rows that `rtaudiogen bench` prints of this family."""

import pytest

from rtaudiogen.models.measuring import roofline, speed
from rtaudiogen.models.wavenet import benchmark
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.memory import CHUNK
from rtaudiogen.realtime.render.worker_pool import worker_pool


def test_every_promised_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.01)
    rows = list(benchmark.bench_rows())
    cores = 1 + worker_pool().helpers
    assert [(row.unit, row.floor, row.goal) for row in rows] == [
        ("× real time", 8, 14),
        ("× real time", None, None),
        ("voices", 8, 14),
        ("voices", *((16, 26) if cores == 2 else (None, None))),
        ("%", 45, 70),
        ("×", 100, 150),
        ("× real time", 1, None),
    ]
    # a machine that is busy elsewhere may play no voice in real time
    assert all(row.value > 0 for row in rows if row.unit != "voices")


def test_every_weight_of_a_matrix_is_one_multiply_add() -> None:
    config = WaveNetConfig(residual=16, skip=32, output=48, dilations=(1, 8), harmonics=4)
    gates, residual, skips, head = 32 * (32 + 16) * 2, 16 * 16, 16 * 32 * 2, 48 * (32 + 256)
    work = benchmark.least_work(config)
    chunked = 2 * 32 * 16 + 32 * 16  # conditioning of both layers, the past tap of one
    assert work.multiply_adds == gates + residual + skips + head
    assert work.weights == work.multiply_adds - chunked * (1 - 1 / CHUNK)


def test_the_roofline_is_plausible() -> None:
    """It lies between a core of 1 GHz with 4 lanes and a thousand times that."""
    assert 4e9 < roofline.multiply_adds_per_second(0.05) < 4e12
    assert 4e9 < roofline.l2_bytes_per_second(0.05) < 4e12
