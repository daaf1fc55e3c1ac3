"""Spectral distance of two sounds: mel and linear, in several resolutions.

Source: Steinmetz and Reiss 2020, auraloss.
"""

import auraloss
import torch
from torch import Tensor, nn

FLOOR = 1e-7  # of power, -70 dBFS: quieter hiss sounds like silence
HANN_POWER = 0.375  # mean square of the window
MEL_RESOLUTIONS = ((4, 16), (16, 32), (32, 64), (64, 80))  # window in ms, bands
LINEAR_RESOLUTIONS_MS = (16, 64)


class SpectralDistance(nn.Module):
    """Mean over resolutions of log-magnitude distance and spectral convergence."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        scales = []
        for window_ms, bands in (*MEL_RESOLUTIONS, *((ms, 0) for ms in LINEAR_RESOLUTIONS_MS)):
            window = 2 ** round(torch.tensor(window_ms * sample_rate / 1000).log2().item())
            mel = {"scale": "mel", "n_bins": bands, "sample_rate": sample_rate} if bands else {}
            scales.append(
                auraloss.freq.STFTLoss(
                    window, window // 4, window, eps=FLOOR * HANN_POWER * window, **mel
                )
            )
        self.scales = nn.ModuleList(scales)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Return the distance of two batches, (B, T) each."""
        losses = [scale(made[:, None], real[:, None]) for scale in self.scales]
        return torch.stack(losses).mean()
