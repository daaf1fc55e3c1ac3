"""A network together with its optimizer."""

import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.models.training.device import accelerator
from rtaudiogen.models.training.learner import Learner

GROUPS = "weights", "buffers", "optimizer"


class Level(nn.Module):
    """A network whose loss is the distance of a level from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.tensor(0.0))

    def forward(self, scale: Tensor) -> Tensor:
        return scale * (self.level - 1.0).square()


def learner() -> Learner:
    network = Level()
    optimizer = torch.optim.AdamW(network.parameters(), 0.1)
    return Learner(network, optimizer, accelerator("cpu"), GROUPS, mixed=False)


def learnt(part: Learner, steps: int) -> float:
    for _ in range(steps):
        torch.autograd.backward(part.loss(scale=torch.tensor(2.0)))
        part.step(0.1)
    return part.network.level.item()


def test_a_step_forgets_the_gradients() -> None:
    part = learner()
    assert learnt(part, 1) > 0.0
    assert part.network.level.grad is None


def test_a_restored_learner_reaches_the_same_number() -> None:
    straight, first, second = learner(), learner(), learner()
    learnt(first, 3)
    second.restore(first.tensors())
    assert learnt(second, 4) == learnt(straight, 7) != learnt(learner(), 4)


def test_before_its_first_step_the_optimizer_has_nothing_to_keep() -> None:
    new, other = learner(), learner()
    kept = {name: group for name, group in new.tensors().items() if group}
    assert kept.keys() == {"weights"}
    learnt(other, 2)
    other.restore(kept)
    assert learnt(other, 3) == learnt(learner(), 3)


def test_an_examined_network_gets_its_own_weights_back() -> None:
    part = learner()
    own = learnt(part, 1)
    found: list[tuple[float, bool]] = []

    def examine() -> None:
        with part.examined({"level": torch.tensor(0.5)}):
            found.append((part.network.level.item(), part.network.training))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        examine()
    assert found == [(0.5, False)]
    assert part.network.level.item() == own
    assert part.network.training
