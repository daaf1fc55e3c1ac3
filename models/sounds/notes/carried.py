"""Training on streams: truncated backpropagation of a recurrent network that draws codes.

The network is told codes, conditioning and the instrument's embedding, and its state; it returns
logits and the state after them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...family import CodeModelConfig
from ...training.budget import Budget
from ...training.device import as_tensors
from ...training.options import option, shared
from ...training.trainer import Trainer
from .coded import IGNORED, stack
from .corpus import Corpus
from .options import InstrumentOptions
from .streams import Streams

HELD_OUT_SECONDS = 0.7  # of every sound
HELD_OUT_ROWS = 4  # in one product


@dataclass(frozen=True)
class StreamOptions(InstrumentOptions):
    """Options of a training on streams."""

    minutes: float = shared("minutes", 90.0)
    report_steps: int = shared("report_steps", 500)
    notes: bool = option(False, "Learn notes that are played from a keyboard, not textures.")
    segment_frames: int = option(512, "Samples through which errors are traced back.", least=1)
    rows: int = option(8, "Streams that are heard side by side.", least=1)

    @property
    def pitched(self) -> bool:
        """Return True if notes are learnt, False for textures."""
        return self.notes

    @property
    def budget(self) -> Budget:
        """Return how long and how fast to learn."""
        return replace(super().budget, averaging=0.999)

    @property
    def step_frames(self) -> int:
        """Return how many frames of sound a process learns from in a step."""
        return self.rows * self.segment_frames

    def config(self, instruments: tuple[str, ...]) -> CodeModelConfig:
        """Return the network that these options describe."""
        raise NotImplementedError  # a family's options create its network


class CarriedObjective(nn.Module):
    """Negative log-likelihood of the next code, in nats; carries the state from step to step."""

    network: Any

    def __init__(self, network: Any, rows: int, carried: Sequence[str]) -> None:
        """Carry the tensors of `network.silent(rows)` that `carried` names; models omit them."""
        super().__init__()
        self.network = network
        self._carried = tuple(carried)
        for name, state in zip(carried, network.silent(rows), strict=True):
            self.register_buffer(name, state)

    def forward(
        self, codes: Tensor, targets: Tensor, conditioning: Tensor, instruments: Tensor,
        fresh: Tensor,
    ) -> Tensor:  # fmt: skip
        """Return the mean over the targets that count; shapes as in `streams.Batch`."""
        carried = [getattr(self, name) for name in self._carried]
        if not self.training:
            carried = list(self.network.silent(len(codes)))
        before = tuple(state * ~fresh[:, None] for state in carried)
        embedding = self.network.instruments(instruments)
        logits, after = self.network(codes, conditioning, embedding, before)
        if self.training:
            with torch.no_grad():
                for name, state in zip(self._carried, after, strict=True):
                    getattr(self, name).copy_(state)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def stream_trainer(
    network: type[nn.Module],
    carried: Sequence[str],
    lead: int,
    corpus: Corpus,
    options: StreamOptions,
    run: Path,
    known: Mapping[str, Any] | None = None,
) -> Trainer:
    """Return the trainer of a new `network` of a configuration, for the sounds of a corpus.

    `lead` is how many codes the network sees before the first that it predicts, and what its frames
    are multiples of; `known` is the identity by which its checkpoint is known again.
    """
    torch.manual_seed(options.seed)
    config = options.config(corpus.instruments)
    streams = Streams(config, corpus.training, options.rows, options.segment_frames, lead)
    objective = CarriedObjective(network(config), options.rows, carried)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        return [as_tensors(streams.draw(options.seed, process, step))]

    return Trainer(
        objective, batches, list(_held_out(config, corpus, lead)), options.budget, run,
        known or options.identity, compiled=False, device=options.device,
    )  # fmt: skip


def _held_out(config: CodeModelConfig, corpus: Corpus, lead: int) -> Iterator[dict[str, Tensor]]:
    """Yield the beginnings of the held-out sounds in batches."""
    frames = int(HELD_OUT_SECONDS * config.sample_rate) // lead * lead
    sounds = corpus.held_out or corpus.training
    spared = Streams(config, sounds, 1, frames, lead)
    rows = [spared.whole(sound) for sound in sounds]
    for first in range(0, len(rows), HELD_OUT_ROWS):
        yield as_tensors(stack(rows[first : first + HELD_OUT_ROWS]))
