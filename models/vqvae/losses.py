"""What a reconstruction is judged by: waveform, spectra, commitment, and a rival's opinion.

The loss of van den Oord et al. 2017, equation 3, with its stop-gradients where the paper has them:
the books follow what is assigned to them (by moving averages here), and the encoder pays
β·|z - sg(e)|². The likelihood term is the distance of waveforms and of mel spectra in several
resolutions (auraloss; Steinmetz and Reiss 2020), as phases cannot be coded at such bit rates.
"""

from collections.abc import Sequence

import auraloss
import torch
from torch import Tensor, nn
from torch.nn import functional as F

COMMITMENT = 0.25  # β
WAVEFORM = 20.0  # of the mean absolute difference
RESOLUTIONS_MS = ((4, 16), (16, 32), (32, 64), (64, 80))  # window, mel bands
FLOOR = 1e-3  # of power: about -70 dBFS, below which nobody hears whether it is hiss or silence
ADVERSARIAL, FEATURES = 1.0, 4.0


class SpectralDistance(nn.Module):
    """Mean over resolutions of log-magnitude distance and spectral convergence of mel spectra."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList()
        for window_ms, bands in RESOLUTIONS_MS:
            window = 2 ** round(torch.tensor(window_ms * sample_rate / 1000).log2().item())
            self.scales.append(
                auraloss.freq.STFTLoss(
                    window, window // 4, window, scale="mel", n_bins=bands,
                    sample_rate=sample_rate, eps=FLOOR,
                )
            )  # fmt: skip

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """(B, T) each."""
        losses = [scale(made[:, None], real[:, None]) for scale in self.scales]
        return torch.stack(losses).mean()


def reconstruction(made: Tensor, real: Tensor, spectral: SpectralDistance) -> Tensor:
    """Distance of waveforms and spectra, (B, T) each."""
    loss: Tensor = WAVEFORM * F.l1_loss(made, real) + spectral(made, real)
    return loss


def adversarial(judged_made: Sequence[Sequence[Tensor]],
                judged_real: Sequence[Sequence[Tensor]]) -> Tensor:  # fmt: skip
    """What a generator pays: hinge loss, and the distance of the rival's features.

    For each scale the rival's layers, the last one its verdict. Kumar et al. 2019, MelGAN (arXiv
    1910.06711), equations 2 and 3.
    """
    verdicts, features = [], []
    for made, real in zip(judged_made, judged_real, strict=True):
        verdicts.append(-made[-1].float().mean())
        features += [
            F.l1_loss(m.float(), r.detach().float())
            for m, r in zip(made[:-1], real[:-1], strict=True)
        ]
    return ADVERSARIAL * torch.stack(verdicts).mean() + FEATURES * torch.stack(features).mean()


def hinge(judged_made: Sequence[Sequence[Tensor]],
          judged_real: Sequence[Sequence[Tensor]]) -> Tensor:  # fmt: skip
    """What the rival pays: equation 1 of the same."""
    losses = [
        F.relu(1 + made[-1].float()).mean() + F.relu(1 - real[-1].float()).mean()
        for made, real in zip(judged_made, judged_real, strict=True)
    ]
    return torch.stack(losses).mean()
