"""Pulses and noise through filters that change every step, in torch. [control]"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...compiled.conv.layers import Floats
from .bands import BAND_CENTRE, BAND_SPREAD, LOUDEST, QUIETEST, fade, least_phase
from .config import ShapedConfig
from .constant import Constant


class Synthesis(nn.Module):
    """Excitations and the bands of their filters to sound; it has no weights."""

    def __init__(self, config: ShapedConfig) -> None:
        super().__init__()
        self.config = config
        self.harmonic = Constant(_table(config.harmonic_bands, config))
        self.noise = Constant(_table(config.noise_bands, config))
        self.fade = Constant(fade(config))

    def forward(self, bands: Tensor, pulses: Tensor, noise: Tensor) -> Tensor:
        """Map (B, harmonic + noise bands, S) and two excitations (B, S · step) to (B, S · step).

        Within a step the filter of the step before fades into its own. Before the first one that
        is at work, too.
        """
        log = bands * BAND_SPREAD + BAND_CENTRE
        harmonic, hiss = torch.tensor_split(log, [self.config.harmonic_bands], 1)
        spectra = self._filtered(pulses, self._filters(harmonic, self.harmonic))
        spectra = spectra + self._filtered(noise, self._filters(hiss, self.noise))
        return self._overlapped(spectra)

    def _filtered(self, excitation: Tensor, filters: Tensor) -> Tensor:
        """Map (B, S · step) and (B, S + 1, bins) to (B, S, bins)."""
        step, size = self.config.step, self.config.transform
        pieces = excitation.unfold(1, step, step)
        rising, falling = self.fade.beside(excitation).chunk(2)
        before = torch.fft.rfft(pieces * falling, size) * filters[:, :-1]
        both: Tensor = before + torch.fft.rfft(pieces * rising, size) * filters[:, 1:]
        return both

    def _filters(self, bands: Tensor, table: Constant) -> Tensor:
        """Map (B, bands, S) to complex (B, S + 1, bins)."""
        rows = bands.transpose(1, 2)
        magnitude, phase = (torch.cat([rows[:, :1], rows], 1) @ table.beside(rows)).chunk(2, -1)
        return torch.polar(torch.exp(magnitude.clamp(QUIETEST, LOUDEST)), phase)

    def _overlapped(self, spectra: Tensor) -> Tensor:
        """Map (B, S, bins) to (B, S · step); the tail after the last step is dropped."""
        step, size, steps = self.config.step, self.config.transform, spectra.shape[1]
        sound = torch.fft.irfft(spectra, size).transpose(1, 2)  # (B, size, S)
        whole = (1, (steps - 1) * step + size)
        added = F.fold(sound, whole, (1, size), stride=(1, step))
        return added.reshape(len(spectra), -1)[:, : steps * step]


def _table(bands: int, config: ShapedConfig) -> Floats:
    return least_phase(bands, config).reshape(bands, -1)
