"""The GPU's figures are measured, on the CPU in its place; their values are not tested."""

import pytest
import torch

pytest.importorskip("triton", reason="the GPU's kernel is written in Triton (Linux only)")
from rtaudiogen.benchmark import BenchRow
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.device import benchmark

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
TINY = WaveNetConfig(residual=16, skip=16, output=16, dilations=(1,), harmonics=0)

PLAYED = BenchRow("played", 1.0, "× real time", 1.0, None, "")


def test_every_size_and_number_of_voices_has_its_row(monkeypatch):
    monkeypatch.setattr(benchmark, "torch_device", lambda name: DEVICE)
    monkeypatch.setattr(benchmark, "played_row", lambda device: PLAYED)
    rows = list(benchmark.bench_rows("cuda", [TINY], [1, 2], frames=2, seconds=0.0))
    assert rows.pop() == PLAYED
    assert [row.name for row in rows] == [
        f"WaveNet 16/16/16·1, {DEVICE.type}, 1 voice",
        f"WaveNet 16/16/16·1, {DEVICE.type}, 2 voices",
    ]  # fmt: skip
    for row in rows:
        assert row.unit == "samples/s"
        assert row.value > 0
        assert "× real time" in row.detail
        assert "% of the floor: reading 0.01 MB" in row.detail


def test_the_instrument_is_played_as_a_live_host_does():
    row = benchmark.played_row("cpu", TINY, voices=3, blocks=20)
    assert row.name.startswith("WaveNet 16/16/16·1, cpu, 3 voices played in blocks of 128")
    assert (row.unit, row.floor) == ("× real time", 1.0)
    assert row.value > 0
    assert "ms of 2.62 ms" in row.detail
