"""Training loop of all families: budget, schedule, averaging, checkpoints, reports.

A family supplies an `Objective` (a network whose forward is the loss) and batches that are a
function of the step number; this module does everything else. The same script runs on one
processor, one GPU, or several machines (`accelerate launch`).

A family may also supply an `Adversary`: a second network that learns to tell generated from real
sound, while the first one learns to pass for real.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import broadcast
from torch import Tensor, nn

from rtaudiogen.errors import UsageError
from rtaudiogen.processors import AUTO, CPU, title

from .adversary import Adversary, AdversaryLearner
from .budget import Budget, Report
from .checkpoint import Checkpoint
from .device import Batches, Make, Tensors, accelerator, moved, prefers_bfloat16
from .interruption import Interruption
from .learner import Learner, Step, fill
from .mean_loss import MeanLoss
from .origin import CHECKPOINT, SavedProgress, damaged, refuse_another

__all__ = ["Adversary", "Budget", "Report", "Step", "Trainer"]

SHOWN_EVERY_SECONDS = 0.25  # a GPU's loss
GROUPS = "weights", "buffers", "optimizer"  # of the objective, in a checkpoint


class Trainer:
    """Trains `objective` on `batches`, and keeps the averaged weights that do best on `held_out`.

    Buffers that the objective changes during training (code books) are kept with the weights,
    unaveraged. Once an adversary plays, the newest weights are kept, because `held_out` does not
    measure its improvement; except with a `measure`, which then replaces `held_out` (lower is
    better).
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
        adversary: Adversary | None = None,
        measure: Callable[[], Mapping[str, Any]] | None = None,
        seed: int | None = None,
        device: str = AUTO,
    ) -> None:
        """`batches(step, process)` returns the micro-batches of one step of one process.

        It must depend on nothing else, because with a GPU it is called ahead, on a thread. Torch's
        random numbers in a step depend on `seed`, step and process, if there is a seed. `measure`
        is called with the averaged weights in the objective, in evaluation mode; its value
        "held_out" decides, the others (JSON values) are kept in the history. A checkpoint in
        `folder` is only resumed by a training of the same `identity`, on any device.
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
        self.mixed = prefers_bfloat16(self.device) if mixed is None else mixed
        self.plain, self.compiled = objective, compiled
        self.learner = Learner(objective, optimizer, self.accelerator, GROUPS, self.mixed, compiled)
        self.adversary, self.measure = adversary, measure
        self.opponent = (
            AdversaryLearner(adversary, self.accelerator, self.mixed) if adversary else None
        )
        self.average = {k: v.detach().clone() for k, v in objective.named_parameters()}
        self.best_weights = self._keep()
        self.step, self.seconds, self.best = 0, 0.0, math.inf
        self.history: list[dict[str, Any]] = []

    @property
    def progress(self) -> float:
        """The used share of the budget, 0 … 1."""
        return self.progress_at(self.step)

    def progress_at(self, step: int) -> float:
        """Return the progress of a step; with a budget of time, the current progress."""
        if self.budget.steps:
            return step / self.budget.steps
        return self.seconds / (60.0 * self.budget.minutes)

    @property
    def processor(self) -> str:
        """The name of the current device."""
        return title(self.device.type)

    def run(self, on_step: Callable[[float], None], on_report: Callable[[Report], None]) -> bool:
        """Train to the end of the budget, from the folder's checkpoint if there is one.

        Return False if the budget was used up before. After a Ctrl-C, report once more, so that
        nothing is lost, and raise KeyboardInterrupt. Several processes would not agree on the step:
        there a Ctrl-C interrupts at once.
        """
        self.resume()
        if self.progress >= 1.0:
            return False
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
        return True

    def _report_is_due(self, reported: float) -> bool:
        """Return True if a report is due; `reported`: the training's seconds at the last one."""
        if self.progress >= 1.0:
            return True
        if self.budget.report_minutes > 0:
            return self.seconds - reported >= 60.0 * self.budget.report_minutes
        return self.step % self.budget.report_steps == 0

    @property
    def contested(self) -> bool:
        """True if the adversary plays now."""
        return self.adversary is not None and self.progress >= self.adversary.begins

    def learn(self) -> list[Tensor]:
        """Take one step; return its loss () in parts, one for each micro-batch."""
        process = self.accelerator.process_index
        batches = self.batches.of(self.step, process)
        self._seed(process)
        rate = self.budget.rate(self.step, self.progress)
        opponent = self.opponent if self.contested else None
        losses: list[Tensor] = []
        for batch in batches:
            if opponent is None:
                step = Step(self.learner.loss(**batch), ())
            else:
                step = self.learner.contested(**batch, against=opponent.judge())
            part = step.loss / len(batches)
            self.accelerator.backward(part)
            losses.append(part.detach())
            if opponent is not None:
                opponent.learn(step.shown, rate / self.budget.learning_rate)
        self.learner.step(rate)
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

    def warm_up(self) -> None:
        """Compile, outside of the budget; continue uncompiled without a compiler."""
        if not self.compiled:
            return
        buffers = dict(self.plain.named_buffers())
        before = {name: value.clone() for name, value in buffers.items()}
        try:
            for batch in self.batches.of(0, 0):
                self.accelerator.backward(self.learner.loss(**batch))
        except Exception as error:  # a missing or broken tool chain raises many kinds of errors
            reason = str(error).strip().splitlines()[0][:100]
            self.accelerator.print(
                f"torch.compile does not work here; training continues without it: {reason}"
            )
            self.compiled, self.learner.forward = False, self.learner.model
        self.learner.optimizer.zero_grad()
        fill(buffers, before)

    def _report(self, loss: float) -> Report:
        """Measure the averaged weights and keep them if they are the best."""
        with self.learner.examined(self.average):
            measured = dict(self.measure() if self.measure else {"held_out": self._held_out_loss()})
        held_out = float(measured["held_out"])
        if held_out < self.best or (self.contested and self.measure is None):
            self.best = held_out
            self.best_weights = self._keep()
        report = Report(self.step, self.progress, self.seconds, loss, held_out, self.best)
        self.history.append({"step": self.step, "loss": loss, **measured})
        return report

    def _keep(self) -> dict[str, Tensor]:
        """Return copies of the averaged weights, and of the buffers as they are."""
        buffers = {name: value.detach() for name, value in self.plain.named_buffers()}
        return {name: value.clone() for name, value in (self.average | buffers).items()}

    def _held_out_loss(self) -> float:
        if self.accelerator.num_processes > 1:  # the distributed wrapper needs a backward pass
            with torch.no_grad():
                losses = [self.plain(**batch) for batch in self.held_out]
        else:  # with gradients enabled, so that the compiled training graph is used
            losses = [self.learner.loss(**batch).detach() for batch in self.held_out]
        return sum(map(float, losses)) / max(len(losses), 1)

    def _agreed(self, seconds: float) -> float:
        """Return the main process's clock, so that all stop at the same step."""
        if self.accelerator.num_processes == 1:
            return seconds
        clock = torch.tensor(seconds, device=self.device)
        return float(broadcast(clock))

    def save(self) -> None:
        """Write everything that the rest of the run depends on, atomically."""
        groups = {"average": self.average, "best": self.best_weights, **self.learner.tensors()}
        if self.opponent is not None:
            groups |= self.opponent.tensors()
        facts = {
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best if math.isfinite(self.best) else None,
            "history": self.history,
            "identity": self.identity,
        }
        Checkpoint(groups, facts).write(self.folder / CHECKPOINT)

    def resume(self) -> bool:
        """Continue from the folder's checkpoint; return False if there is none."""
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return False
        checkpoint = Checkpoint.read(path)
        try:
            self._restore(checkpoint, path)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            raise damaged(path) from error
        return True

    def _restore(self, checkpoint: Checkpoint, path: Path) -> None:
        facts: Mapping[str, Any] = checkpoint.facts
        step, seconds = int(facts["step"]), float(facts["seconds"])
        refuse_another(SavedProgress(path, facts["identity"], step, seconds / 60), self.identity)
        self._refuse_other_sizes(checkpoint.groups["weights"], path)
        average = moved(checkpoint.groups["average"], self.device)
        self.average = {name: average[name] for name, _ in self.plain.named_parameters()}
        self.best_weights = moved(checkpoint.groups["best"], self.device)
        self.learner.restore(checkpoint.groups)
        if self.opponent is not None and "rival" in checkpoint.groups:
            self.opponent.restore(checkpoint.groups)
        self.step, self.seconds = step, seconds
        self.best = math.inf if facts["best"] is None else float(facts["best"])
        self.history = list(facts["history"])

    def _refuse_other_sizes(self, weights: Tensors, path: Path) -> None:
        ours = {name: value.shape for name, value in self.plain.named_parameters()}
        if ours != {name: value.shape for name, value in weights.items()}:
            raise UsageError(
                f"{path}: was started with a network of other sizes; give the same options and "
                "sounds, another --out, or --fresh to start again"
            )
