"""A second network that learns to tell what the first one makes from what is real."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import nn

from .device import Tensors
from .learner import Learner

GROUPS = "rival", "rival_buffers", "rival_optimizer"  # in a checkpoint


@dataclass(frozen=True)
class Rival:
    """An adversary, and when it enters the game.

    While it plays, `objective(**batch, against=network)` is asked for the objective's loss;
    afterwards, for each of `objective.made`, `network(**made)` for the rival's own, and the rival
    takes a step.
    """

    network: nn.Module
    begins: float  # progress, 0 … 1
    learning_rate: float = 3e-4
    betas: tuple[float, float] = (0.8, 0.99)
    scheduled: bool = False  # its learning rate goes the way of the objective's


class Opponent(Learner):
    """A rival that learns. All of it is [control]."""

    def __init__(self, rival: Rival, accelerator: Accelerator, mixed: bool) -> None:
        optimizer = torch.optim.AdamW(
            rival.network.parameters(), rival.learning_rate, betas=rival.betas
        )
        super().__init__(rival.network, optimizer, accelerator, GROUPS, mixed)
        self._rival = rival

    def judge(self) -> nn.Module:
        """The network for the objective to ask; it does not learn from that."""
        return self.network.requires_grad_(False)

    def learn(self, rounds: Sequence[Tensors], schedule: float) -> None:
        """A step from each of what the objective has just made; `schedule` 0 … 1."""
        self.network.requires_grad_(True)
        rate = self._rival.learning_rate * (schedule if self._rival.scheduled else 1.0)
        for made in rounds:
            self.accelerator.backward(self.loss(**made))
            self.step(rate)
