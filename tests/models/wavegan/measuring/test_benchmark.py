"""The rows that `rtaudiogen bench` prints of this family."""

import pytest

from rtaudiogen.models.measuring import speed
from rtaudiogen.models.wavegan.config import WaveGANConfig
from rtaudiogen.models.wavegan.measuring import benchmark


def test_every_promised_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.01)
    monkeypatch.setattr(benchmark, "WIDTHS", (16,))
    rows = list(benchmark.bench_rows())
    assert [(row.unit, row.floor, row.goal) for row in rows] == [
        ("× real time", None, None),
        ("%", None, None),
        ("×", None, None),
        ("hits/s", None, None),
    ]
    assert all(row.value > 0 for row in rows)
    assert all("\n" not in row.detail for row in rows)


def test_the_size_of_the_papers_network_is_the_papers() -> None:
    """Biases, among its 19,065,345 parameters, are no multiply-adds."""
    config = WaveGANConfig(width=64)
    work = benchmark.least_work(config)
    assert work.weights == 19_065_345 - 16 * 1024 - (512 + 256 + 128 + 64 + 1)
    assert work.multiply_adds == pytest.approx(0.85e9, rel=0.01)
