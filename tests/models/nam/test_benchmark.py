"""Rows of the benchmark."""

import pytest

from rtaudiogen.models.measuring import speed
from rtaudiogen.models.nam.benchmark import rows


def test_rows_measure_every_size_and_compare_with_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "MEASURE_SECONDS", 0.01)
    measured = list(rows())
    assert all(row.value is not None and row.value > 0 for row in measured)
    assert [row.unit for row in measured].count("×") == 1
    assert {row.name.split(",")[0] for row in measured} == {
        "nam: A1 standard", "nam: A2", "nam: LSTM 1×3", "nam: LSTM 2×16",
    }  # fmt: skip
