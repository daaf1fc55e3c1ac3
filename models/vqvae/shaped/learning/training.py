"""Training of the shaped coder: its objective, its trainer, and clips to listen to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from torch import Tensor, nn

from ....training.trainer import Trainer
from ...learning.beginning import begun
from ...learning.corpus import Corpus
from ...learning.options import TrainingOptions
from ...measuring.usage import StageUsage, of_counts
from ...quantized import quantisation
from ..config import ShapedConfig
from ..network import Shaped, ShapedVQVAE
from .dataset import Batch, Segments
from .losses import SpectralLoss

HELD_OUT_BATCHES = 16
CLIP_SECONDS = 2.0
CLIPS = 6


class Objective(nn.Module):
    """The loss as a module: reconstruction and commitment."""

    def __init__(self, network: ShapedVQVAE) -> None:
        super().__init__()
        self.network = network
        config = network.config
        self._counts = torch.zeros(config.residual_stages, config.codes, dtype=torch.int64)
        self.spectral = SpectralLoss(config.sample_rate)

    def forward(self, signal: Tensor, **rest: Tensor) -> Tensor:
        """Return the loss (); arguments and shapes as in `dataset.Batch`."""
        made: Shaped = self.network(signal, **rest)
        loss: Tensor = self.spectral(made.signal, signal[:, : made.signal.shape[1]])
        if not self.training:  # what is held out is judged by what is heard
            return loss
        if self.network.quantizer.books.started:
            self._count(made.quantized.codes)
        return loss + quantisation(made.quantized)

    def _count(self, codes: Tensor) -> None:
        chosen = codes.flatten(0, 1).T  # (stages, B · N)
        self._counts = self._counts.to(chosen.device)
        self._counts.scatter_add_(1, chosen, torch.ones_like(chosen))

    def usage(self) -> tuple[list[StageUsage], int]:
        """Return each residual book's counts since the last call, and the number of code frames."""
        counts = self._counts.cpu().numpy()
        usages, frames = [of_counts(stage) for stage in counts], int(counts[0].sum())
        self._counts.zero_()
        return usages, frames


def codec_trainer(
    config: ShapedConfig,
    corpus: Corpus,
    options: TrainingOptions,
    run: Path,
    known: Mapping[str, Any] | None = None,
) -> tuple[Trainer, Objective]:
    """Return a trainer of a new network for the sounds of a corpus, and its objective."""
    segments = Segments(config, corpus, options.segment_frames, options.favour)

    def batches(step: int, process: int) -> list[dict[str, Tensor]]:
        name = np.random.SeedSequence([options.seed, process, step])
        random = np.random.default_rng(name)
        return [as_tensors(segments.draw(random, options.segments, trainer.progress_at(step)))]

    held_out = [as_tensors(b) for b in segments.held_out(HELD_OUT_BATCHES, options.segments)]
    network = begun(ShapedVQVAE(config), config, options.begin_with)
    objective = Objective(network)
    trainer = Trainer(
        objective, batches, held_out, options.budget, run, known or options.identity,
        compiled=False, seed=options.seed, device=options.device,
    )  # fmt: skip
    return trainer, objective


def as_tensors(batch: Batch) -> dict[str, Tensor]:
    """Return a batch as the objective's arguments."""
    return {name: torch.from_numpy(array) for name, array in batch._asdict().items()}


def write_clip(path: Path, network: ShapedVQVAE, corpus: Corpus) -> None:
    """Write a WAV of held-out sounds, each original followed by its reconstruction."""
    config = network.config
    frames = round(CLIP_SECONDS * config.sample_rate) // config.hop * config.hop
    some = corpus.held_out[:: max(1, len(corpus.held_out) // CLIPS)]
    batches = Segments(config, Corpus([], some, corpus.labels), frames).held_out(len(some), 1)
    parts = []
    for batch in batches:
        with torch.inference_mode():
            made = network(**as_tensors(batch)).signal
        parts += [batch.signal[0, :frames], made[0].numpy()]
    soundfile.write(path, np.concatenate(parts), config.sample_rate)
