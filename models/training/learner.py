"""A network with its optimizer, and their tensors in a checkpoint."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from .device import Tensors


class Step(NamedTuple):
    """Results of a step against an adversary."""

    loss: Tensor  # ()
    shown: Sequence[Tensors]  # arguments of the adversary's loss, one step for each


class Learner:
    """A network whose forward returns a loss, and its optimizer. [control]"""

    def __init__(
        self, network: nn.Module, optimizer: torch.optim.Optimizer, accelerator: Accelerator,
        groups: tuple[str, str, str], mixed: bool, compiled: bool = False,
    ) -> None:  # fmt: skip
        """`groups` names its weights, buffers and the optimizer's moments in a checkpoint.

        `mixed`: products are computed in bfloat16.
        """
        self.network, self.accelerator, self.mixed = network, accelerator, mixed
        self.model, self.optimizer = accelerator.prepare(network, optimizer)
        self.forward = torch.compile(self.model) if compiled else self.model
        self._groups = groups

    def loss(self, **arguments: Any) -> Tensor:
        """Return the loss () of the network's forward."""
        loss: Tensor = self._ask(**arguments)
        return loss

    def contested(self, **arguments: Any) -> Step:
        """Return the `Step` of the network's forward against an adversary, which is one of the
        arguments.
        """
        step: Step = self._ask(**arguments)
        return step

    def _ask(self, **arguments: Any) -> Any:
        device = self.accelerator.device.type
        with torch.autocast(device, torch.bfloat16, enabled=self.mixed):
            return self.forward(**arguments)

    def step(self, rate: float) -> None:
        """Take a step along the gathered gradients, clipped to length 1, and reset them."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.accelerator.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()

    @contextmanager
    def examined(self, weights: Tensors) -> Iterator[None]:
        """Run a block with the network in evaluation mode and with other weights, by its own
        names.
        """
        parameters = dict(self.network.named_parameters())
        own = {name: value.detach().clone() for name, value in parameters.items()}
        fill(parameters, weights)
        self.network.eval()
        try:
            yield
        finally:
            self.network.train()
            fill(parameters, own)

    def tensors(self) -> dict[str, dict[str, Tensor]]:
        """Return every tensor that the rest of its training depends on, by group and name."""
        state = self.optimizer.state_dict()["state"]  # by parameter; empty before the first step
        names = [name for name, _ in self.network.named_parameters()]
        weights, buffers, moments = self._groups
        return {
            weights: dict(self.network.named_parameters()),
            buffers: dict(self.network.named_buffers()),
            moments: {f"{names[i]}.{key}": state[i][key] for i in state for key in state[i]},
        }

    def restore(self, groups: Mapping[str, Tensors]) -> None:
        """Restore what `tensors` returned. A group that was empty may be missing."""
        weights, buffers, moments = (groups.get(name, {}) for name in self._groups)
        fill(dict(self.network.named_parameters()), weights)
        fill(dict(self.network.named_buffers()), buffers)
        state = {
            index: {key: moments[f"{name}.{key}"] for key in ("step", "exp_avg", "exp_avg_sq")}
            for index, (name, _) in enumerate(self.network.named_parameters())
            if f"{name}.step" in moments
        }
        param_groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": param_groups})


def fill(tensors: Tensors, values: Tensors) -> None:
    """Copy values into tensors of the same names."""
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(values[name])
