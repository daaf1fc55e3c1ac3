"""Losses of a reconstruction: waveform, spectra, commitment, and adversarial terms.

The loss of van den Oord et al. 2017, equation 3, with its stop-gradients where the paper has them:
the quantiser's points move towards the encoder's (weight 1; the books by moving averages), and the
encoder pays β·|z - sg(e)|². The likelihood is a distance of waveforms and of spectra, mel and
linear, in several resolutions (auraloss; Steinmetz and Reiss 2020).

The error of the waveform is taken as a share of the segment's own power, and counts most in the
beginning. Without it a network of this size gives a sound its right colour and no pitch at all:
phases are hard to learn, and spectra hardly tell. With it to the end, whatever cannot be predicted
to the phase, all hiss and treble, is left out.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ...measuring.spectral_distance import SpectralDistance

WAVEFORM_FIRST, WAVEFORM_LAST = 4.0, 0.5  # weight of the waveform's error …
WAVEFORM_FALLS = 0.3  # … and the share of a training in which it falls from one to the other
QUIET = 1e-4  # power, -40 dBFS: quieter sound counts as if it had this power
ADVERSARIAL, FEATURES = 1.0, 4.0


def waveform_distance(made: Tensor, real: Tensor) -> Tensor:
    """Return the error's power as a share of the sound's, (B, T) each."""
    error = (made - real).square().mean(dim=-1)
    return (error / real.square().mean(dim=-1).clamp(min=QUIET)).mean()


def waveform_weight(progress: float) -> float:
    """Return the weight at a progress of the training, 0 … 1."""
    fallen = min(progress / WAVEFORM_FALLS, 1.0)
    return WAVEFORM_FIRST + fallen * (WAVEFORM_LAST - WAVEFORM_FIRST)


def reconstruction(
    made: Tensor, real: Tensor, spectral: SpectralDistance, waveform: Tensor
) -> Tensor:
    """Return the distance of waveforms, weighted by `waveform`, and of spectra, (B, T) each."""
    loss: Tensor = waveform * waveform_distance(made, real) + spectral(made, real)
    return loss


def adversarial(judged_made: Sequence[Sequence[Tensor]],
                judged_real: Sequence[Sequence[Tensor]]) -> Tensor:  # fmt: skip
    """Return the generator's loss: hinge loss, and the distance of the adversary's features.

    For each scale the adversary's layers, the verdict last. Kumar et al. 2019, MelGAN (arXiv
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
    """Return the adversary's loss: equation 1 of the same."""
    losses = [
        F.relu(1 + made[-1].float()).mean() + F.relu(1 - real[-1].float()).mean()
        for made, real in zip(judged_made, judged_real, strict=True)
    ]
    return torch.stack(losses).mean()
