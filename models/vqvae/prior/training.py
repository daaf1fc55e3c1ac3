"""Training of the prior: from streams of codes with labels to its tensors.

Material is scarce: a hundred thousand code frames are half an hour of sound. So units and past
codes are hidden at random, and of all states of the training the one is kept that does best on
held-out streams (`Trainer` does).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.processors import AUTO

from ...training.trainer import Budget, Trainer
from ..config import CodesConfig
from .network import Prior

Stream = tuple[NDArray[np.uint16], int]  # codes (N, stages), label

SEGMENT_FRAMES = 192  # frames of a training segment
SEGMENTS = 16  # in a step
HELD_OUT_SEGMENTS = 96
START_SHARE = 0.15  # of the segments that begin where a stream begins, after nothing
STRANGE_SHARE = 0.4  # of the segments in which part of the past is another label's
STRANGE_FRAMES = 48  # how long that part is at most
UNLABELLED = 0.2  # share of segments whose label is withheld
DROPOUT = 0.25  # of the core's outputs


class Objective(nn.Module):
    """The loss as a module: negative log-likelihood of a code, in nats, mean over all stages."""

    def __init__(self, prior: Prior) -> None:
        super().__init__()
        self.prior = prior

    def forward(self, past: Tensor, codes: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of `past`, `codes` (B, N, stages), `labels` (B, N) int64; the code
        "nothing" is not counted.

        `codes` are predicted, each from `past` up to its own frame.
        """
        return self.nats(past, codes, labels).mean()

    def nats(self, past: Tensor, codes: Tensor, labels: Tensor) -> Tensor:
        """Return the mean of each stage, (stages,)."""
        logits = self.prior(past, codes, self.prior.labels(labels))
        nothing = self.prior.config.codes
        losses = [
            F.cross_entropy(stage.flatten(0, 1), codes[..., q].flatten(), ignore_index=nothing)
            for q, stage in enumerate(logits)
        ]
        return torch.stack(losses)


class Segment(NamedTuple):
    """SEGMENT_FRAMES to learn from."""

    past: NDArray[np.int64]  # (N, stages) the frame before each
    codes: NDArray[np.int64]  # (N, stages)
    label: int


class Streams:
    """Code streams, and the rule by which segments are taken from them.

    Where a stream ends, another one of its label follows: the prior learns that sound goes on. And
    some of the past that it is told is another label's: it learns to obey the label rather than
    what it has just played. Otherwise a voice that slips into another one would stay there.
    """

    def __init__(self, config: CodesConfig, streams: Sequence[Stream]) -> None:
        """Prepare the streams. RtAudioGenError if they are empty."""
        kept = [(codes, label) for codes, label in streams if len(codes)]
        if not kept:
            raise RtAudioGenError("no sound is as long as a code frame: no prior can be learnt")
        self.config = config
        self.codes = [codes.astype(np.int64) for codes, _ in kept]
        self.labels = np.array([label for _, label in kept], np.int64)
        self.of_label: defaultdict[int, list[int]] = defaultdict(list)
        for index, label in enumerate(self.labels):
            self.of_label[int(label)].append(index)
        lengths = np.array([len(codes) for codes in self.codes], np.float64)
        self._ends = np.cumsum(lengths / lengths.sum())

    @property
    def nothing(self) -> NDArray[np.int64]:
        """Return the frame before the first one, (1, stages)."""
        return np.full((1, self.config.stages), self.config.codes, np.int64)

    def draw(self, random: np.random.Generator, segments: int) -> dict[str, Tensor]:
        """Draw random segments, longer streams more often, as `Objective.forward`'s arguments."""
        return _batch([self._segment(random) for _ in range(segments)])

    def _segment(self, random: np.random.Generator) -> Segment:
        codes, label = self._piece(random, SEGMENT_FRAMES)
        past = codes[:-1].copy()
        if random.random() < UNLABELLED:
            return Segment(past, codes[1:], 0)
        if label and random.random() < STRANGE_SHARE:
            frames = int(random.integers(1, STRANGE_FRAMES + 1))
            other, its_label = self._piece(random, frames)
            first = int(random.integers(SEGMENT_FRAMES - frames))
            if its_label != label:
                past[first : first + frames] = other[1:]
        return Segment(past, codes[1:], label)

    def _piece(self, random: np.random.Generator, frames: int) -> tuple[NDArray[np.int64], int]:
        """Return (frames + 1, stages) from a random place, with one earlier frame; its label."""
        index = min(int(np.searchsorted(self._ends, random.random())), len(self._ends) - 1)
        codes, label = self.codes[index], int(self.labels[index])
        start = 0 if random.random() < START_SHARE else int(random.integers(len(codes)))
        parts = [codes[start - 1 : start] if start else self.nothing, codes[start : start + frames]]
        missing = frames - len(parts[-1])
        while missing > 0:
            others = self.of_label[label]
            parts.append(self.codes[others[random.integers(len(others))]][:missing])
            missing -= len(parts[-1])
        return np.concatenate(parts), label

    def fixed(self, most: int) -> list[dict[str, Tensor]]:
        """Return up to `most` segments, evenly spread over all there are, in batches."""
        rows = list(self._one_after_another())
        chosen = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))
        spread = [rows[index] for index in chosen]
        return [_batch(spread[k : k + SEGMENTS]) for k in range(0, len(spread), SEGMENTS)]

    def _one_after_another(self) -> Iterator[Segment]:
        """Yield every label's sound in segments; the last one is filled up, uncounted."""
        for label, indices in self.of_label.items():
            whole = np.concatenate([self.nothing, *(self.codes[index] for index in indices)])
            frames = len(whole) - 1
            whole = np.concatenate([whole, np.repeat(self.nothing, -frames % SEGMENT_FRAMES, 0)])
            for first in range(0, frames, SEGMENT_FRAMES):
                codes = whole[first : first + SEGMENT_FRAMES + 1]
                yield Segment(codes[:-1], codes[1:], label)


def prior_trainer(
    config: CodesConfig,
    streams: Sequence[Stream],
    held_out: Sequence[Stream],
    budget: Budget,
    folder: Path,
    identity: Mapping[str, Any],
    seed: int = 0,
    device: str = AUTO,
) -> Trainer:
    """Return the trainer of a new prior; `config` has one `prior_layers` or more. [control]

    It keeps the weights that do best on `held_out`. RtAudioGenError, one line, if the streams are
    empty.
    """
    material = Streams(config, streams)
    spared = Streams(config, held_out) if any(len(codes) for codes, _ in held_out) else material
    torch.manual_seed(seed)
    objective = Objective(Prior(config, DROPOUT))

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        name = np.random.SeedSequence([seed, process, step])
        return [material.draw(np.random.default_rng(name), SEGMENTS)]

    return Trainer(
        objective, batches, spared.fixed(HELD_OUT_SEGMENTS), budget, folder, identity,
        compiled=False, mixed=False, seed=seed, device=device,
    )  # fmt: skip


def prior_tensors(trainer: Trainer) -> dict[str, NDArray[np.float32]]:
    """Return the best tensors so far; in the model file their names begin with "prior."."""
    return {
        name.removeprefix("prior."): value.detach().cpu().float().numpy()
        for name, value in trainer.best_weights.items()
    }


@torch.inference_mode()
def bits_per_stage(
    config: CodesConfig,
    tensors: Mapping[str, NDArray[np.float32]],
    streams: Sequence[Stream],
) -> list[float]:
    """Return the mean cost of a code of each stage, for a model's training facts. [control]"""
    prior = Prior(config).eval()
    prior.load_state_dict({name: torch.from_numpy(array) for name, array in tensors.items()})
    objective = Objective(prior)
    batches = Streams(config, streams).fixed(HELD_OUT_SEGMENTS)
    counted = [int((batch["codes"][..., 0] < config.codes).sum()) for batch in batches]
    nats = [objective.nats(**batch).numpy() * n for batch, n in zip(batches, counted, strict=True)]
    return [float(stage) / sum(counted) / math.log(2) for stage in np.sum(nats, axis=0)]


def _batch(segments: Sequence[Segment]) -> dict[str, Tensor]:
    past, codes, labels = zip(*segments, strict=True)
    return {
        "past": torch.from_numpy(np.stack(past)),
        "codes": torch.from_numpy(np.stack(codes)),
        "labels": torch.tensor(labels)[:, None].expand(-1, SEGMENT_FRAMES),
    }
