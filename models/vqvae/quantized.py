"""Result of a quantiser in training, and its loss terms.

van den Oord et al. 2017, equation 3, with the stop-gradients where the paper has them.
"""

from typing import NamedTuple

from torch import Tensor

COMMITMENT = 0.25  # β


class Quantized(NamedTuple):
    """Result of the quantiser."""

    latent: Tensor  # (B, latent, N) with the straight-through gradient
    codes: Tensor  # (B, N, stages) int64
    commitment: Tensor  # scalar, mean square of z - sg(e)
    matching: Tensor  # scalar, mean square of sg(z) - e, summed over the stages


def quantisation(quantized: Quantized) -> Tensor:
    """Return the loss that keeps encoder and quantiser together."""
    return quantized.matching + COMMITMENT * quantized.commitment
