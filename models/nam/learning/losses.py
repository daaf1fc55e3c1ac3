"""The loss of a capture: error-to-signal ratio with pre-emphasis, and distances of spectra.

Sources: A. Wright and V. Välimäki, "Perceptual loss function for neural modeling of audio systems",
2020, arXiv:1911.08922 (pre-emphasis); C. Steinmetz and J. Reiss, "auraloss", 2020 (spectra).
"""

import auraloss
from torch import Tensor, nn

from .network import Capture

PRE_EMPHASIS = 0.85
WINDOWS = 256, 1024, 2048
SPECTRAL_WEIGHT = 0.005  # against a ratio that ends near 0.01
FLOOR = 0.5  # of the recording's mean power, added to a segment's, which may be silent


def error_to_signal(made: Tensor, wet: Tensor, floor: Tensor) -> Tensor:
    """Return the power of the error over that of the wet (…, T), and a floor, as a number ()."""
    return (made - wet).square().mean() / (wet.square().mean() + floor)


def emphasised(signal: Tensor) -> Tensor:
    """Return (…, T - 1) with the high frequencies raised."""
    return signal[..., 1:] - PRE_EMPHASIS * signal[..., :-1]


class Objective(nn.Module):
    """The loss of a network, in parts of the wet recording's power."""

    power: Tensor
    high_power: Tensor

    def __init__(self, network: Capture, wet: Tensor) -> None:
        """`wet` (T,) is the whole recording; a segment of it may be silent."""
        super().__init__()
        self.network = network
        self.register_buffer("power", wet.square().mean())
        self.register_buffer("high_power", emphasised(wet).square().mean())
        self.spectra = auraloss.freq.MultiResolutionSTFTLoss(
            WINDOWS, [size // 4 for size in WINDOWS], WINDOWS
        )

    def forward(self, dry: Tensor, wet: Tensor) -> Tensor:
        """Return the loss () for dry (B, prefix + T) and wet (B, T)."""
        made = self.network(dry, wet.shape[1])
        plain = error_to_signal(made, wet, FLOOR * self.power)
        high = error_to_signal(emphasised(made), emphasised(wet), FLOOR * self.high_power)
        level = self.power.sqrt()
        spectral: Tensor = self.spectra(made[:, None] / level, wet[:, None] / level)
        return 0.5 * (plain + high) + SPECTRAL_WEIGHT * spectral
