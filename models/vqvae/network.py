"""The VQ-VAE in its parallel form, the one that is trained.

van den Oord, Vinyals and Kavukcuoglu 2017, "Neural Discrete Representation Learning" (arXiv
1711.00937), with the convolutions of SEANet (Tagliasacchi et al. 2020, arXiv 2009.02095) made
causal as in EnCodec (Défossez et al. 2022, arXiv 2210.13438): frame n of a layer of stride S
depends on its input up to frame n·S + S - 1 and on nothing later.

The outermost layer is a learned filterbank: kernel 4·S, stride S, from one channel and back to one.
So nothing runs at the full rate but two matrix products.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import VQVAEConfig, hidden_width
from .quantizer import Quantized, ResidualQuantizer

FILTERBANK_TAPS = 4  # strides that a window of the outermost layer is long
INPUT_TAPS = 3  # of the decoder's first layer


class WeightNorm(nn.Module):
    """A weight as direction and length (Salimans and Kingma 2016); `dim` is the output's."""

    def __init__(self, weight: Tensor, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.direction = nn.Parameter(weight)
        self.length = nn.Parameter(torch.norm_except_dim(weight.detach(), 2, dim))

    def forward(self) -> Tensor:
        """The weight."""
        return torch._weight_norm(self.direction, self.length, self.dim)


class CausalConv(nn.Module):
    """(B, C_in, T) to (B, C_out, T / stride): out[n] = b + Σ_k W_k x[n·S + S - 1 - (K-1-k)·D]."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        plain = nn.Conv1d(inputs, outputs, kernel, stride)
        assert plain.bias is not None
        self.weight = WeightNorm(plain.weight.detach(), 0)  # (C_out, C_in, K)
        self.bias = nn.Parameter(plain.bias.detach())
        self.stride, self.dilation = stride, dilation
        self.padding = (kernel - 1) * dilation + 1 - stride  # negative: frames that nothing sees

    def forward(self, x: Tensor) -> Tensor:
        """T must be a multiple of the stride."""
        padded = F.pad(x, (self.padding, 0)) if self.padding else x
        weight = self.weight()
        return F.conv1d(padded, weight, self.bias, self.stride, dilation=self.dilation)


class CausalTransposedConv(nn.Module):
    """(B, C_in, T) to (B, C_out, T·stride): out[t·S + r] = b + Σ_m W_{r+m·S} x[t-m], r < S."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        plain = nn.ConvTranspose1d(inputs, outputs, kernel, stride)
        assert plain.bias is not None
        self.weight = WeightNorm(plain.weight.detach(), 1)  # (C_in, C_out, K)
        self.bias = nn.Parameter(plain.bias.detach())
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """The tail that would need later input is cut off, a head shorter than a stride filled."""
        frames = x.shape[-1] * self.stride
        out = F.conv_transpose1d(x, self.weight(), self.bias, self.stride)
        if out.shape[-1] < frames:  # kernel < stride: what no tap reaches is the bias
            short = frames - out.shape[-1]
            out = torch.cat([out, self.bias[None, :, None].expand(len(x), -1, short)], -1)
        return out[..., :frames]


class ResidualUnit(nn.Module):
    """x + pointwise(elu(dilated(elu(x)))), kernel 3 and half as many channels inside."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        hidden = hidden_width(channels)
        self.dilated = CausalConv(channels, hidden, 3, dilation=dilation)
        self.pointwise = CausalConv(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) to the same."""
        inside: Tensor = self.dilated(F.elu(x))  # (B, C/2, T)
        return x + self.pointwise(F.elu(inside))  # (B, C, T)


class Level(nn.Module):
    """The residual units at one rate."""

    def __init__(self, channels: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.units = nn.ModuleList(ResidualUnit(channels, dilation) for dilation in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) to the same."""
        for unit in self.units:
            x = unit(x)
        return x


class Encoder(nn.Module):
    """Waveform to latent frames: filterbank, then level by level units and a strided layer."""

    def __init__(self, config: VQVAEConfig) -> None:
        super().__init__()
        widths, strides = config.encoder_widths(), config.strides
        first = FILTERBANK_TAPS * strides[0]
        self.filterbank = CausalConv(1, widths[0], first, strides[0])
        self.levels = nn.ModuleList(Level(width, config.encoder_dilations) for width in widths)
        self.down = nn.ModuleList(
            CausalConv(widths[i], widths[i + 1], 2 * stride, stride)
            for i, stride in enumerate(strides[1:])
        )
        self.latent = CausalConv(widths[-1], config.latent, 1)

    def forward(self, signal: Tensor) -> Tensor:
        """(B, T) to (B, latent, T / hop)."""
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
            widths[0], 1, FILTERBANK_TAPS * strides[0], strides[0]
        )
        self.label = nn.ModuleList(
            nn.Linear(config.embedding, width, bias=False) for width in widths
        )

    def forward(self, latent: Tensor, embedding: Tensor) -> Tensor:
        """(B, latent, N) and (B, embedding) to (B, N · hop)."""
        x = self.input(latent)  # (B, C_last, N)
        for i in range(len(self.levels) - 1, -1, -1):
            x = self.levels[i](x + self.label[i](embedding)[..., None])
            x = (self.up[i - 1] if i else self.filterbank)(F.elu(x))  # (B, C_i-1 or 1, T_i · S_i)
        return x[:, 0]


class VQVAE(nn.Module):
    """Encoder, residual quantiser, decoder, and the points that the labels are."""

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

    def forward(self, signal: Tensor, labels: Tensor) -> tuple[Tensor, Quantized]:
        """(B, T) and (B,) int64 to the reconstruction (B, T); T a multiple of the hop."""
        quantized: Quantized = self.quantizer(self.encoder(signal))
        return self.decoder(quantized.latent, self.labels(labels)), quantized


def folded(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Name and value of every tensor, directions and lengths folded into plain weights."""
    inside = set()
    for name, module in network.named_modules():
        if isinstance(module, WeightNorm):
            yield name, module()
            inside.add(name)
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        if name.rpartition(".")[0] not in inside:
            yield name, value


def unfold(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Load what `folded` gave. KeyError for a missing tensor, RuntimeError for a wrong shape."""
    modules = dict(network.named_modules())
    with torch.no_grad():
        for name, value in folded(network):
            module = modules.get(name)
            if isinstance(module, WeightNorm):
                module.direction.copy_(tensors[name])
                module.length.copy_(torch.norm_except_dim(tensors[name], 2, module.dim))
            else:
                value.copy_(tensors[name])
