"""Training of a codec, whatever its coder: batches by name, counted codes, clips to listen to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...training.trainer import Adversary, Trainer
from ..measuring.usage import StageUsage, alarm, of_counts
from .corpus import Corpus, Sound
from .options import TrainingOptions

HELD_OUT_BATCHES = 16
CLIPS, CLIP_SECONDS = 6, 2.0  # the seconds are of each sound

Arguments = dict[str, NDArray[Any]]  # of the objective, for one batch


class CodeCounts:
    """The counts of every code of every stage since the last report."""

    def __init__(self, stages: int, codes: int) -> None:
        self._counts = torch.zeros(stages, codes, dtype=torch.int64)

    def add(self, codes: Tensor) -> None:
        """Count (B, N, stages)."""
        chosen = codes.flatten(0, 1).T  # (stages, B · N)
        self._counts = self._counts.to(chosen.device)
        self._counts.scatter_add_(1, chosen, torch.ones_like(chosen))

    def taken(self) -> tuple[list[StageUsage], int]:
        """Return each stage's usage and the number of code frames, and begin anew."""
        counts = self._counts.cpu().numpy()
        usages, frames = [of_counts(stage) for stage in counts], int(counts[0].sum())
        self._counts.zero_()
        return usages, frames

    def report(self) -> Iterator[str]:
        """Yield how much of the codebooks was used, and a warning if that is little."""
        usages, frames = self.taken()
        used = (f"{u.used} of {u.size} used, perplexity {u.perplexity:.0f}" for u in usages)
        yield "codebooks: " + ", ".join(used)
        if warning := alarm(usages, frames):
            yield f"WARNING: {warning}"


class Lessons(NamedTuple):
    """A new network, and what it learns from."""

    objective: nn.Module
    counts: CodeCounts  # that the objective fills
    draw: Callable[[np.random.Generator, float], Arguments]  # a batch at a progress of the training
    held_out: Sequence[Arguments]
    adversary: Adversary | None = None


def trainer_of(
    lessons: Lessons, options: TrainingOptions, run: Path, known: Mapping[str, Any] | None
) -> Trainer:
    """Return a trainer in a folder; `known` identifies the training if the options do not."""

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        random = np.random.default_rng(np.random.SeedSequence([options.seed, process, step]))
        return [as_tensors(lessons.draw(random, trainer.progress_at(step)))]

    trainer = Trainer(
        lessons.objective, batches, [as_tensors(batch) for batch in lessons.held_out],
        options.budget, run, known or options.identity, compiled=False,
        adversary=lessons.adversary, seed=options.seed, device=options.device,
    )  # fmt: skip
    return trainer


def as_tensors(batch: Arguments) -> dict[str, Tensor]:
    """Return a batch in torch."""
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def write_clip(
    path: Path, corpus: Corpus, sample_rate: int,
    made_of: Callable[[Sound], tuple[NDArray[np.float32], Tensor]],
) -> None:  # fmt: skip
    """Write a WAV of held-out sounds; `made_of` returns an original and its reconstruction."""
    parts: list[Any] = []
    for sound in corpus.held_out[:: max(1, len(corpus.held_out) // CLIPS)]:
        with torch.inference_mode():
            parts += made_of(sound)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate(parts), sample_rate)
