"""Adversarial training: a second network that learns to tell generated sound from real sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from torch import nn

from .device import Tensors
from .learner import Learner

GROUPS = "rival", "rival_buffers", "rival_optimizer"  # in a checkpoint


@dataclass(frozen=True)
class Adversary:
    """Settings of an adversary, and when it starts.

    While it plays, `objective(**batch, against=network)` returns a `Step`. Then, for each item that
    the step has `shown`, `network(**shown)` returns the adversary's own loss, and the adversary
    takes a step.
    """

    network: nn.Module
    begins: float  # progress, 0 … 1
    learning_rate: float = 3e-4
    betas: tuple[float, float] = (0.8, 0.99)
    scheduled: bool = False  # its learning rate follows the objective's schedule


class AdversaryLearner(Learner):
    """An adversary while it learns. [control]"""

    def __init__(self, adversary: Adversary, accelerator: Accelerator, mixed: bool) -> None:
        optimizer = torch.optim.AdamW(
            adversary.network.parameters(), adversary.learning_rate, betas=adversary.betas
        )
        super().__init__(adversary.network, optimizer, accelerator, GROUPS, mixed)
        self._adversary = adversary

    def judge(self) -> nn.Module:
        """Return the network for the objective to call, with its weights frozen."""
        return self.network.requires_grad_(False)

    def learn(self, rounds: Sequence[Tensors], schedule: float) -> None:
        """Take one step for each item that the objective has just made; `schedule` 0 … 1."""
        self.network.requires_grad_(True)
        rate = self._adversary.learning_rate * (schedule if self._adversary.scheduled else 1.0)
        for made in rounds:
            self.accelerator.backward(self.loss(**made))
            self.step(rate)
