"""Losses of a shaped reconstruction: spectra only, because its phases are its own.

Log powers in mel bands and in bins, and compressed magnitudes, in three resolutions.
"""

import librosa
import numpy as np
import torch
from scipy.signal.windows import hann
from torch import Tensor, nn
from torch.nn import functional as F

from ..constant import Constant

HANN_POWER = 0.375  # mean square of the window
FLOOR, SMALLEST = 1e-6, 1e-9  # of power
POWER = 0.15  # magnitudes to the power of 0.3
RESOLUTIONS = ((0.016, 32, True), (0.032, 64, False), (0.064, 80, True))  # s, mel bands, bins too
MEL, BINS, COMPRESSED = 0.5, 0.25, 1.5  # weights


class SpectralLoss(nn.Module):
    """Mean over the resolutions."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_Scale(sample_rate, *each) for each in RESOLUTIONS)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """(B, T) each."""
        return torch.stack([scale(made, real) for scale in self.scales]).mean()


class _Scale(nn.Module):
    """One resolution."""

    def __init__(self, sample_rate: int, seconds: float, bands: int, bins: bool) -> None:
        super().__init__()
        self.size, self.bins = 1 << round(seconds * sample_rate - 1).bit_length(), bins
        mel = librosa.filters.mel(sr=sample_rate, n_fft=self.size, n_mels=bands, norm=None)
        self.mel = Constant(mel.T.astype(np.float32))
        self.window = Constant(hann(self.size, sym=False).astype(np.float32))

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """(B, T) each."""
        ours = self._powers(made)
        with torch.no_grad():
            theirs = self._powers(real)
        mel = self.mel.beside(made)
        loss = MEL * _log_distance(ours @ mel, theirs @ mel)
        if self.bins:
            loss = loss + BINS * _log_distance(ours, theirs)
        a, b = (ours + SMALLEST) ** POWER, (theirs + SMALLEST) ** POWER
        total: Tensor = loss + COMPRESSED * (a - b).abs().mean() / b.mean()
        return total

    def _powers(self, signal: Tensor) -> Tensor:
        """(B, T) to (B, windows, bins)."""
        half = self.size // 2
        windows = F.pad(signal, (half, half)).unfold(1, self.size, self.size // 4)
        spectrum = torch.fft.rfft(windows * self.window.beside(signal))
        power: Tensor = spectrum.real.square() + spectrum.imag.square()
        return power / (HANN_POWER * self.size)


def _log_distance(made: Tensor, real: Tensor) -> Tensor:
    return F.l1_loss(torch.log(made + FLOOR), torch.log(real + FLOOR))
