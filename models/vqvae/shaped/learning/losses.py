"""Losses of a shaped reconstruction: spectra only, because its phases are its own.

Log powers in mel bands and in bins, and compressed magnitudes, in three resolutions; and how loud
the differences are to an ear, after ITU-T P.862.
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

LOUD_SECONDS, LOUD_BANDS, LOUD_POWER = 0.032, 48, 0.23  # Zwicker's law
THRESHOLD = 1e-7  # of a segment's power: what is not heard in a band
MASKED = 0.25  # of the softer loudness: a difference that is not heard
ADDED_POWER, ADDED_FROM, ADDED_MOST = 1.2, 3.0, 12.0  # how much worse it is to add than to omit …
OMITTED, ADDED = 1.5, 0.45  # … and the weights of both


class SpectralLoss(nn.Module):
    """Mean over the resolutions, and the disturbance."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_Scale(sample_rate, *each) for each in RESOLUTIONS)
        self.disturbance = Disturbance(sample_rate)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Return the loss of made and real sound, (B, T) each."""
        distance = torch.stack([scale(made, real) for scale in self.scales]).mean()
        total: Tensor = distance + self.disturbance(made, real)
        return total


class _Spectra(nn.Module):
    """Powers in bins, and what sums them up in mel bands."""

    def __init__(self, sample_rate: int, seconds: float, bands: int) -> None:
        super().__init__()
        self.size = 1 << round(seconds * sample_rate - 1).bit_length()
        mel = librosa.filters.mel(sr=sample_rate, n_fft=self.size, n_mels=bands, norm=None)
        self.mel = Constant(mel.T.astype(np.float32))
        self.window = Constant(hann(self.size, sym=False).astype(np.float32))

    def _powers(self, signal: Tensor) -> Tensor:
        """Map (B, T) to (B, windows, bins)."""
        half = self.size // 2
        windows = F.pad(signal, (half, half)).unfold(1, self.size, self.size // 4)
        spectrum = torch.fft.rfft(windows * self.window.beside(signal))
        power: Tensor = spectrum.real.square() + spectrum.imag.square()
        return power / (HANN_POWER * self.size)


class _Scale(_Spectra):
    """One resolution."""

    def __init__(self, sample_rate: int, seconds: float, bands: int, bins: bool) -> None:
        super().__init__(sample_rate, seconds, bands)
        self.bins = bins

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Return the loss of made and real sound, (B, T) each."""
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


class Disturbance(_Spectra):
    """Loudness of the difference of two sounds, as a share of the loudness of the real one.

    ITU-T P.862 (PESQ), 10.2, without its alignment and its compensations: loudness in bands by
    Zwicker's law, differences that the sound itself masks are not counted, and what has been added
    counts for more than what is missing.
    """

    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate, LOUD_SECONDS, LOUD_BANDS)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Return the loss of made and real sound, (B, T) each."""
        mel = self.mel.beside(made)
        ours, theirs = self._powers(made) @ mel, self._powers(real) @ mel  # (B, windows, bands)
        threshold = THRESHOLD * theirs.sum(2).mean(1)[:, None, None] + SMALLEST
        a, b = _loudness(ours / threshold), _loudness(theirs / threshold)
        difference = a - b
        heard = F.relu(difference.abs() - MASKED * torch.minimum(a, b).detach())
        with torch.no_grad():
            worse = ((ours + threshold) / (theirs + threshold)) ** ADDED_POWER
            worse = torch.where(worse < ADDED_FROM, 0.0, worse.clamp(max=ADDED_MOST))
        omitted = (heard.square().mean(2) + SMALLEST).sqrt().mean()
        total: Tensor = (OMITTED * omitted + ADDED * (heard * worse).mean()) / b.mean()
        return total


def _loudness(power: Tensor) -> Tensor:
    """Map power above the threshold of hearing to loudness, 0 below it."""
    loudness: Tensor = (0.5 + 0.5 * power) ** LOUD_POWER - 0.5**LOUD_POWER
    return loudness


def _log_distance(made: Tensor, real: Tensor) -> Tensor:
    return F.l1_loss(torch.log(made + FLOOR), torch.log(real + FLOOR))
