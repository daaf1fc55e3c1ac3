"""Losses of generator and discriminator, computed from scores (B,).

* `minimax`: Goodfellow et al. 2014, arXiv 1406.2661, equation 1, for both players.
* `non-saturating`: the same game, but the generator maximises log D(G(z)), section 3.
* `wgan-gp`: Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1; its gradient penalty pulls the
  slope between real and made sounds to 1.
* `began`: Berthelot et al. 2017, arXiv 1703.10717, section 3.3; scores are then the reconstruction
  errors of an autoencoder.

With the first two a gradient penalty is R1: Mescheder et al. 2018, arXiv 1801.04406, equation 9.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

MINIMAX, NON_SATURATING, WGAN_GP, BEGAN = "minimax", "non-saturating", "wgan-gp", "began"
LOSSES = (WGAN_GP, MINIMAX, NON_SATURATING, BEGAN)
DEFAULT_PENALTY = {WGAN_GP: 10.0, MINIMAX: 0.0, NON_SATURATING: 0.0, BEGAN: 0.0}
BALANCE = 0.5  # BEGAN's γ: the made sounds' error as a share of the real ones'
BALANCE_STEP = 1e-3  # λ_k


def discriminator_loss(kind: str, real: Tensor, made: Tensor, k: Tensor | None = None) -> Tensor:
    """Return the loss of the discriminator; `k` () is BEGAN's control variable."""
    if kind == WGAN_GP:
        return made.mean() - real.mean()
    if kind == BEGAN:
        assert k is not None
        return real.mean() - k * made.mean()
    return F.softplus(-real).mean() + F.softplus(made).mean()  # -log D(x) - log(1 - D(G(z)))


def generator_loss(kind: str, made: Tensor) -> Tensor:
    """Return the loss of the generator."""
    if kind == WGAN_GP:
        return -made.mean()
    if kind == BEGAN:
        return made.mean()
    if kind == NON_SATURATING:
        return F.softplus(-made).mean()  # -log D(G(z))
    return -F.softplus(made).mean()  # log(1 - D(G(z)))


def next_balance(k: Tensor, real: Tensor, made: Tensor) -> Tensor:
    """Return BEGAN's k after a step, 0 … 1."""
    return (k + BALANCE_STEP * (BALANCE * real.mean() - made.mean())).clamp(0.0, 1.0)


def gradient_penalty(
    kind: str, score: Callable[[Tensor], Tensor], real: Tensor, made: Tensor
) -> Tensor:
    """Return the penalty for a wrong slope of the scores; `real`, `made` (B, …)."""
    if kind == WGAN_GP:
        place = torch.rand(len(real), *(1 for _ in real.shape[1:]), device=real.device)
        return (_slopes(score, torch.lerp(real, made, place)) - 1).square().mean()
    return 0.5 * _slopes(score, real).square().mean()


def _slopes(score: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return the norms (B,) of the gradient of each score by its input."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
    return gradient.flatten(1).square().sum(1).add(1e-12).sqrt()


def feature_matching(made: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Return the distance of the layers' mean features: Salimans et al. 2016, arXiv 1606.03498,
    3.1.
    """
    return feature_distance(
        [layer.float().mean(0, keepdim=True) for layer in made],
        [layer.float().mean(0, keepdim=True) for layer in real],
    )


def feature_distance(made: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Return the distance of features (B, …) of all layers, each relative to the real ones'
    size.
    """
    terms = [
        (m.float() - r.float()).abs().mean() / r.float().abs().mean().clamp(min=1e-6)
        for m, r in zip(made, real, strict=True)
    ]
    return torch.stack(terms).mean()
