"""Layers of both coders' networks, and how their training parts are folded for playing.

Causal convolutions as in EnCodec (Défossez et al. 2022, arXiv 2210.13438): frame n of a layer of
stride S depends on its input up to frame n·S + S - 1 and on nothing later.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import hidden_width

UNIT_GAIN = 0.5  # of a residual unit at the beginning
TRAINING_ONLY = (".uses", ".sums", ".steps")  # buffers of a code book that no player needs


@runtime_checkable
class Foldable(Protocol):
    """A module that becomes something simpler after training."""

    def plain(self) -> dict[str, Tensor]:
        """Return the folded tensors by name."""

    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Load folded tensors."""


class WeightNorm(nn.Module):
    """A weight as direction and length (Salimans and Kingma 2016); `dim` is the output's."""

    def __init__(self, weight: Tensor, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.direction = nn.Parameter(weight)
        self.length = nn.Parameter(torch.norm_except_dim(weight.detach(), 2, dim))

    def forward(self) -> Tensor:
        """Return the weight."""
        return torch._weight_norm(self.direction, self.length, self.dim)

    @torch.no_grad()
    def plain(self) -> dict[str, Tensor]:
        """Return the weight under an empty name, so that it takes this module's own name."""
        return {"": self()}

    @torch.no_grad()
    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Load a folded weight."""
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
        """Convolve; T must be a multiple of the stride."""
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
        """Convolve, cut the tail that needs later input, and pad a head shorter than a stride."""
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
        """Map (B, C, T) to the same shape."""
        inside: Tensor = self.dilated(F.elu(x))  # (B, C/2, T)
        outside: Tensor = self.pointwise(F.elu(inside))  # (B, C, T)
        return x + outside


class Centred(nn.Module):
    """A linear layer whose outputs have mean 0 and deviation 1 (Ioffe and Szegedy 2015).

    Without it the points of an early encoder lie close together on the sphere, all of them take the
    same code, and nothing ever drives them apart. What a player gets is a plain linear layer.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.norm = nn.BatchNorm1d(outputs, affine=False, momentum=0.05)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, N, inputs) to (B, N, outputs); `eval()` uses the running mean and deviation."""
        y: Tensor = self.linear(x)
        centred: Tensor = self.norm(y.flatten(0, 1)).view_as(y)
        return centred

    @torch.no_grad()
    def plain(self) -> dict[str, Tensor]:
        """Return weight and bias of the linear layer that it becomes after training."""
        assert self.norm.running_mean is not None
        assert self.norm.running_var is not None
        scale = (self.norm.running_var + self.norm.eps).rsqrt()
        bias = (self.linear.bias - self.norm.running_mean) * scale
        return {"weight": self.linear.weight * scale[:, None], "bias": bias}

    @torch.no_grad()
    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Load a folded linear layer."""
        assert self.norm.running_mean is not None
        assert self.norm.running_var is not None
        self.linear.weight.copy_(tensors["weight"])
        self.linear.bias.copy_(tensors["bias"])
        self.norm.running_mean.zero_()
        self.norm.running_var.fill_(1.0 - self.norm.eps)


class CentredPointwise(Centred):
    """`Centred` on (B, C, N), folded into a causal layer of kernel 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C_in, N) to (B, C_out, N)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)

    def plain(self) -> dict[str, Tensor]:
        """Return the weight (C_out, C_in, 1) and the bias."""
        plain = super().plain()
        return plain | {"weight": plain["weight"][..., None]}

    def load_plain(self, tensors: Mapping[str, Tensor]) -> None:
        """Load a folded layer."""
        super().load_plain({**tensors, "weight": tensors["weight"][..., 0]})


class Level(nn.Module):
    """The residual units at one rate."""

    def __init__(self, channels: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.units = nn.ModuleList(ResidualUnit(channels, dilation) for dilation in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, T) to the same shape."""
        for unit in self.units:
            x = unit(x)
        return x


def folded(network: nn.Module) -> dict[str, Tensor]:
    """Return every tensor by name, with parts for training only folded into plain weights."""
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
