"""The VQ-VAE in its parallel form, the one that is trained.

van den Oord, Vinyals and Kavukcuoglu 2017, "Neural Discrete Representation Learning" (arXiv
1711.00937), with the convolutions of SEANet (Tagliasacchi et al. 2020, arXiv 2009.02095) made
causal as in EnCodec (Défossez et al. 2022, arXiv 2210.13438): frame n of a layer of stride S
depends on its input up to frame n·S + S - 1 and on nothing later.

The outermost layer is a learned filterbank: kernel 4·S, stride S, from one channel and back to one.
So nothing runs at the full rate but two matrix products.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import FILTERBANK_TAPS, INPUT_TAPS, VQVAEConfig, hidden_width
from .quantizer import Centred, Quantized, ResidualQuantizer

LOUDNESS = 0.1  # RMS of sound as it is expected, where hidden values are about 1
UNIT_GAIN = 0.5  # of a residual unit at the beginning
TRAINING_ONLY = (".uses", ".sums", ".steps")  # buffers of a code book that no player needs


@runtime_checkable
class Foldable(Protocol):
    """A module that is something simpler once it no longer learns."""

    def plain(self) -> dict[str, Tensor]:
        """What it then is, by name."""

    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Become that."""


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

    @torch.no_grad()
    def plain(self) -> dict[str, Tensor]:
        """The weight by itself, nameless: it takes this module's own name."""
        return {"": self()}

    @torch.no_grad()
    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Become this weight."""
        self.direction.copy_(tensors[""])
        self.length.copy_(torch.norm_except_dim(tensors[""], 2, self.dim))


class CausalConv(nn.Module):
    """(B, C_in, T) to (B, C_out, T / stride): out[n] = b + Σ_k W_k x[n·S + S - 1 - (K-1-k)·D]."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, dilation: int = 1,
        gain: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__()
        weight = torch.randn(outputs, inputs, kernel) * (gain / (inputs * kernel) ** 0.5)
        self.weight = WeightNorm(weight, 0)  # (C_out, C_in, K)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.stride, self.dilation = stride, dilation
        self.padding = (kernel - 1) * dilation + 1 - stride  # negative: frames that nothing sees

    def forward(self, x: Tensor) -> Tensor:
        """T must be a multiple of the stride."""
        padded = F.pad(x, (self.padding, 0)) if self.padding else x
        weight = self.weight()
        return F.conv1d(padded, weight, self.bias, self.stride, dilation=self.dilation)


class CausalTransposedConv(nn.Module):
    """(B, C_in, T) to (B, C_out, T·stride): out[t·S + r] = b + Σ_m W_{r+m·S} x[t-m], r < S."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, gain: float = 1.0
    ) -> None:
        super().__init__()
        weight = torch.randn(inputs, outputs, kernel) * gain / (inputs * kernel / stride) ** 0.5
        self.weight = WeightNorm(weight, 1)  # (C_in, C_out, K)
        self.bias = nn.Parameter(torch.zeros(outputs))
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
        self.pointwise = CausalConv(hidden, channels, 1, gain=UNIT_GAIN)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T) to the same."""
        inside: Tensor = self.dilated(F.elu(x))  # (B, C/2, T)
        outside: Tensor = self.pointwise(F.elu(inside))  # (B, C, T)
        return x + outside


class CentredPointwise(Centred):
    """The same on (B, C, N), as a causal layer of kernel 1 to whoever plays."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C_in, N) to (B, C_out, N)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)

    def plain(self) -> dict[str, Tensor]:
        """Weight (C_out, C_in, 1) and bias."""
        plain = super().plain()
        return plain | {"weight": plain["weight"][..., None]}

    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Become that layer."""
        super().load_plain({**tensors, "weight": tensors["weight"][..., 0]})


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
        self.filterbank = CausalConv(1, widths[0], first, strides[0], gain=1 / LOUDNESS)
        self.levels = nn.ModuleList(Level(width, config.encoder_dilations) for width in widths)
        self.down = nn.ModuleList(
            CausalConv(widths[i], widths[i + 1], 2 * stride, stride)
            for i, stride in enumerate(strides[1:])
        )
        # of variance 1, or the straight-through gradient would let it grow without end
        self.latent = CentredPointwise(widths[-1], config.latent)

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
            widths[0], 1, FILTERBANK_TAPS * strides[0], strides[0], gain=LOUDNESS
        )
        self.label = nn.ModuleList(
            nn.Linear(config.embedding, width, bias=False) for width in widths
        )

    def forward(self, latent: Tensor, embedding: Tensor) -> Tensor:
        """(B, latent, N) and (B, embedding) to (B, N · hop)."""
        x: Tensor = self.input(latent)  # (B, C_last, N)
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

    def forward(
        self, signal: Tensor, labels: Tensor, kept: Tensor | None = None
    ) -> tuple[Tensor, Quantized]:
        """(B, T) and (B,) int64 to the reconstruction (B, T); T a multiple of the hop.

        `kept` (B,) int64: how many stages each example keeps; all of them without it.
        """
        quantized: Quantized = self.quantizer(self.encoder(signal), kept)
        return self.decoder(quantized.latent, self.labels(labels)), quantized


def folded(network: nn.Module) -> dict[str, Tensor]:
    """Every tensor by name, with what only training needs folded into plain weights and biases."""
    tensors: dict[str, Tensor] = {}
    inside: list[str] = []
    for name, module in network.named_modules():
        if isinstance(module, Foldable):
            tensors |= {_joined(name, own): value for own, value in module.plain().items()}
            inside.append(f"{name}.")
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        if not name.startswith(tuple(inside)):
            tensors[name] = value
    return tensors


def unfold(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Load what `folded` gave; what is missing of the training's own buffers stays.

    KeyError for a missing tensor, RuntimeError for a wrong shape.
    """
    modules = dict(network.named_modules())
    foldable = {name: m for name, m in modules.items() if isinstance(m, Foldable)}
    for name, module in foldable.items():
        module.load_plain({own: tensors[_joined(name, own)] for own in module.plain()})
    inside = tuple(f"{name}." for name in foldable)
    with torch.no_grad():
        for name, value in (*network.named_parameters(), *network.named_buffers()):
            if not name.startswith(inside) and not name.endswith(TRAINING_ONLY):
                value.copy_(tensors[name])


def _joined(name: str, own: str) -> str:
    return f"{name}.{own}" if own else name
