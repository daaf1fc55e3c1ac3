"""The training loop that the families share: budget, schedule, averaging, checkpoints, reports.

A family brings an `Objective` (a network whose forward is the loss) and batches that are a
function of the step number; this file brings everything else. The same script runs on one
processor, one GPU, or several machines (`accelerate launch`).

A family may also bring a `Rival`: a second network that learns to tell what the first one makes
from what is real, while the first one learns to be mistaken for real.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import broadcast
from torch import Tensor, nn

from rtaudiogen.errors import UsageError
from rtaudiogen.processors import AUTO, CPU, title

from .checkpoint import Checkpoint
from .interruption import Interruption
from .mean_loss import MeanLoss
from .training_device import (
    Batches,
    Make,
    Tensors,
    accelerator,
    moved,
    prefers_bfloat16,
)

SHOWN_EVERY_SECONDS = 0.25  # a GPU's loss


@dataclass(frozen=True)
class Budget:
    """How long and how fast to learn. With `steps` a CPU's run is a function of the seed alone."""

    steps: int = 0  # 0: as many as fit into `minutes`
    minutes: float = 60.0
    learning_rate: float = 2e-3
    warm_up_steps: int = 200
    averaging: float = 0.9995  # of the weights that are kept
    betas: tuple[float, float] = (0.9, 0.99)
    report_steps: int = 1000
    report_minutes: float = 0.0  # instead of steps, if above 0

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


class Trainer:
    """Trains `objective` on `batches`, keeps the averaged weights that do best on `held_out`.

    Buffers that the objective changes as it goes (code books) are kept with the weights, as they
    are. Once a rival plays, the newest weights are kept, since `held_out` cannot judge what it
    improves; unless a `measure` can, which then stands for `held_out`: the less the better.
    """

    def __init__(
        self,
        objective: nn.Module,
        batches: Make,
        held_out: Sequence[Tensors],
        budget: Budget,
        folder: Path,
        identity: Mapping[str, Any],
        compiled: bool = True,
        mixed: bool | None = None,
        rival: Rival | None = None,
        measure: Callable[[], Mapping[str, Any]] | None = None,
        seed: int | None = None,
        device: str = AUTO,
    ) -> None:
        """`batches(step, process)` gives the micro-batches of one step of one process.

        It depends on nothing else, for it is called ahead, on a thread, where a GPU computes. What
        torch draws in a step depends on `seed`, step and process, if there is a seed.

        `measure` is called with the averaged weights in the objective, in evaluation mode; its
        value "held_out" decides, the others (JSON values) are kept in the history beside it.

        A checkpoint in `folder` is only resumed by a training of the same `identity`, on whatever
        device.
        """
        self.accelerator = accelerator(device)
        self.device: torch.device = self.accelerator.device
        self.identity, self.seed = dict(identity), seed
        self.budget, self.folder = budget, folder
        self.batches = Batches(batches, self.device)
        self.held_out = [moved(batch, self.device) for batch in held_out]
        optimizer = torch.optim.AdamW(
            objective.parameters(), budget.learning_rate, betas=budget.betas, weight_decay=0.0
        )
        self.plain = objective
        self.model, self.optimizer = self.accelerator.prepare(objective, optimizer)
        self.rival, self.measure = rival, measure
        if rival is not None:
            self.rival_network, self.rival_optimizer = self.accelerator.prepare(
                rival.network,
                torch.optim.AdamW(
                    rival.network.parameters(), rival.learning_rate, betas=rival.betas
                ),
            )
        self.mixed = prefers_bfloat16(self.device) if mixed is None else mixed
        self.forward = torch.compile(self.model) if compiled else self.model
        self.compiled = compiled
        self.average = {k: v.detach().clone() for k, v in objective.named_parameters()}
        self.best_weights = self._keep()
        self.step, self.seconds, self.best = 0, 0.0, math.inf
        self.history: list[dict[str, Any]] = []

    @property
    def progress(self) -> float:
        """0 … 1 of the budget."""
        return self.progress_at(self.step)

    def progress_at(self, step: int) -> float:
        """Of a step of a budget of steps; where time counts, that of now."""
        if self.budget.steps:
            return step / self.budget.steps
        return self.seconds / (60.0 * self.budget.minutes)

    @property
    def processor(self) -> str:
        """The name of what it is trained on now."""
        return title(self.device.type)

    def run(self, on_step: Callable[[float], None], on_report: Callable[[Report], None]) -> None:
        """To the end of the budget, from wherever the folder's checkpoint stands.

        After a Ctrl-C it reports once more, so that nothing is lost, and raises KeyboardInterrupt.
        Several processes would not agree on when that is: there it is one at once.
        """
        self.resume()
        if self.progress >= 1.0:
            return
        self.warm_up()
        loss = MeanLoss(0.0 if self.device.type == CPU else SHOWN_EVERY_SECONDS)
        reported, started = self.seconds, time.monotonic()
        with Interruption(self.accelerator.num_processes == 1) as interruption:
            while self.progress < 1.0 and not interruption.asked:
                loss.add(self.learn())
                now = time.monotonic()
                self.seconds, started = self._agreed(self.seconds + now - started), now
                on_step(loss.newest())
                if interruption.asked or self._report_is_due(reported):
                    report = self._report(loss.read())
                    reported = self.seconds
                    loss.begin()
                    if self.accelerator.is_main_process:
                        self.save()
                        on_report(report)
                    self.accelerator.wait_for_everyone()
        if interruption.asked:
            raise KeyboardInterrupt

    def _report_is_due(self, reported: float) -> bool:
        """`reported`: how long the training had been at the last report, in seconds."""
        if self.progress >= 1.0:
            return True
        if self.budget.report_minutes > 0:
            return self.seconds - reported >= 60.0 * self.budget.report_minutes
        return self.step % self.budget.report_steps == 0

    @property
    def contested(self) -> bool:
        """Whether the rival plays by now."""
        return self.rival is not None and self.progress >= self.rival.begins

    def learn(self) -> list[Tensor]:
        """One step; its loss () in parts, one for each micro-batch."""
        process = self.accelerator.process_index
        batches = self.batches.of(self.step, process)
        self._seed(process)
        rate = self.budget.rate(self.step, self.progress)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        contested = self.contested
        losses: list[Tensor] = []
        for batch in batches:
            part = self._loss(batch, contested) / len(batches)
            self.accelerator.backward(part)
            losses.append(part.detach())
            if contested:
                self._answer(rate / self.budget.learning_rate)
        self.accelerator.clip_grad_norm_(self.plain.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        decay = min(self.budget.averaging, self.step / (self.step + 10.0))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.values()), list(self.plain.parameters()), 1.0 - decay
            )
        return losses

    def _seed(self, process: int) -> None:
        if self.seed is not None:
            name = np.random.SeedSequence([self.seed, process, self.step])
            torch.manual_seed(int(name.generate_state(1)[0]))

    def _loss(self, batch: Tensors, contested: bool = False) -> Tensor:
        against = {}
        if contested and self.rival is not None:  # it is only asked, and does not learn from this
            against = {"against": self.rival.network.requires_grad_(False)}
        with self._autocast():
            loss: Tensor = self.forward(**batch, **against)
        return loss

    def _answer(self, schedule: float) -> None:
        """The rival learns from what the objective has just made; `schedule` 0 … 1."""
        assert self.rival is not None
        self.rival_network.requires_grad_(True)
        for group in self.rival_optimizer.param_groups:
            group["lr"] = self.rival.learning_rate * (schedule if self.rival.scheduled else 1.0)
        rounds: Sequence[Tensors] = self.plain.made  # type: ignore[assignment]
        for made in rounds:
            with self._autocast():
                loss = self.rival_network(**made)
            self.accelerator.backward(loss)
            self.accelerator.clip_grad_norm_(self.rival_network.parameters(), 1.0)
            self.rival_optimizer.step()
            self.rival_optimizer.zero_grad()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed)

    def warm_up(self) -> None:
        """Compile, outside of the budget; without a compiler go on without."""
        if not self.compiled:
            return
        buffers = dict(self.plain.named_buffers())
        before = {name: value.clone() for name, value in buffers.items()}
        try:
            for batch in self.batches.of(0, 0):
                self.accelerator.backward(self._loss(batch))
        except Exception as error:  # whatever a missing or broken tool chain raises
            reason = str(error).strip().splitlines()[0][:100]
            self.accelerator.print(f"torch.compile is not at work here, going on without: {reason}")
            self.compiled, self.forward = False, self.model
        self.optimizer.zero_grad()
        _fill(buffers, before)

    def _report(self, loss: float) -> Report:
        """Measure the averaged weights and keep them if they are the best."""
        parameters = dict(self.plain.named_parameters())
        kept = {name: value.detach().clone() for name, value in parameters.items()}
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(self.average[name])
        self.plain.eval()
        measured = dict(self.measure() if self.measure else {"held_out": self._held_out_loss()})
        held_out = float(measured["held_out"])
        self.plain.train()
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(kept[name])
        if held_out < self.best or (self.contested and self.measure is None):
            self.best = held_out
            self.best_weights = self._keep()
        report = Report(self.step, self.progress, self.seconds, loss, held_out, self.best)
        self.history.append({"step": self.step, "loss": loss, **measured})
        return report

    def _keep(self) -> dict[str, Tensor]:
        """Copies of the averaged weights, and of the buffers as they are."""
        buffers = {name: value.detach() for name, value in self.plain.named_buffers()}
        return {name: value.clone() for name, value in (self.average | buffers).items()}

    def _held_out_loss(self) -> float:
        if self.accelerator.num_processes > 1:  # the distributed wrapper wants a backward pass
            with torch.no_grad():
                losses = [self.plain(**batch) for batch in self.held_out]
        else:  # with gradients enabled, so that the compiled training graph serves
            losses = [self._loss(batch).detach() for batch in self.held_out]
        return sum(map(float, losses)) / max(len(losses), 1)

    def _agreed(self, seconds: float) -> float:
        """The main process's clock, so that all stop at the same step."""
        if self.accelerator.num_processes == 1:
            return seconds
        clock = torch.tensor(seconds, device=self.device)
        return float(broadcast(clock))

    def save(self) -> None:
        """Everything that the rest of the run depends on, atomically."""
        groups: dict[str, dict[str, Tensor]] = {
            "weights": dict(self.plain.named_parameters()),
            "buffers": dict(self.plain.named_buffers()),
            "average": self.average,
            "best": self.best_weights,
            "optimizer": _moments(self.plain, self.optimizer),
        }
        if self.rival is not None:
            groups["rival"] = dict(self.rival.network.named_parameters())
            groups["rival_buffers"] = dict(self.rival.network.named_buffers())
            groups["rival_optimizer"] = _moments(self.rival.network, self.rival_optimizer)
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
        self._refuse_other_sizes(checkpoint.groups["weights"], path)
        _fill(dict(self.plain.named_parameters()), checkpoint.groups["weights"])
        _fill(dict(self.plain.named_buffers()), checkpoint.groups.get("buffers", {}))
        self.average = moved(checkpoint.groups["average"], self.device)
        self.best_weights = moved(checkpoint.groups["best"], self.device)
        self.average = {name: self.average[name] for name, _ in self.plain.named_parameters()}
        _restore(self.plain, self.optimizer, checkpoint.groups["optimizer"])
        if self.rival is not None and "rival" in checkpoint.groups:
            _fill(dict(self.rival.network.named_parameters()), checkpoint.groups["rival"])
            buffers = checkpoint.groups.get("rival_buffers", {})
            _fill(dict(self.rival.network.named_buffers()), buffers)
            moments = checkpoint.groups.get("rival_optimizer", {})
            _restore(self.rival.network, self.rival_optimizer, moments)
        facts: Mapping[str, Any] = checkpoint.facts
        self.step, self.seconds = int(facts["step"]), float(facts["seconds"])
        self.best = math.inf if facts["best"] is None else float(facts["best"])
        self.history = list(facts["history"])
        return True

    def _refuse_another(self, identity: Mapping[str, Any], path: Path) -> None:
        """An older checkpoint may lack facts that are only kept since."""
        for name, ours in self.identity.items():
            if identity.get(name, ours) != ours:
                raise UsageError(
                    f"{path}: was begun with {name} {identity.get(name)!r}, not {ours!r}; "
                    "give the same options, another --out, or delete it to start anew"
                )

    def _refuse_other_sizes(self, weights: Tensors, path: Path) -> None:
        ours = {name: value.shape for name, value in self.plain.named_parameters()}
        if ours != {name: value.shape for name, value in weights.items()}:
            raise UsageError(
                f"{path}: was begun with a network of other sizes; give the same options and "
                "sounds, another --out, or delete it to start anew"
            )


def _fill(tensors: Tensors, values: Tensors) -> None:
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(values[name])


def _moments(network: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer has gathered, by parameter and name; nothing before its first step."""
    state = optimizer.state_dict()["state"]
    names = [name for name, _ in network.named_parameters()]
    return {f"{names[i]}.{key}": state[i][key] for i in state for key in state[i]}


def _restore(network: nn.Module, optimizer: torch.optim.Optimizer, moments: Tensors) -> None:
    """From `_moments`."""
    state = {
        index: {key: moments[f"{name}.{key}"] for key in ("step", "exp_avg", "exp_avg_sq")}
        for index, (name, _) in enumerate(network.named_parameters())
        if f"{name}.step" in moments
    }
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
