"""Training speed of every family, on made-up sounds at small sizes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from rtaudiogen.errors import UsageError
from rtaudiogen.models.measuring.device_ceilings import ceiling_rows
from rtaudiogen.models.samplernn.training import trial as samplernn
from rtaudiogen.models.training import speed
from rtaudiogen.models.training.speed import Trial, frames_per_second, speed_rows
from rtaudiogen.models.vqvae.trial import trial as vqvae
from rtaudiogen.models.wavegan.trial import trial as wavegan
from rtaudiogen.models.wavenet.training import trial as wavenet

SOON = 0.01  # seconds
SMALL: dict[Callable[..., Trial], dict[str, Any]] = {
    wavenet: {"residual": 16, "skip": 16, "output": 16, "largest_dilation": 8, "compile": False},
    vqvae: {"encoder_channels": 16, "decoder_channels": 16, "widest": 16, "codes": 16},
    samplernn: {"width": 16, "rows": 2, "segment_frames": 64},
    wavegan: {"frames": 8192, "width": 16, "spectral_width": 8, "hits": 2},
}
FRAMES = {samplernn: 2 * 64, wavenet: 2 * 2560, vqvae: 8 * 8000, wavegan: 2 * 8192}


@pytest.mark.parametrize("trial", list(SMALL))
def test_a_trial_learns_and_is_timed(tmp_path: Path, trial: Callable[..., Trial]) -> None:
    tried = trial(tmp_path, "cpu", 1, **SMALL[trial])
    assert tried.step_frames == FRAMES[trial]
    before = {name: value.clone() for name, value in tried.trainer.average.items()}
    assert frames_per_second(tried, SOON) > 0
    assert tried.trainer.step > speed.WARM_UP_STEPS
    assert any(not torch.equal(before[n], v) for n, v in tried.trainer.average.items())
    assert not list(tmp_path.iterdir()), "nothing is kept"


@pytest.mark.parametrize("trial", [vqvae, wavegan])
def test_the_rival_plays_from_the_first_step(tmp_path: Path, trial: Callable[..., Trial]) -> None:
    assert trial(tmp_path, "cpu", 1, **SMALL[trial]).trainer.contested


def test_a_larger_batch_is_so_many_times_the_default_one(tmp_path: Path) -> None:
    sizes = SMALL[wavenet]
    one, three = (wavenet(tmp_path, "cpu", times, **sizes).step_frames for times in (1, 3))
    assert three == 3 * one


def test_a_familys_speed_is_one_row_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "WARM_UP_STEPS", 1)
    (row,) = speed_rows("vqvae", "cpu", SOON)
    assert row.name == "training vqvae, 64000 frames a step, cpu"
    assert row.value > 0
    assert row.unit == "frames/s"


def test_a_device_that_is_not_here_is_refused() -> None:
    with pytest.raises(UsageError, match="expected cpu, cuda, mps"):
        next(speed_rows("vqvae", "gpu", SOON))


def test_the_ceilings_of_a_processor_are_measured() -> None:
    bandwidth, latency = ceiling_rows("cpu", SOON, 2**20)
    assert (bandwidth.unit, latency.unit) == ("GB/s", "µs")
    assert "copy of 1 MiB" in bandwidth.detail
    assert bandwidth.value > 0
    assert latency.value > 0
