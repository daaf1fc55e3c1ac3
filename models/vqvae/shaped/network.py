"""The shaped VQ-VAE in its parallel form, the one that is trained.

The encoder hears mel bands and the pitch. What the codes say is turned into two sets of log
magnitudes every 5 ms, which filter pulses at the coded pitch, and noise: sources and filters, as in
Engel et al. 2020, "DDSP", arXiv 2001.04643. All layers are causal.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import INPUT_TAPS
from ..layers import CausalConv, CausalTransposedConv, CentredPointwise, Level
from ..quantized import Quantized
from .config import ShapedConfig
from .features import Features, as_numbers
from .quantizer import ResidualBooks
from .synthesis import Synthesis

FIRST_BANDS = 0.3  # gain of the last layer at the beginning


class Encoder(nn.Module):
    """Features at 100 frames a second to latent frames at 50."""

    def __init__(self, config: ShapedConfig) -> None:
        super().__init__()
        width = config.encoder_width
        self.input = CausalConv(config.features, width, INPUT_TAPS)
        self.features = Level(width, config.feature_dilations)
        self.down = CausalConv(width, width, 4, 2)
        self.frames = Level(width, config.encoder_dilations)
        self.latent = CentredPointwise(width, config.latent)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, features, 2 N) to (B, latent, N)."""
        x = self.down(F.elu(self.features(self.input(features))))
        latent: Tensor = self.latent(F.elu(self.frames(x)))
        return latent


class Decoder(nn.Module):
    """Latent frames and the pitches around them to bands, four times as often."""

    def __init__(self, config: ShapedConfig) -> None:
        super().__init__()
        first, second, third = widths = config.decoder_widths
        self.input = CausalConv(config.latent + 3, first, INPUT_TAPS)
        dilations = config.decoder_dilations, config.decoder_dilations, config.filter_dilations
        self.levels = nn.ModuleList(map(Level, widths, dilations))
        self.up = nn.ModuleList(
            [CausalTransposedConv(first, second, 4, 2), CausalTransposedConv(second, third, 4, 2)]
        )
        self.bands = CausalConv(
            third, config.harmonic_bands + config.noise_bands, 1, gain=FIRST_BANDS
        )
        self.label = nn.ModuleList(
            nn.Linear(config.embedding, width, bias=False) for width in widths
        )

    def forward(self, latent: Tensor, pitches: Tensor, embedding: Tensor) -> Tensor:
        """Map (B, latent, N), (B, N + 1) Hz and (B, embedding) to (B, bands, 4 N).

        `pitches` are those at the beginning of the first frame, then at the end of each.
        """
        now = as_numbers(pitches)
        x = self.input(torch.cat([latent, now[:, :, 1:], now[:, :1, :-1]], 1))
        for i, level in enumerate(self.levels):
            x = level(x + self.label[i](embedding)[..., None])
            x = (self.up[i] if i < len(self.up) else self.bands)(F.elu(x))
        bands: Tensor = x
        return bands


class Shaped(NamedTuple):
    """Output of the network for a batch of sounds."""

    signal: Tensor  # (B, N · hop)
    bands: Tensor  # (B, bands, 4 N)
    quantized: Quantized


class ShapedVQVAE(nn.Module):
    """Encoder, residual quantiser, decoder, filters, and the labels' embeddings."""

    def __init__(self, config: ShapedConfig) -> None:
        super().__init__()
        self.config = config
        self.heard = Features(config)
        self.encoder = Encoder(config)
        self.quantizer = ResidualBooks(config.latent, config.residual_stages, config.codes)
        self.decoder = Decoder(config)
        self.synthesis = Synthesis(config)
        self.labels = nn.Embedding(len(config.labels), config.embedding)
        nn.init.normal_(self.labels.weight, std=0.5)

    def forward(
        self, signal: Tensor, heard: Tensor, coded: Tensor, labels: Tensor, pulses: Tensor,
        noise: Tensor, kept: Tensor | None = None,
    ) -> Shaped:  # fmt: skip
        """Reconstruct (B, N · hop + look-ahead) from its pitches and excitations.

        `heard` (B, 2 N) Hz every 10 ms, `coded` (B, N + 1) Hz around the code frames, `labels` (B,)
        int64, `pulses` and `noise` (B, N · hop), `kept` (B,) int64 as in the quantiser.
        """
        latent = self.encoder(self.heard(signal, heard))
        quantized: Quantized = self.quantizer(latent, kept)
        bands = self.decoder(quantized.latent, coded, self.labels(labels))
        return Shaped(self.synthesis(bands.float(), pulses, noise), bands, quantized)
