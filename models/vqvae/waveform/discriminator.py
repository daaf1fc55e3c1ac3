"""The adversary of the fine-tuning: MelGAN's multi-scale discriminator.

Kumar et al. 2019, arXiv 1910.06711, section 2.2: the same strided network looks at the waveform as
it is, and at half and a quarter of its rate.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .losses import hinge

SCALES = 3
SLOPE = 0.2  # of the leaky rectifiers


class ScaleDiscriminator(nn.Module):
    """Discriminator of one scale: it judges a window of some 30 ms at every 64th frame."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = [channels, 4 * channels, 8 * channels, 8 * channels]
        layers = [nn.Conv1d(1, channels, 15, padding=7)]
        for inputs, outputs in pairwise(wide):
            groups = max(1, inputs // 4)
            layers.append(nn.Conv1d(inputs, outputs, 21, 4, padding=10, groups=groups))
        layers += [
            nn.Conv1d(wide[-1], wide[-1], 5, padding=2),
            nn.Conv1d(wide[-1], 1, 3, padding=1),
        ]
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(layer) for layer in layers
        )

    def forward(self, signal: Tensor) -> list[Tensor]:
        """Map (B, 1, T) to every layer's output, the verdict (B, 1, T / 64) last."""
        outputs = []
        x = signal
        for layer in self.layers:
            x = layer(x)
            outputs.append(x)
            x = F.leaky_relu(x, SLOPE)
        return outputs


class Discriminator(nn.Module):
    """Discriminator of all scales, as a module whose forward is its own loss."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__()
        self.scales = nn.ModuleList(ScaleDiscriminator(channels) for _ in range(SCALES))

    def judge(self, signal: Tensor) -> list[list[Tensor]]:
        """Map (B, T) to the layers of each scale."""
        x = signal[:, None]
        judged = []
        for scale in self.scales:
            judged.append(scale(x))
            x = F.avg_pool1d(x, 4, 2, padding=1, count_include_pad=False)
        return judged

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Return the hinge loss of made and real sound, (B, T) each."""
        both = self.judge(torch.cat([made, real]))
        halves = [[layer.chunk(2) for layer in scale] for scale in both]
        return hinge(
            [[layer[0] for layer in scale] for scale in halves],
            [[layer[1] for layer in scale] for scale in halves],
        )
