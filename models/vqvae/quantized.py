"""Residual quantisation in training: stages one after another, and the terms of the loss.

van den Oord et al. 2017, equation 3, with the stop-gradients where the paper has them. Several
stages each quantise what the stages before left over (Zeghidour et al. 2021, SoundStream, arXiv
2107.03312), some of them dropped at random in training, so that the first ones can do alone.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor

COMMITMENT = 0.25  # β


class Quantized(NamedTuple):
    """Result of the quantiser."""

    latent: Tensor  # (B, latent, N) with the straight-through gradient
    codes: Tensor  # (B, N, stages) int64
    commitment: Tensor  # scalar, mean square of z - sg(e)
    matching: Tensor  # scalar, mean square of sg(z) - e, summed over the stages


class Rounded(NamedTuple):
    """Sum of the stages that each example keeps."""

    total: Tensor  # (B, N, latent)
    codes: Tensor  # (B, N, stages) int64, of all stages
    matching: Tensor  # scalar, as in `Quantized`


def rounded(
    points: Tensor, kept: Tensor | None, stages: Iterable[Callable[[Tensor], tuple[Tensor, Tensor]]]
) -> Rounded:
    """Quantise (B, N, latent) in stages, which map what is left over to a part of it and codes.

    Each example keeps `kept` (B,) int64 stages. One that keeps none is not rounded: the decoder
    learns from the encoder itself how sound is made, and faster (Défossez et al. 2024, Moshi, arXiv
    2410.00037, 3.3.2).
    """
    residual, total = points, torch.zeros_like(points)
    codes, matching = [], []
    for index, stage in enumerate(stages):
        part, chosen = stage(residual)
        matching.append((residual - part).square().mean())
        used = 1.0 if kept is None else (index < kept).float()[:, None, None]
        total = total + part.detach() * used
        residual = residual - part.detach()
        codes.append(chosen)
    if kept is not None:
        total = torch.where((kept == 0)[:, None, None], points, total)
    return Rounded(total, torch.stack(codes, dim=-1), torch.stack(matching).sum())


def straight_through(z: Tensor, total: Tensor, codes: Tensor, matching: Tensor) -> Quantized:
    """Return `total` in place of z, (B, N, latent) each, with the gradient of z."""
    latent = (z + (total - z.detach())).transpose(1, 2)
    return Quantized(latent, codes, (z - total).square().mean(), matching)


def quantisation(quantized: Quantized) -> Tensor:
    """Return the loss that keeps encoder and quantiser together."""
    return quantized.matching + COMMITMENT * quantized.commitment
