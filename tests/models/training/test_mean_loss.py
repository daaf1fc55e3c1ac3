"""The mean of a training's losses is read rarely."""

import pytest
import torch
from torch import Tensor

from rtaudiogen.models.training.mean_loss import MeanLoss

LONG = 3600.0  # seconds


def step(*parts: float) -> list[Tensor]:
    return [torch.tensor(part) for part in parts]


def test_the_loss_is_the_mean_over_steps_of_summed_parts() -> None:
    loss = MeanLoss(0.0)
    loss.add(step(1.0, 2.0))
    assert loss.newest() == 3.0
    loss.add(step(5.0))
    assert loss.newest() == loss.read() == 4.0
    loss.begin()
    loss.add(step(7.0))
    assert loss.read() == 7.0


def test_the_loss_equals_pythons_sum_of_the_parts() -> None:
    parts = torch.rand(300, generator=torch.Generator().manual_seed(0))
    loss, total = MeanLoss(LONG), 0.0
    for one, other in parts.view(-1, 2):
        loss.add([one, other])
        total += float(one) + float(other)
    assert loss.read() == total / 150


def test_between_two_questions_what_was_last_known_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    loss = MeanLoss(0.25)
    loss.add(step(1.0))
    assert loss.newest() == 1.0, "the first one is asked for"
    loss.add(step(3.0))
    assert loss.newest() == 1.0
    now += 0.3
    assert loss.newest() == 2.0


def test_the_last_steps_count_in_the_report() -> None:
    loss = MeanLoss(LONG)
    for value in (1.0, 2.0, 6.0):
        loss.add(step(value))
        loss.newest()
    assert loss.read() == 3.0
