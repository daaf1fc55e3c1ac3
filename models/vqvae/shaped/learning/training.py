"""Training of the shaped coder: its objective, its batches, and what it makes of a sound."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ...learning import codec
from ...learning.beginning import begun
from ...learning.codec import CLIP_SECONDS, CodeCounts, Lessons, as_tensors
from ...learning.corpus import Corpus, Sound
from ...learning.options import TrainingOptions
from ...quantized import quantisation
from ..config import ShapedConfig
from ..network import Shaped, ShapedVQVAE
from .dataset import Segments
from .losses import SpectralLoss


class Objective(nn.Module):
    """The loss as a module: reconstruction and commitment."""

    def __init__(self, network: ShapedVQVAE) -> None:
        super().__init__()
        self.network = network
        config = network.config
        self.counts = CodeCounts(config.residual_stages, config.codes)
        self.spectral = SpectralLoss(config.sample_rate)

    def forward(self, signal: Tensor, **rest: Tensor) -> Tensor:
        """Return the loss (); arguments and shapes as in `dataset.Batch`."""
        made: Shaped = self.network(signal, **rest)
        loss: Tensor = self.spectral(made.signal, signal[:, : made.signal.shape[1]])
        if not self.training:  # what is held out is judged by what is heard
            return loss
        if self.network.quantizer.books.started:
            self.counts.add(made.quantized.codes)
        return loss + quantisation(made.quantized)


def lessons(config: ShapedConfig, corpus: Corpus, options: TrainingOptions) -> Lessons:
    """Return a new network, and what it learns from the sounds of a corpus."""
    segments = Segments(config, corpus, options.segment_frames, options.favour)

    def draw(random: np.random.Generator, progress: float) -> codec.Arguments:
        return segments.draw(random, options.segments, progress)._asdict()

    objective = Objective(begun(ShapedVQVAE(config), config, options.begin_with))
    batches = segments.held_out(codec.HELD_OUT_BATCHES, options.segments)
    held_out = [batch._asdict() for batch in batches]
    return Lessons(objective, objective.counts, draw, held_out)


def reconstructed(
    network: ShapedVQVAE, corpus: Corpus, sound: Sound
) -> tuple[NDArray[np.float32], Tensor]:
    """Return the beginning of a sound (T,), and what the network makes of it."""
    config = network.config
    frames = round(CLIP_SECONDS * config.sample_rate) // config.hop * config.hop
    segments = Segments(config, Corpus([], [sound], corpus.labels), frames)
    (batch,) = segments.held_out(1, 1)
    made: Shaped = network(**as_tensors(batch._asdict()))
    return batch.signal[0, :frames], made.signal[0]
