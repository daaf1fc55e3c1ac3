"""WaveGAN's generator and discriminator for training.

Donahue, McAuley and Puckette 2018, "Adversarial Audio Synthesis", arXiv 1802.04208, tables 1 and 2.
A convolution of kernel 25 and stride 4 is computed as one of kernel 7 and stride 1 on groups of 4
frames: the same sums in half of the time on a processor, with 3 weights of 28 that stay 0.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import KERNEL, LEVELS, STRIDE, WaveGANConfig

TAPS = 7  # groups of STRIDE frames that a kernel reaches over
BEFORE = 11  # frames that a kernel reaches back; it reaches 13 ahead
PADDED = (TAPS * STRIDE - KERNEL - 2, 2)  # weights that stay 0, before and after the kernel
SLOPE = 0.2  # of the leaky rectifiers
SHUFFLE_FRAMES = 2  # phase shuffle: farthest shift, in frames of a level


class Upsampling(nn.Module):
    """Transposed convolution, (B, inputs, T) to (B, outputs, 4 T)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs, KERNEL))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.weight, std=(STRIDE / (inputs * KERNEL)) ** 0.5)

    def grouped(self) -> Tensor:
        """Return the weight (4 outputs, inputs, 7): output o · 4 + r is frame r of the group."""
        inputs, outputs, _ = self.weight.shape
        padded = F.pad(self.weight, PADDED).view(inputs, outputs, TAPS, STRIDE)
        return padded.flip(2).permute(1, 3, 0, 2).reshape(outputs * STRIDE, inputs, TAPS)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, 4 T) of (B, inputs, T)."""
        y = F.conv1d(x, self.grouped(), padding=TAPS // 2)  # (B, 4 outputs, T)
        y = y.view(len(x), -1, STRIDE, x.shape[2]).transpose(2, 3).flatten(2)  # (B, outputs, 4 T)
        return y + self.bias[:, None]


class Downsampling(nn.Module):
    """Strided convolution, (B, inputs, 4 T) to (B, outputs, T)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, KERNEL))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.weight, std=(inputs * KERNEL) ** -0.5)

    def grouped(self) -> Tensor:
        """Return the weight (outputs, 4 inputs, 7): input i · 4 + r is frame r of the group."""
        outputs, inputs, _ = self.weight.shape
        padded = F.pad(self.weight, PADDED).view(outputs, inputs, TAPS, STRIDE)
        return padded.transpose(2, 3).reshape(outputs, inputs * STRIDE, TAPS)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, T) of (B, inputs, 4 T)."""
        groups = x.view(*x.shape[:2], -1, STRIDE).transpose(2, 3).flatten(1, 2)  # (B, 4 inputs, T)
        return F.conv1d(groups, self.grouped(), self.bias, padding=TAPS // 2)


class Generator(nn.Module):
    """Network from latents (B, latent) and class indices (B,) to hits (B, frames)."""

    def __init__(self, config: WaveGANConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.first = nn.Linear(config.latent, widths[0] * config.first_frames)
        self.classes = nn.Embedding(max(1, len(config.classes)), self.first.out_features)
        self.levels = nn.ModuleList(Upsampling(*sizes) for sizes in pairwise((*widths, 1)))
        self.filter = PostFilter(config.filter_taps) if config.filter_taps else None
        nn.init.normal_(self.classes.weight, std=0.4)

    def forward(self, latent: Tensor, classes: Tensor) -> Tensor:
        """Return hits (B, frames) of latents (B, latent) and class indices (B,)."""
        x = self.first(latent) + self.classes(classes)
        x = x.view(len(latent), self.config.widths[0], -1)  # (B, 16 d, first frames)
        for level in self.levels:
            x = level(F.relu(x))  # (B, half as many, 4 T)
        x = torch.tanh(x[:, 0].float())
        return x if self.filter is None else self.filter(x)


class PostFilter(nn.Module):
    """Learnt filter after the generator, (B, frames) both ways: the paper's section 4.2.

    It removes the pitched noise of upsampling; it starts as the identity.
    """

    def __init__(self, taps: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(taps))
        self.weight.data[(taps - 1) // 2] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return the filtered hits (B, frames)."""
        taps = len(self.weight)
        padded = F.pad(x[:, None], ((taps - 1) // 2, taps // 2))
        with torch.autocast(x.device.type, enabled=False):
            return F.conv1d(padded, self.weight[None, None].float())[:, 0]


class Discriminator(nn.Module):
    """Network from hits (B, frames) and classes (B,) to an unbounded score (B,) and the levels'
    outputs.

    Classes enter as a projection: Miyato and Koyama 2018, arXiv 1802.05637, equation 3.
    """

    def __init__(self, config: WaveGANConfig, width: int) -> None:
        super().__init__()
        widths = (1, *(width << level for level in range(LEVELS)))
        self.levels = nn.ModuleList(Downsampling(*sizes) for sizes in pairwise(widths))
        self.last = nn.Linear(widths[-1] * config.first_frames, 1)
        self.classes = nn.Embedding(max(1, len(config.classes)), widths[-1])
        nn.init.zeros_(self.classes.weight)

    def forward(self, signal: Tensor, classes: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the score (B,) of hits (B, frames), and each level's output."""
        x, outputs = signal[:, None], []
        for number, level in enumerate(self.levels):
            x = F.leaky_relu(level(x), SLOPE)
            outputs.append(x)
            if number < LEVELS - 1 and self.training:
                x = phase_shuffle(x)
        score = self.last(x.flatten(1))[:, 0]
        return score + (self.classes(classes) * x.mean(2)).sum(1), outputs


def phase_shuffle(x: Tensor) -> Tensor:
    """Return (B, C, T), each example shifted by -2 … 2 frames, mirrored at the ends (3.3)."""
    frames = x.shape[2]
    shifts = torch.randint(-SHUFFLE_FRAMES, SHUFFLE_FRAMES + 1, (len(x), 1), device=x.device)
    places = torch.arange(frames, device=x.device) + shifts  # (B, T)
    places = (frames - 1) - ((frames - 1) - places.abs()).abs()  # mirrored
    return x.gather(2, places[:, None].expand(-1, x.shape[1], -1))
