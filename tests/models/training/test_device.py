"""A training's device, and how batches reach it."""

import threading
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pytest
import torch
from torch import Tensor

from rtaudiogen import processors
from rtaudiogen.errors import UsageError
from rtaudiogen.models.training.device import Batches, accelerator, moved
from rtaudiogen.models.vqvae.learning.options import TrainingOptions as VQVAEOptions
from rtaudiogen.models.wavegan.learning.options import TrainingOptions as WaveGANOptions
from rtaudiogen.models.wavenet.training import TrainingOptions as WaveNetOptions
from rtaudiogen.processors import AUTO, CPU, CUDA

HERE = torch.device(CPU)
OPTIONS: list[Any] = [VQVAEOptions, WaveGANOptions, WaveNetOptions]


class Maker:
    """A source of one micro-batch a step, which records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []
        self.threads: set[int] = set()

    def __call__(self, step: int, process: int) -> Sequence[dict[str, Tensor]]:
        self.calls.append((step, process))
        self.threads.add(threading.get_ident())
        return [{"step": torch.tensor([step, process])}]


def given(batches: Batches, step: int) -> list[int]:
    (batch,) = batches.of(step, 1)
    return list(batch["step"].tolist())


def test_batches_are_made_when_they_are_asked_for_on_the_cpu() -> None:
    maker = Maker()
    batches = Batches(maker, HERE)
    assert [given(batches, step) for step in (0, 1)] == [[0, 1], [1, 1]]
    assert maker.calls == [(0, 1), (1, 1)]
    assert maker.threads == {threading.get_ident()}


def test_batches_ahead_are_made_once_on_a_thread_and_may_jump() -> None:
    maker = Maker()
    batches = Batches(maker, HERE, ahead=True)
    assert [given(batches, step) for step in (0, 1, 2, 7, 8)] == [
        [0, 1], [1, 1], [2, 1], [7, 1], [8, 1],
    ]  # fmt: skip
    assert len(maker.threads) == 2
    assert [step for step, _ in maker.calls[:3]] == [0, 1, 2]


def test_an_error_made_ahead_is_raised_when_its_batch_is_due() -> None:
    def make(step: int, process: int) -> Sequence[dict[str, Tensor]]:
        if step == 1:
            raise UsageError("no more sounds")
        return []

    batches = Batches(make, HERE, ahead=True)
    assert batches.of(0, 0) == []
    with pytest.raises(UsageError, match="no more sounds"):
        batches.of(1, 0)


def test_a_batch_is_moved_whole_and_unchanged() -> None:
    batch = {"codes": torch.arange(6).view(2, 3), "one": torch.tensor(1.0)}
    there = moved(batch, HERE)
    assert there.keys() == batch.keys()
    assert all(torch.equal(there[name], batch[name]) for name in batch)
    elsewhere = moved(batch, torch.device("meta"))
    assert {value.device.type for value in elsewhere.values()} == {"meta"}


def test_a_training_may_be_kept_on_the_cpu() -> None:
    assert accelerator(CPU).device == HERE


@pytest.mark.parametrize("options", OPTIONS)
def test_every_family_offers_a_device_and_resumes_on_another(options: Any) -> None:
    (device,) = (field for field in fields(options) if field.name == "device")
    assert device.default == AUTO
    assert "auto" in device.metadata["help"]
    assert options(device=CPU).identity == options().identity
    assert "device" not in options().identity


@pytest.mark.parametrize("options", OPTIONS)
def test_a_device_that_is_not_here_is_refused_in_one_line(
    options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processors, "missing", lambda name: "" if name == CPU else "it is out")
    with pytest.raises(UsageError, match="device 'cuda': it is out; available: cpu"):
        options(device=CUDA)
    with pytest.raises(UsageError, match="device 'gpu': expected cpu, cuda, mps, auto"):
        options(device="gpu")
