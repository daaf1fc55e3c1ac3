"""The VQ-VAE in its parallel form, the one that is trained.

van den Oord, Vinyals and Kavukcuoglu 2017, "Neural Discrete Representation Learning" (arXiv
1711.00937), with the convolutions of SEANet (Tagliasacchi et al. 2020, arXiv 2009.02095) made
causal as in EnCodec (Défossez et al. 2022, arXiv 2210.13438): frame n of a layer of stride S
depends on its input up to frame n·S + S - 1 and on nothing later.

The outermost layer is a learned filterbank: kernel 4·S, stride S, from one channel and back to one.
So nothing runs at the full rate but two matrix products.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import FILTERBANK_TAPS, INPUT_TAPS, VQVAEConfig
from ..layers import CausalConv, CausalTransposedConv, CentredPointwise, Level
from ..quantized import Quantized
from .quantizer import ResidualQuantizer

LOUDNESS = 0.1  # expected RMS of sound, at which hidden values are about 1


class Encoder(nn.Module):
    """Waveform to latent frames: a filterbank, then units and a strided layer for each level."""

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        widths, strides = config.encoder_widths(), config.strides
        first = FILTERBANK_TAPS * strides[0]
        self.filterbank = CausalConv(1, widths[0], first, strides[0], gain=1 / LOUDNESS)
        self.levels = nn.ModuleList(Level(width, config.encoder_dilations) for width in widths)
        self.down = nn.ModuleList(
            CausalConv(widths[i], widths[i + 1], 2 * stride, stride)
            for i, stride in enumerate(strides[1:])
        )
        # of variance 1, or the straight-through gradient would let it grow without end
        self.latent = CentredPointwise(widths[-1], config.latent)

    def forward(self, signal: Tensor) -> Tensor:
        """Map (B, T) to (B, latent, T / hop)."""
        x = self.filterbank(signal[:, None])  # (B, C_0, T / S_0)
        for level, down in zip(self.levels, self.down, strict=False):
            x = down(F.elu(level(x)))  # (B, C_i+1, T / (S_0 … S_i+1))
        latent: Tensor = self.latent(F.elu(self.levels[-1](x)))  # (B, latent, T / hop)
        return latent


class Decoder(nn.Module):
    """Latent frames to waveform: the encoder's mirror image, told whose sound it is to be.

    The label's embedding is a bias at the entrance of every level, so it can be folded into the
    layer before.
    """

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        widths, strides = config.decoder_widths(), config.strides
        self.input = CausalConv(config.latent, widths[-1], INPUT_TAPS)
        self.levels = nn.ModuleList(Level(width, config.decoder_dilations) for width in widths)
        self.up = nn.ModuleList(  # up[i] leads from level i + 1 to level i
            CausalTransposedConv(widths[i + 1], widths[i], 2 * stride, stride)
            for i, stride in enumerate(strides[1:])
        )
        self.filterbank = CausalTransposedConv(
            widths[0], 1, FILTERBANK_TAPS * strides[0], strides[0], gain=LOUDNESS
        )
        self.label = nn.ModuleList(
            nn.Linear(config.embedding, width, bias=False) for width in widths
        )

    def forward(self, latent: Tensor, embedding: Tensor) -> Tensor:
        """Map (B, latent, N) and (B, embedding) to (B, N · hop)."""
        x: Tensor = self.input(latent)  # (B, C_last, N)
        for i in range(len(self.levels) - 1, -1, -1):
            x = self.levels[i](x + self.label[i](embedding)[..., None])
            x = (self.up[i - 1] if i else self.filterbank)(F.elu(x))  # (B, C_i-1 or 1, T_i · S_i)
        return x[:, 0]


class VQVAE(nn.Module):
    """Encoder, residual quantiser, decoder, and the labels' embeddings."""

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.quantizer = ResidualQuantizer(
            config.latent, config.stages, config.codes, config.code_dimensions
        )
        self.decoder = Decoder(config)
        self.labels = nn.Embedding(len(config.labels), config.embedding)
        nn.init.normal_(self.labels.weight, std=0.5)

    def forward(
        self, signal: Tensor, labels: Tensor, kept: Tensor | None = None
    ) -> tuple[Tensor, Quantized]:
        """Reconstruct (B, T) with labels (B,) int64; T is a multiple of the hop.

        `kept` (B,) int64: how many stages each example keeps; all of them without it.
        """
        quantized: Quantized = self.quantizer(self.encoder(signal), kept)
        return self.decoder(quantized.latent, self.labels(labels)), quantized
