"""The search for codes on a sphere: latent to codes. [render]"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats
from ..lookup import Books, Search, begin, take

LEAST_NORM = 1e-12  # as torch normalises


class Sphere(NamedTuple):
    """The way to the spheres on which codes are compared, S stages of D dimensions."""

    down: Floats  # (S, latent, D)
    bias: Floats  # (S, D)


@whole_call
def quantize(
    books: Books,
    sphere: Sphere,
    search: Search,
    latent: NDArray[np.float32],
    codes: NDArray[np.uint16],
) -> None:
    """Quantise a latent (latent,) to codes (S,): in each stage the smallest angle. [render]"""
    begin(search, latent)
    for stage in range(len(codes)):
        _project(sphere, search, stage)
        codes[stage] = take(books, search, stage)


@part
def _project(sphere: Sphere, search: Search, stage: int) -> None:
    residual, point = search.residual, search.point
    for d in range(len(point)):
        point[d] = sphere.bias[stage, d]
    for k in range(len(residual)):
        for d in range(len(point)):
            point[d] += residual[k] * sphere.down[stage, k, d]
    square = np.float32(0.0)
    for d in range(len(point)):
        square += point[d] * point[d]
    norm = max(np.float32(np.sqrt(square)), np.float32(LEAST_NORM))
    for d in range(len(point)):
        point[d] /= norm
