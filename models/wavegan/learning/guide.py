"""Guide of the generator: an encoder that assigns a latent point to each real hit.

Together they are an autoencoder, and the whole is the VAE/GAN of Larsen et al. 2016 (arXiv
1512.09300). The guide teaches in an hour what takes a critic days: every training hit has its
place, so none is forgotten and the generator cannot collapse to one sound. Only training needs it.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import WaveGANConfig
from ..network import SLOPE
from .critics import log_spectrogram

CHANNELS = (1, 32, 64, 96, 128)


class Place(NamedTuple):
    """Position of a hit in latent space: a Gaussian in the domain of the input of `to_uniform`."""

    mean: Tensor  # (B, latent)
    log_variance: Tensor

    def draw(self) -> Tensor:
        """Draw a latent (B, latent) near it, uniform over all hits once `divergence` is small."""
        noise = torch.randn_like(self.mean)
        return to_uniform(self.mean + noise * (0.5 * self.log_variance).exp())

    def divergence(self) -> Tensor:
        """Return the divergence (B,) from the standard Gaussian, in nats."""
        variance = self.log_variance.exp()
        return 0.5 * (self.mean.square() + variance - 1 - self.log_variance).sum(1)


class Encoder(nn.Module):
    """Network from hits (B, T) and classes (B,) to their places."""

    def __init__(self, config: WaveGANConfig) -> None:
        super().__init__()
        self.levels = nn.ModuleList(
            nn.Conv2d(inputs, outputs, (5, 3), (4 if level < 2 else 2, 2), (2, 1))
            for level, (inputs, outputs) in enumerate(pairwise(CHANNELS))
        )
        with torch.no_grad():
            inner = self._outer(torch.zeros(1, config.frames)).shape[1]
        self.classes = nn.Embedding(max(1, len(config.classes)), inner)
        self.last = nn.Linear(inner, 2 * config.latent)
        nn.init.zeros_(self.classes.weight)
        nn.init.normal_(self.last.weight, std=0.1 / math.sqrt(inner))

    def _outer(self, signal: Tensor) -> Tensor:
        x = log_spectrogram(signal)[:, None]
        for level in self.levels:
            x = F.leaky_relu(level(x), SLOPE)
        return x.flatten(1)

    def forward(self, signal: Tensor, classes: Tensor) -> Place:
        """Return the places of hits (B, T) of classes (B,)."""
        x = self.last(self._outer(signal) + self.classes(classes)).float()
        mean, log_variance = x.chunk(2, dim=1)
        return Place(mean, log_variance.clamp(-8.0, 2.0))


def to_uniform(gaussian: Tensor) -> Tensor:
    """Return a standard normal variable mapped to a uniform one in -1 … 1."""
    return torch.erf(gaussian / math.sqrt(2.0))
