"""`rtaudiogen train wavegan FOLDER`: from a folder of one-shots to a model file that can be played.

Every few minutes generated hits are judged (`oneshot.judging`); the model file holds the best
weights so far. The folder `<its name>-training/` has checkpoint, curves, and an audio grid and
pictures of each report.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...oneshot.judging.corpus import Corpus, read
from ...oneshot.judging.dataset import BatchSource
from ...oneshot.judging.metrics import Judge
from ...oneshot.judging.pictures import write_gallery
from ...oneshot.judging.warnings import alarms
from ...sounds.say import Say
from ...training import run as driver
from ...training.run import Model, Run, SoundStatistics, Stage
from ...training.trainer import Adversary, Trainer
from ..network import Generator
from .anchors import best_anchors
from .critics import Critics
from .objective import Objective
from .options import TrainingOptions

JUDGED_HITS = 320  # of a report, over all classes
MADE_AT_ONCE = 32
GENERATOR = "generator."  # prefix of its weights' names in the objective


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    return driver.train(Run("wavegan", folder, out, options or TrainingOptions()), _stages)


def _stages(run: Run[TrainingOptions]) -> Iterator[Stage]:
    options = run.options
    corpus = read(run.sounds, options.sample_rate, options.frames, run.say)
    known = run.identity(classes=list(corpus.classes))
    training = Training(corpus, options, run.folder, run.say, known)
    yield Stage(
        training.trainer,
        lambda: training.model(run.sounds_name),
        "loss",
        measure="Fréchet joint distance",
        tell=training.verdicts,
        clip=training.write_gallery,
    )


class Training:
    """Generator against critics on one corpus, and a judge of the results."""

    def __init__(
        self,
        corpus: Corpus,
        options: TrainingOptions,
        run: Path,
        say: Say,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        torch.manual_seed(options.seed)
        self.corpus, self.options, self.run, self.say = corpus, options, run, say
        self.config = options.config(corpus.classes)
        self.judge = Judge(corpus, run, say)
        self.objective = Objective(self.config, options)
        self._made = np.zeros((0, options.frames), np.float32)  # of the last report
        self.trainer = contest(self.objective, corpus, options, run, self._measure, known)

    def _measure(self) -> dict[str, Any]:
        classes = self.judge.requests(JUDGED_HITS)
        rng = np.random.default_rng(self.options.seed)
        latents = rng.uniform(-1, 1, (len(classes), self.config.latent)).astype(np.float32)
        self._made = make(self.objective.generator, latents, classes)
        verdict = self.judge.judge(self._made, classes)
        return {"held_out": verdict.joint, **asdict(verdict)}

    def verdicts(self) -> Iterator[str]:
        """Yield the judge's findings as sentences."""
        history = self.trainer.history
        yield self.judge.describe(history)
        for alarm in alarms(history, self.judge):
            yield f"WARNING: {alarm}"

    def write_gallery(self, clip: Path) -> None:
        """Write hits of every class in a row, and pictures of them."""
        classes = self.judge.requests(JUDGED_HITS)
        history = self.trainer.history
        write_gallery(clip, self.corpus, self._made, classes, history, self.judge.real)

    def model(self, sounds_name: str) -> Model:
        """Return the model with the best weights so far."""
        trainer, options, hits = self.trainer, self.options, self.corpus.training
        best = {
            name.removeprefix(GENERATOR): weight.cpu().numpy().astype(np.float16)
            for name, weight in trainer.best_weights.items()
            if name.startswith(GENERATOR)
        }
        generator = Generator(self.config).eval()
        generator.load_state_dict({name: torch.from_numpy(w).float() for name, w in best.items()})
        generator.to(trainer.device)
        chosen = min(trainer.history, key=lambda point: point["held_out"])
        of_classes = f", {len(self.corpus.classes)} classes" if len(self.corpus.classes) > 1 else ""
        seconds = np.count_nonzero(hits.signals) / options.sample_rate  # 0 after their end
        return Model(
            self.config,
            best,
            f"WaveGAN of {sounds_name}: one-shots of "
            f"{options.frames / options.sample_rate:.2f} s{of_classes}",
            SoundStatistics(
                len(hits), len(self.corpus.held_out), seconds, sorted({*hits.sources} - {""})
            ),
            {
                "options": options.identity,
                "anchors": best_anchors(partial(make, generator), self.judge, self.config.latent),
                "best_step": chosen["step"],
                "frechet": round(chosen["frechet"], 3),
                "frechet_joint": round(chosen["joint"], 3),
            },
        )


def contest(
    objective: Objective,
    corpus: Corpus,
    options: TrainingOptions,
    run: Path,
    measure: Callable[[], Mapping[str, Any]] | None = None,
    known: Mapping[str, Any] | None = None,
) -> Trainer:
    """Return the training of an objective against critics; `measure` as in `Trainer`."""
    config = objective.generator.config
    critics = Critics(
        config, options.loss, options.penalty, options.critic_width, options.spectral_width
    )
    adversary = Adversary(
        critics, options.critics_begin, options.critic_learning_rate, options.budget.betas,
        scheduled=True,
    )  # fmt: skip
    draws = BatchSource(corpus.training, options.sample_rate, options.latent)

    def batches(step: int, process: int) -> list[dict[str, torch.Tensor]]:
        rng = np.random.default_rng(np.random.SeedSequence([options.seed, process, step]))
        batch = draws.draw(rng, options.critic_steps, options.hits)
        return [{name: torch.from_numpy(array) for name, array in batch._asdict().items()}]

    return Trainer(
        objective, batches, [], options.budget, run,
        known or options.identity,
        compiled=False, adversary=adversary, measure=measure, seed=options.seed,
        device=options.device,
    )  # fmt: skip


def make(
    generator: Generator, latents: NDArray[np.float32], classes: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return hits (hits, frames) of latents (hits, latent) and classes (hits,)."""
    device = next(generator.parameters()).device
    parts = []
    with torch.inference_mode():
        for first in range(0, len(classes), MADE_AT_ONCE):
            chosen = slice(first, first + MADE_AT_ONCE)
            made = generator(
                torch.from_numpy(latents[chosen]).to(device),
                torch.from_numpy(classes[chosen]).to(device),
            )
            parts.append(made.float().cpu().numpy())
    return np.concatenate(parts)
