"""Fréchet distance between two sets of embeddings, as Gaussians.

d² = |μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½): Dowson and Landau 1982; as a measure of generators,
Heusel et al. 2017, arXiv 1706.08500. It grows as sets get smaller (Chong and Forsyth 2020, arXiv
1911.07023): only sets of the same size may be compared. Singular covariances need no regularisation
here, because the trace of the root is computed from eigenvalues that cannot be negative.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Gaussian(NamedTuple):
    """Moments of a set of embeddings."""

    mean: NDArray[np.float64]  # (dimensions,)
    covariance: NDArray[np.float64]  # (dimensions, dimensions)


def gaussian(
    embeddings: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> Gaussian:
    """Return the moments of (n, dimensions), weighted by `weights` (n,)."""
    mean = np.average(embeddings, axis=0, weights=weights)
    covariance = np.cov(embeddings.T, ddof=0, aweights=weights)
    return Gaussian(mean, np.atleast_2d(covariance))


def frechet_distance(one: Gaussian, other: Gaussian) -> float:
    """Return d², 0 for equal moments, in squared units of the embeddings."""
    values, vectors = np.linalg.eigh(one.covariance)
    root = (vectors * np.sqrt(values.clip(0.0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ other.covariance @ root)  # those of C₁ C₂
    shift = float(np.square(one.mean - other.mean).sum())
    spread = float(np.trace(one.covariance) + np.trace(other.covariance))
    return max(0.0, shift + spread - 2.0 * float(np.sqrt(product.clip(0.0)).sum()))
