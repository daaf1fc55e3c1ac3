"""The residual quantiser in compiled code: latent to codes, codes to latent. [render]"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...compiled.conv.kernels import part, whole_call
from ...compiled.conv.layers import Floats

LEAST_NORM = 1e-12  # as torch normalises


class Books(NamedTuple):
    """All stages, S of them, in float32; D code dimensions."""

    down: Floats  # (S, latent, D)
    down_bias: Floats  # (S, D)
    vectors: Floats  # (S, D, codes)
    table: Floats  # (S, codes, latent) every code as the latent it stands for


class Search(NamedTuple):
    """Memory for one code frame; its contents mean nothing between calls."""

    residual: Floats  # (latent,)
    point: Floats  # (D,)
    scores: Floats  # (codes,)


def search_of(books: Books) -> Search:
    """Return the search for these books."""
    _, latent, dimensions = books.down.shape
    sizes = (latent, dimensions, books.vectors.shape[2])
    return Search(*(np.zeros(size, np.float32) for size in sizes))


@whole_call
def quantize(
    books: Books, search: Search, latent: NDArray[np.float32], codes: NDArray[np.uint16]
) -> None:
    """Quantise a latent (latent,) to codes (S,): in each stage the smallest angle. [render]"""
    for k in range(len(search.residual)):
        search.residual[k] = latent[k]
    for stage in range(len(codes)):
        _project(books, search, stage)
        code = _nearest(books, search, stage)
        codes[stage] = code
        for k in range(len(search.residual)):
            search.residual[k] -= books.table[stage, code, k]


@part
def _project(books: Books, search: Search, stage: int) -> None:
    """Project to the sphere."""
    point = search.point
    for d in range(len(point)):
        point[d] = books.down_bias[stage, d]
    for k in range(len(search.residual)):
        for d in range(len(point)):
            point[d] += search.residual[k] * books.down[stage, k, d]
    square = np.float32(0.0)
    for d in range(len(point)):
        square += point[d] * point[d]
    norm = max(np.float32(np.sqrt(square)), np.float32(LEAST_NORM))
    for d in range(len(point)):
        point[d] /= norm


@part
def _nearest(books: Books, search: Search, stage: int) -> int:
    """Return the code of the largest product, the first one among equals or without numbers."""
    scores = search.scores
    for code in range(len(scores)):
        scores[code] = 0.0
    for d in range(len(search.point)):
        for code in range(len(scores)):
            scores[code] += search.point[d] * books.vectors[stage, d, code]
    best = 0
    for code in range(1, len(scores)):
        if scores[code] > scores[best]:
            best = code
    return best


@whole_call
def add_rows(books: Books, codes: NDArray[Any], stages: int, out: NDArray[np.float32]) -> None:
    """Sum one row of each of the first stages; codes out of range are clipped."""
    for k in range(len(out)):
        out[k] = 0.0
    for stage in range(min(stages, len(codes), books.table.shape[0])):
        code = min(max(np.int64(codes[stage]), 0), books.table.shape[1] - 1)
        for k in range(len(out)):
            out[k] += books.table[stage, code, k]
