"""The training loop that the families share: budget, schedule, averaging, checkpoints, reports.

A family brings an `Objective` (a network whose forward is the loss) and batches that are a
function of the step number; this file brings everything else. The same script runs on one
processor, one GPU, or several machines (`accelerate launch`).
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor, nn

from rtaudiogen.errors import UsageError

from .checkpoint import Checkpoint

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Budget:
    """How long and how fast to learn. With `steps` the run is a function of the seed alone."""

    steps: int = 0  # 0: as many as fit into `minutes`
    minutes: float = 60.0
    learning_rate: float = 2e-3
    warm_up_steps: int = 200
    averaging: float = 0.9995  # of the weights that are kept
    report_steps: int = 1000

    def rate(self, step: int, progress: float) -> float:
        """Learning rate: a linear start, then half a cosine down to 1 %."""
        cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
        start = min((step + 1) / self.warm_up_steps, 1.0)
        return self.learning_rate * start * (0.01 + 0.99 * cosine)


@dataclass(frozen=True)
class Report:
    """Where a training stands."""

    step: int
    progress: float  # 0 … 1
    seconds: float  # of training so far, over all resumptions
    loss: float  # nats, mean since the last report
    held_out: float  # nats, with averaged weights
    best: float


class Trainer:
    """Trains `objective` on `batches`, keeps the averaged weights that do best on `held_out`."""

    def __init__(
        self,
        objective: nn.Module,
        batches: Callable[[int, int], Sequence[Tensors]],
        held_out: Sequence[Tensors],
        budget: Budget,
        folder: Path,
        identity: Mapping[str, Any],
        compiled: bool = True,
        mixed: bool | None = None,
    ) -> None:
        """`batches(step, process)` gives the micro-batches of one step of one process.

        A checkpoint in `folder` is only resumed by a training of the same `identity`.
        """
        self.accelerator = accelerator()
        self.identity = dict(identity)
        self.budget, self.batches, self.folder = budget, batches, folder
        self.held_out = [self._moved(batch) for batch in held_out]
        optimizer = torch.optim.AdamW(
            objective.parameters(), budget.learning_rate, betas=(0.9, 0.99), weight_decay=0.0
        )
        self.plain = objective
        self.model, self.optimizer = self.accelerator.prepare(objective, optimizer)
        self.mixed = prefers_bfloat16(self.accelerator.device) if mixed is None else mixed
        self.forward = torch.compile(self.model) if compiled else self.model
        self.compiled = compiled
        self.average = {k: v.detach().clone() for k, v in objective.named_parameters()}
        self.best_weights = {k: v.clone() for k, v in self.average.items()}
        self.step, self.seconds, self.best = 0, 0.0, math.inf
        self.history: list[dict[str, float]] = []

    @property
    def progress(self) -> float:
        """0 … 1 of the budget."""
        if self.budget.steps:
            return self.step / self.budget.steps
        return self.seconds / (60.0 * self.budget.minutes)

    def run(self, on_step: Callable[[float], None], on_report: Callable[[Report], None]) -> None:
        """To the end of the budget, from wherever the folder's checkpoint stands."""
        self.resume()
        if self.progress >= 1.0:
            return
        self._warm_up()
        total, count, started = 0.0, 0, time.monotonic()
        while self.progress < 1.0:
            total += self._step()
            count += 1
            now = time.monotonic()
            self.seconds, started = self._agreed(self.seconds + now - started), now
            on_step(total / count)
            if self.step % self.budget.report_steps == 0 or self.progress >= 1.0:
                report = self._report(total / count)
                total, count = 0.0, 0
                if self.accelerator.is_main_process:
                    self.save()
                    on_report(report)
                self.accelerator.wait_for_everyone()

    def _step(self) -> float:
        rate = self.budget.rate(self.step, self.progress)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batches = self.batches(self.step, self.accelerator.process_index)
        loss = 0.0
        for batch in batches:
            part = self._loss(self._moved(batch)) / len(batches)
            self.accelerator.backward(part)
            loss += float(part.detach())
        self.accelerator.clip_grad_norm_(self.plain.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        decay = min(self.budget.averaging, self.step / (self.step + 10.0))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.values()), list(self.plain.parameters()), 1.0 - decay
            )
        return loss

    def _loss(self, batch: Tensors) -> Tensor:
        device = self.accelerator.device.type
        with torch.autocast(device, torch.bfloat16, enabled=self.mixed):
            loss: Tensor = self.forward(**batch)
        return loss

    def _moved(self, batch: Tensors) -> dict[str, Tensor]:
        return {name: value.to(self.accelerator.device) for name, value in batch.items()}

    def _warm_up(self) -> None:
        """Compile, outside of the budget; without a compiler go on without."""
        try:
            for batch in self.batches(0, 0):
                self.accelerator.backward(self._loss(self._moved(batch)))
        except Exception as error:  # whatever a missing or broken tool chain raises
            if not self.compiled:
                raise
            reason = str(error).strip().splitlines()[0][:100]
            self.accelerator.print(f"torch.compile is not at work here, going on without: {reason}")
            self.compiled, self.forward = False, self.model
        self.optimizer.zero_grad()

    def _report(self, loss: float) -> Report:
        """Measure the averaged weights and keep them if they are the best."""
        parameters = dict(self.plain.named_parameters())
        kept = {name: value.detach().clone() for name, value in parameters.items()}
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(self.average[name])
        held_out = self._held_out_loss()
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(kept[name])
        if held_out < self.best:
            self.best = held_out
            self.best_weights = {name: value.clone() for name, value in self.average.items()}
        report = Report(self.step, self.progress, self.seconds, loss, held_out, self.best)
        self.history.append({"step": self.step, "loss": loss, "held_out": held_out})
        return report

    def _held_out_loss(self) -> float:
        if self.accelerator.num_processes > 1:  # the distributed wrapper wants a backward pass
            with torch.no_grad():
                losses = [float(self.plain(**batch)) for batch in self.held_out]
        else:  # with gradients enabled, so that the compiled training graph serves
            losses = [float(self._loss(batch).detach()) for batch in self.held_out]
        return sum(losses) / max(len(losses), 1)

    def _agreed(self, seconds: float) -> float:
        """The main process's clock, so that all stop at the same step."""
        if self.accelerator.num_processes == 1:
            return seconds
        clock = torch.tensor(seconds, device=self.accelerator.device)
        return float(broadcast(clock))

    def save(self) -> None:
        """Everything that the rest of the run depends on, atomically."""
        state = self.optimizer.state_dict()["state"]
        names = [name for name, _ in self.plain.named_parameters()]
        moments = {f"{names[i]}.{key}": state[i][key] for i in state for key in state[i]}
        groups: dict[str, dict[str, Tensor]] = {
            "weights": dict(self.plain.named_parameters()),
            "average": self.average,
            "best": self.best_weights,
            "optimizer": moments,
        }
        facts = {
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best if math.isfinite(self.best) else None,
            "history": self.history,
            "identity": self.identity,
        }
        Checkpoint(groups, facts).write(self.folder / "checkpoint.safetensors")

    def resume(self) -> bool:
        """Continue from the folder's checkpoint; False if there is none."""
        path = self.folder / "checkpoint.safetensors"
        if not path.is_file():
            return False
        checkpoint = Checkpoint.read(path)
        self._refuse_another(checkpoint.facts["identity"], path)
        with torch.no_grad():
            for name, value in self.plain.named_parameters():
                value.copy_(checkpoint.groups["weights"][name])
        device = self.accelerator.device
        self.average = {k: v.to(device) for k, v in checkpoint.groups["average"].items()}
        self.best_weights = {k: v.to(device) for k, v in checkpoint.groups["best"].items()}
        self.average = {name: self.average[name] for name, _ in self.plain.named_parameters()}
        state: dict[int, dict[str, Tensor]] = {}
        for index, (name, _) in enumerate(self.plain.named_parameters()):
            keys = ("step", "exp_avg", "exp_avg_sq")
            moments = checkpoint.groups["optimizer"]
            state[index] = {key: moments[f"{name}.{key}"] for key in keys}
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
        facts: Mapping[str, Any] = checkpoint.facts
        self.step, self.seconds = int(facts["step"]), float(facts["seconds"])
        self.best = math.inf if facts["best"] is None else float(facts["best"])
        self.history = list(facts["history"])
        return True

    def _refuse_another(self, identity: Mapping[str, Any], path: Path) -> None:
        for name, ours in self.identity.items():
            if identity.get(name) != ours:
                raise UsageError(
                    f"{path}: was begun with {name} {identity.get(name)!r}, not {ours!r}; "
                    "give the same options, another --out, or delete it to start anew"
                )


def accelerator() -> Accelerator:
    """This process's place among all that train together; the GPU where there is one."""
    return Accelerator(cpu=not torch.accelerator.is_available())


def prefers_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products are native here, so that mixed precision pays."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
