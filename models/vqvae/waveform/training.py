"""Training of the waveform coder: its objective, its batches, and what it makes of a sound."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...measuring.spectral_distance import SpectralDistance
from ...training.trainer import Adversary, Step
from ..config import VQVAEConfig
from ..learning import codec
from ..learning.beginning import begun
from ..learning.codec import CLIP_SECONDS, CodeCounts, Lessons
from ..learning.corpus import Corpus, Sound
from ..learning.dataset import Batch, Segments, cut
from ..learning.options import TrainingOptions
from ..quantized import quantisation
from .discriminator import Discriminator
from .losses import adversarial, reconstruction, waveform_weight
from .network import VQVAE


class Objective(nn.Module):
    """The loss as a module: reconstruction, commitment, and an adversarial term if any."""

    def __init__(self, network: VQVAE) -> None:
        super().__init__()
        self.network = network
        self.counts = CodeCounts(network.config.stages, network.config.codes)
        # in a tuple, so that its constant tables are not weights
        self._spectral = (SpectralDistance(network.config.sample_rate),)

    def forward(
        self, signal: Tensor, labels: Tensor, kept: Tensor, waveform: Tensor,
        against: Discriminator | None = None,
    ) -> Tensor | Step:  # fmt: skip
        """Return the loss (); with an adversary, a step with what that learns from.

        Shapes as in `dataset.Batch`; `waveform` () as in `losses.reconstruction`.
        """
        made, quantized = self.network(signal, labels, kept)
        made = made.float()
        loss = reconstruction(made, signal, self._spectral[0], waveform)
        if not self.training:  # held-out sounds are judged by the audible loss alone
            return loss
        self.counts.add(quantized.codes)
        loss += quantisation(quantized)
        if against is None:
            return loss
        with torch.no_grad():
            real = against.judge(signal)
        loss += adversarial(against.judge(made), real)
        return Step(loss, [{"made": made.detach(), "real": signal}])


def lessons(config: VQVAEConfig, corpus: Corpus, options: TrainingOptions) -> Lessons:
    """Return a new network, and what it learns from the sounds of a corpus."""
    segments = Segments(config, corpus, options.segment_frames, options.favour)

    def draw(random: np.random.Generator, progress: float) -> codec.Arguments:
        return _arguments(segments.draw(random, options.segments), progress)

    batches = segments.held_out(codec.HELD_OUT_BATCHES, options.segments)
    held_out = [_arguments(batch, 1.0) for batch in batches]
    objective = Objective(begun(VQVAE(config), config, options.begin_with))
    adversary = (
        Adversary(Discriminator(), 1.0 - options.adversarial) if options.adversarial else None
    )
    return Lessons(objective, objective.counts, draw, held_out, adversary)


def _arguments(batch: Batch, progress: float) -> codec.Arguments:
    """Return a batch as the objective's arguments, at a progress of the training."""
    return batch._asdict() | {"waveform": np.array(waveform_weight(progress), np.float32)}


def reconstructed(
    network: VQVAE, corpus: Corpus, sound: Sound
) -> tuple[NDArray[np.float32], Tensor]:
    """Return the beginning of a sound (T,), and what the network makes of it."""
    config = network.config
    longest = round(CLIP_SECONDS * config.sample_rate)
    frames = max(min(len(sound.signal), longest) // config.hop, 1) * config.hop
    signal = cut(sound, 0, frames)
    made, _ = network(torch.from_numpy(signal)[None], torch.tensor([corpus.label_index(sound)]))
    return signal, made[0]
