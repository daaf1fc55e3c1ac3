"""The benchmark rows of this family on a device."""

import pytest

from rtaudiogen.models.measuring import speed
from rtaudiogen.models.vqvae.descriptor import builtin
from rtaudiogen.models.vqvae.measuring import device_benchmark


@pytest.mark.parametrize("name", ["cpu", "cuda"])
def test_every_promised_row_is_measured(
    monkeypatch: pytest.MonkeyPatch, device: str, name: str
) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.01)
    monkeypatch.setattr(device_benchmark, "WARM_UP_QUANTA", 1)
    rows = list(device_benchmark.bench_rows(name))
    shipped = len(list(builtin()))
    assert [row.unit for row in rows] == 2 * ["× real time"] + 3 * shipped * ["ms (p99)"]
    assert all(f" on {name}, " in row.name and row.value > 0 for row in rows)
    assert all("p50" in row.detail and "p99" in row.detail for row in rows)
    assert len({row.name for row in rows}) == len(rows)
