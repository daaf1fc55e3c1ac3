"""The GPU's figures, taken where the CPU stands in for it: that they are measured, not how high."""

import pytest
import torch

pytest.importorskip("triton", reason="the GPU's kernel is written in Triton (Linux only)")
from rtaudiogen.models.wavenet import device_benchmark
from rtaudiogen.models.wavenet.config import WaveNetConfig

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
TINY = WaveNetConfig(residual=16, skip=16, output=16, dilations=(1,), harmonics=0)


def test_every_size_and_number_of_voices_has_its_row(monkeypatch):
    monkeypatch.setattr(device_benchmark, "torch_device", lambda name: DEVICE)
    rows = list(device_benchmark.bench_rows("cuda", [TINY], [1, 2], frames=2, seconds=0.0))
    assert [row.name for row in rows] == [
        f"WaveNet 16/16/16·1, {DEVICE.type}, 1 voice",
        f"WaveNet 16/16/16·1, {DEVICE.type}, 2 voices",
    ]  # fmt: skip
    for row in rows:
        assert row.unit == "samples/s"
        assert row.value > 0
        assert "× real time" in row.detail
        assert "% of the floor: reading 0.01 MB" in row.detail
